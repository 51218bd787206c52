"""Every method about classes, found by looking for them, tried by each kind of actor."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from core.access.guard import action_of
from core.access.rules import OPERATOR, RULES, SYSTEM, Action, Actor, Relation, Role
from core.classroom.classroom_table import ClassroomTable
from core.classroom.classrooms import Classrooms
from core.classroom.drawings import Drawings
from core.classroom.ending import Ending
from core.classroom.errors import ClassroomError, UnknownClassroom
from core.classroom.members import Members
from core.classroom.teachers import Teachers
from core.config.run_config import RunConfig
from core.runs import NotAllowed, Store
from tests.core.classroom.calls import ACTIONS, CALLS, FACADES, OF_NO_CLASS, UNGUARDED
from tests.core.classroom.conftest import OnDay, School, dump


def methods() -> dict[tuple[str, str], Callable[..., Any]]:
    """Return every public method of what pages use."""
    return {
        (facade.__name__, name): getattr(facade, name)
        for facade in FACADES
        for name in dir(facade)
        if not name.startswith("_") and callable(getattr(facade, name))
    }


def all_subclasses(of: type) -> set[type]:
    found = {one for one in of.__subclasses__() if "core." in one.__module__}
    return found | {below for one in found for below in all_subclasses(one)}


def test_every_method_asks_the_rules_or_says_why_not_and_is_tried_here() -> None:
    found = methods()
    assert {key for key, method in found.items() if action_of(method) is None} == {*UNGUARDED}
    assert {key for key in found if key[1] not in ("check", "may", "forget")} == {*CALLS}
    assert {facade for facade in all_subclasses(ClassroomTable) if facade is not Drawings} == {*FACADES}


def test_each_method_asks_for_what_it_does() -> None:
    asked: dict[Action, set[str]] = {}
    for key, method in methods().items():
        if action := action_of(method):
            asked.setdefault(action, set()).add(".".join(key))
    assert asked == ACTIONS


def actors(school: School) -> dict[str, tuple[Actor, set[Relation]]]:
    """Return each kind of actor, and how they stand to Ada's class."""
    own, other = school.classroom.id, school.other.id

    def visitor(name: str, **facts: Any) -> Actor:
        return Actor(Role.VISITOR, name, **facts)

    return {
        "teacher": (visitor("tess", teaches=frozenset({own})), {Relation.TEACHER}),
        "member": (visitor(school.ada.member.id, member_of=own), {Relation.MEMBER}),
        "other's member": (visitor(school.bob.member.id, member_of=other), set()),
        "stranger": (visitor("vi"), set()),
        "starter": (visitor("sam", may_start_class=True), {Relation.STARTER}),
        "other's teacher": (visitor("tom", teaches=frozenset({other})), set()),
        "nobody": (visitor(""), set()),
        "operator": (OPERATOR, {Relation.OPERATOR}),
    }


KINDS = (
    *("teacher", "member", "other's member", "stranger"),
    *("starter", "other's teacher", "nobody", "operator"),
)


def test_the_kinds_of_actors_are_all_tried(school: School) -> None:
    assert tuple(actors(school)) == KINDS


@pytest.mark.parametrize("who", KINDS)
@pytest.mark.parametrize("key", [key for key in CALLS if key not in UNGUARDED], ids=".".join)
def test_each_method_does_what_the_rules_say(
    store: Store, school: School, key: tuple[str, str], who: str
) -> None:
    actor, relations = actors(school)[who]
    action = action_of(methods()[key])
    assert action
    is_allowed = bool(RULES[action] & (relations | {Relation.ANYBODY}))
    if key in (("Classrooms", "all"), ("Classrooms", "named"), ("Classrooms", "copy")):
        is_allowed = who == "operator"  # of no class in particular; a copy is a class that is started
    facade = {facade.__name__: facade for facade in FACADES}[key[0]](store.acting_as(actor))
    school = replace(school, run=store.create(RunConfig(), owner=school.ada.member.id, queue=False))
    before = dump(store)
    told: Exception | None = None
    try:
        CALLS[key](facade, school)
    except (NotAllowed, ClassroomError) as error:
        told = error
    is_refused = isinstance(
        told, NotAllowed | UnknownClassroom
    )  # by the rules; there may be nothing to do it to
    assert is_refused != is_allowed, told
    if is_refused:
        assert dump(store) == before
        reads = bool(relations & RULES[Action.READ_CLASS])
        if key not in OF_NO_CLASS:
            assert isinstance(told, NotAllowed if reads else UnknownClassroom)


@pytest.mark.parametrize("who", KINDS)
def test_only_a_member_has_a_key_to_renew(store: Store, school: School, who: str) -> None:
    before = dump(store)
    renew = Members(store.acting_as(actors(school)[who][0])).renew_my_key
    if "member" in who:
        assert len(renew()) == 4
        return
    with pytest.raises((NotAllowed, ClassroomError)):
        renew()
    assert dump(store) == before


@pytest.mark.parametrize("who", KINDS)
def test_each_sees_the_classes_they_teach(store: Store, school: School, who: str) -> None:
    seen = [one.id for one in Classrooms(store.acting_as(actors(school)[who][0])).mine()]
    everything = [school.other.id, school.classroom.id]
    taught = {"teacher": everything[1:], "other's teacher": everything[:1], "operator": everything}
    assert seen == taught.get(who, [])


@pytest.mark.parametrize("who", KINDS)
@pytest.mark.parametrize(
    "action", [Action.READ_CLASS, Action.LEAD_CLASS, Action.START_CLASS, Action.JOIN_CLASS]
)
def test_what_may_be_shown_is_what_is_not_refused(
    store: Store, school: School, who: str, action: Action
) -> None:
    table = ClassroomTable(store.acting_as(actors(school)[who][0]))
    classroom_id = school.classroom.id if action in (Action.READ_CLASS, Action.LEAD_CLASS) else ""
    try:
        table.check(action, classroom_id)
        is_refused = False
    except (NotAllowed, UnknownClassroom):
        is_refused = True
    assert table.may(action, classroom_id) != is_refused


def test_a_class_that_never_was_is_unknown_to_whoever_may_not_read_it_as_another_is(
    store: Store, school: School
) -> None:
    for actor, _relations in actors(school).values():
        with pytest.raises(UnknownClassroom):
            Classrooms(store.acting_as(actor)).get("0" * 16)


def test_the_system_ends_old_classes(store: Store, school: School, on_day: OnDay) -> None:
    on_day(date(date.today().year + 1, 12, 31))
    assert sorted(Ending(store.acting_as(SYSTEM)).end_old()) == ["7b", "8c"]
    assert school.classroom not in Classrooms(store).mine()


def test_whatever_a_teacher_does_reaches_their_class_alone(store: Store, school: School) -> None:
    """Ids of the other class's things, named to one's own class, lead nowhere."""
    mine, others = school.classroom.id, school.bob.member.id
    actor = Actor(Role.VISITOR, "tess", frozenset({mine}))
    (their_key,) = Teachers(store).keys(school.other.id)
    before = dump(store)
    acting = store.acting_as(actor)
    Teachers(acting).take_back(mine, their_key.id)
    Ending(acting).erase_made(mine, others)
    for call in (Members(acting).remove, Members(acting).renew_key):
        with pytest.raises(ClassroomError):
            call(mine, others)
    assert dump(store) == before
