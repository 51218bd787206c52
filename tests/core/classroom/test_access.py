"""Every method about classes, found by looking for them, tried by each kind of actor."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from core.access.guard import action_of
from core.access.rules import OPERATOR, RULES, SYSTEM, Action, Actor, Relation, Role
from core.classroom.board import Boards
from core.classroom.classroom_table import ClassroomTable
from core.classroom.classrooms import Classrooms
from core.classroom.drawings import Drawings
from core.classroom.ending import Ending
from core.classroom.errors import ClassroomError, UnknownClassroom
from core.classroom.export import ClassExport
from core.classroom.fool_it import FoolIt
from core.classroom.handwriting import Handwriting
from core.classroom.lead import Lead
from core.classroom.members import Members
from core.classroom.race import Race, Races
from core.classroom.teachers import Teachers
from core.config.run_config import RunConfig
from core.runs import NotAllowed, Store
from core.runs.class_rules import ClassRules
from tests.core.classroom.conftest import OnDay, School, dump

FACADES = (Classrooms, Teachers, Members, Boards, Lead, Races, FoolIt, Handwriting, ClassExport, Ending)
UNGUARDED = {
    ("Classrooms", "mine"): "lists by what the actor teaches",
    ("Members", "renew_my_key"): "checks the actor's own class",
    ("Handwriting", "forget"): "what a drawing that is gone leaves; called by what asks",
} | {(facade.__name__, name): "the question itself" for facade in FACADES for name in ("check", "may")}

A_DRAWING = np.full((28, 28), 9, np.uint8)
DRAWING_CALLS: dict[str, Any] = {
    "end": lambda on, to: on.end(to.classroom.id),
    "latest": lambda on, to: on.latest(to.classroom.id),
    "mine": lambda on, to: on.mine(to.classroom.id),
    "take_back": lambda on, to: on.take_back(to.classroom.id, "nosuch"),
    "remove": lambda on, to: on.remove(to.classroom.id, "nosuch"),
    "nod": lambda on, to: on.nod(to.classroom.id, "nosuch"),
    "all": lambda on, to: on.all(to.classroom.id),
    "count": lambda on, to: on.count(to.classroom.id),
}
ANY_RACE = Race("", "mnist", (), 0, 0.0, None)
Call = Callable[[Any, School], object]
CALLS: dict[tuple[str, str], Call] = {
    ("Classrooms", "start"): lambda on, _: on.start("my own"),
    ("Classrooms", "copy"): lambda on, to: on.copy(to.classroom.id),
    ("Classrooms", "get"): lambda on, to: on.get(to.classroom.id),
    ("Classrooms", "change"): lambda on, to: on.change(to.classroom.id, title="mine", last_day=date.today()),
    ("Classrooms", "mine"): lambda on, _: on.mine(),
    ("Classrooms", "all"): lambda on, _: on.all(),
    ("Classrooms", "named"): lambda on, to: on.named(to.classroom.code),
    ("Teachers", "enter"): lambda on, to: on.enter(to.key),
    ("Teachers", "keys"): lambda on, to: on.keys(to.classroom.id),
    ("Teachers", "add"): lambda on, to: on.add(to.classroom.id, "me"),
    ("Teachers", "take_back"): lambda on, to: on.take_back(to.classroom.id, "nosuch"),
    ("Teachers", "renew"): lambda on, to: on.renew(to.classroom.id),
    ("Teachers", "leave"): lambda on, to: on.leave(to.classroom.id),
    ("Members", "named"): lambda on, to: on.named(to.classroom.code),
    ("Members", "suggested"): lambda on, to: on.suggested(to.classroom),
    ("Members", "join"): lambda on, to: on.join(to.classroom.code, "Cleo"),
    ("Members", "rejoin"): lambda on, to: on.rejoin(to.classroom.code, "Ada", to.ada.key),
    ("Members", "all"): lambda on, to: on.all(to.classroom.id),
    ("Members", "remove"): lambda on, to: on.remove(to.classroom.id, to.ada.member.id),
    ("Members", "renew_key"): lambda on, to: on.renew_key(to.classroom.id, to.ada.member.id),
    ("Members", "renew_my_key"): lambda on, _: on.renew_my_key(),
    ("Members", "nod"): lambda on, to: on.nod(to.classroom.id, to.ada.member.id),
    ("Boards", "entries"): lambda on, to: on.entries(to.classroom.id),
    ("Lead", "pause"): lambda on, to: on.pause(to.classroom.id),
    ("Lead", "go_on"): lambda on, to: on.go_on(to.classroom.id),
    ("Lead", "hold"): lambda on, to: on.hold(to.classroom.id, is_held=True),
    ("Lead", "say"): lambda on, to: on.say(to.classroom.id, "I lead"),
    ("Lead", "push"): lambda on, to: on.push(to.classroom.id, "draw"),
    ("Lead", "let_go"): lambda on, to: on.let_go(to.classroom.id),
    ("Lead", "follow"): lambda on, to: on.follow(to.classroom.id, is_followed=True),
    ("Lead", "note_place"): lambda on, to: on.note_place(to.classroom.id, "draw"),
    ("Lead", "set_rules"): lambda on, to: on.set_rules(to.classroom.id, ClassRules(max_epochs=1)),
    ("Lead", "take_off_board"): lambda on, to: on.take_off_board(to.classroom.id, to.run),
    ("Races", "start"): lambda on, to: on.start(to.classroom.id, "mnist"),
    ("Races", "end"): lambda on, to: on.end(to.classroom.id),
    ("Races", "latest"): lambda on, to: on.latest(to.classroom.id),
    ("Races", "ranking"): lambda on, to: on.ranking(to.classroom.id, ANY_RACE, lambda _run: None),
    ("Races", "mark"): lambda on, to: on.mark(to.classroom.id),
    **{(kind, name): call for kind in ("FoolIt", "Handwriting") for name, call in DRAWING_CALLS.items()},
    ("FoolIt", "start"): lambda on, to: on.start(to.classroom.id, "cnn-mnist"),
    ("FoolIt", "hand_in"): lambda on, to: on.hand_in(to.classroom.id, 7, A_DRAWING, 2, 0.9),
    ("FoolIt", "to_judge"): lambda on, to: on.to_judge(to.classroom.id),
    ("FoolIt", "judge"): lambda on, to: on.judge(to.classroom.id, "nosuch", 7),
    ("FoolIt", "standings"): lambda on, to: on.standings(to.classroom.id),
    ("FoolIt", "run_to_fool"): lambda on, to: on.run_to_fool(to.classroom.id),
    ("Handwriting", "start"): lambda on, to: on.start(to.classroom.id),
    ("Handwriting", "hand_in"): lambda on, to: on.hand_in(to.classroom.id, 7, A_DRAWING),
    ("Handwriting", "make_dataset"): lambda on, to: on.make_dataset(to.classroom.id, "ours"),
    ("Handwriting", "shared"): lambda on, to: on.shared(to.classroom.id),
    ("ClassExport", "export_zip"): lambda on, to: on.export_zip(to.classroom.id),
    ("Handwriting", "dataset"): lambda on, to: on.dataset(to.classroom.id),
    ("Handwriting", "drop_dataset"): lambda on, to: on.drop_dataset(to.classroom.id),
    ("Ending", "end"): lambda on, to: on.end(to.classroom.id, keeps_runs=False),
    ("Ending", "erase_made"): lambda on, to: on.erase_made(to.classroom.id, to.ada.member.id),
    ("Ending", "end_old"): lambda on, _: on.end_old(),
}

DRAWINGS = ("FoolIt", "Handwriting")
LEAD_DRAWINGS = {f"{kind}.{name}" for kind in DRAWINGS for name in ("start", "end", "remove", "nod", "all")}
READ_DRAWINGS = {f"{kind}.{name}" for kind in DRAWINGS for name in ("latest", "count")}
TAKE_PART = {f"{kind}.{name}" for kind in DRAWINGS for name in ("mine", "take_back", "hand_in")}
READ_OF_RACES = {"Races.latest", "Races.ranking", "Races.mark"}
OF_NO_CLASS = (
    *(("Classrooms", "start"), ("Classrooms", "all"), ("Classrooms", "named")),
    *(("Teachers", "enter"), ("Ending", "end_old")),
)

ACTIONS = {
    Action.START_CLASS: {"Classrooms.start"},
    Action.TEACH_CLASS: {"Teachers.enter"},
    Action.JOIN_CLASS: {"Members.named", "Members.suggested", "Members.join", "Members.rejoin"},
    Action.READ_CLASS: {"Classrooms.get", "Members.all", "Boards.entries", *READ_OF_RACES, *READ_DRAWINGS}
    | {"FoolIt.standings", "FoolIt.run_to_fool", "Handwriting.dataset", "Handwriting.shared"},
    Action.TAKE_PART: TAKE_PART | {"FoolIt.to_judge", "FoolIt.judge"},
    Action.LEAD_CLASS: {
        *("Classrooms.copy", "Classrooms.change", "Teachers.keys", "Teachers.add", "Teachers.take_back"),
        *("Teachers.renew", "Teachers.leave", "Members.remove", "Members.renew_key"),
        *("Ending.end", "Ending.erase_made", "Members.nod", "Classrooms.all", "Classrooms.named"),
        *(
            "Races.start",
            "Races.end",
            "Handwriting.make_dataset",
            "Handwriting.drop_dataset",
            "ClassExport.export_zip",
        ),
        *LEAD_DRAWINGS,
        *(f"Lead.{name}" for _facade, name in CALLS if _facade == "Lead"),
    },
    Action.WORK: {"Ending.end_old"},
}


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
