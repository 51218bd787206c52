"""Teachers by their keys: shown once, entered in any typing, given to a second one, taken back, renewed."""

import pytest

from core.access.rules import OPERATOR, Actor, Role
from core.classroom.classrooms import Classrooms
from core.classroom.codes import new_teacher_key
from core.classroom.errors import ClassroomRefused, WrongKey
from core.classroom.seats import roles
from core.classroom.teachers import MOST_KEYS, Teachers
from core.runs import NotAllowed, Store
from core.runs.classroom_schema import TEACHER_KEYS
from tests.core.classroom.conftest import School, count, dump, member, teacher, visitor


def who_teaches(store: Store, school: School) -> set[str]:
    """Return the browsers that teach Ada's class."""
    return {name for name, ids in roles(store.database).teachers.items() if school.classroom.id in ids}


def test_only_the_hash_of_a_key_is_in_the_store(store: Store, school: School) -> None:
    second = Teachers(teacher(store, school.classroom)).add(school.classroom.id, "Tina")
    kept = dump(store)
    for key in (school.key, second, school.ada.key, school.ada.seat):
        assert key not in kept.replace(school.ada.member.id, "")
        assert key.replace("-", "") not in kept.replace(school.ada.member.id, "")


@pytest.mark.parametrize(
    "typing", [str, str.lower, lambda key: key.replace("-", ""), lambda key: f"  {key.replace('-', ' - ')}\n"]
)
def test_a_key_makes_a_teacher_of_its_class_in_any_typing(store: Store, school: School, typing) -> None:
    assert Teachers(visitor(store, "tina")).enter(typing(school.key)).id == school.classroom.id
    assert who_teaches(store, school) == {"tess", "tina"}
    assert roles(store.database).teachers["tina"] == {school.classroom.id}
    Teachers(visitor(store, "tina")).enter(school.key)  # twice is once
    Teachers(visitor(store, "tina")).enter(school.other_key)
    assert roles(store.database).teachers["tina"] == {school.classroom.id, school.other.id}


def test_another_key_makes_none(store: Store, school: School) -> None:
    for wrong in (
        *("", "-", "x" * 500, "\ud83d", school.key[:-1], f"{school.key}2", new_teacher_key()),
        *(school.classroom.code, school.ada.key),
    ):
        with pytest.raises(WrongKey, match="No class has the teacher's key") as refused:
            Teachers(visitor(store, f"vi {wrong[:30]!r}")).enter(wrong)
        assert "4 groups of 4" in refused.value.remedy
    assert who_teaches(store, school) == {"tess"}


def test_keys_are_listed_with_who_uses_them_and_without_what_they_are(store: Store, school: School) -> None:
    tess = Teachers(teacher(store, school.classroom))
    second = tess.add(school.classroom.id, "  Tina  T ")
    for name in ("tina", "tina's tablet"):
        Teachers(visitor(store, name)).enter(second)
    keys = tess.keys(school.classroom.id)
    assert [(key.name, key.browsers, key.is_mine) for key in keys] == [("", 1, True), ("Tina T", 2, False)]
    tinas = Teachers(teacher(store, school.classroom, "tina")).keys(school.classroom.id)
    assert [(key.id, key.is_mine) for key in tinas] == [(keys[0].id, False), (keys[1].id, True)]
    operators = Teachers(store.acting_as(OPERATOR)).keys(school.classroom.id)
    assert [key.is_mine for key in operators] == [False, False]


def test_who_came_by_a_key_that_is_taken_back_is_no_teacher(store: Store, school: School) -> None:
    tess = Teachers(teacher(store, school.classroom))
    second = tess.add(school.classroom.id, "Tina")
    Teachers(visitor(store, "tina")).enter(second)
    tess.take_back(school.classroom.id, tess.keys(school.classroom.id)[1].id)
    assert who_teaches(store, school) == {"tess"}
    with pytest.raises(WrongKey, match="taken back") as refused:
        Teachers(visitor(store, "tina")).enter(second)
    assert "taken back" in refused.value.remedy


def test_ones_own_key_cannot_be_taken_back(store: Store, school: School) -> None:
    tess = Teachers(teacher(store, school.classroom))
    (own,) = tess.keys(school.classroom.id)
    with pytest.raises(ClassroomRefused, match="by this very key") as refused:
        tess.take_back(school.classroom.id, own.id)
    assert "Another teacher" in refused.value.remedy
    assert who_teaches(store, school) == {"tess"}


def test_a_key_of_another_class_cannot_be_taken_back(store: Store, school: School) -> None:
    (others,) = Teachers(store).keys(school.other.id)
    Teachers(teacher(store, school.classroom)).take_back(school.classroom.id, others.id)
    assert Teachers(store).keys(school.other.id) == [others]


def test_the_first_key_is_renewed_for_the_browser_that_does_it_and_no_other(
    store: Store, school: School
) -> None:
    Teachers(visitor(store, "thief")).enter(school.key)
    second = Teachers(store).add(school.classroom.id, "Tina")
    Teachers(visitor(store, "tina")).enter(second)
    renewed = Teachers(teacher(store, school.classroom)).renew(school.classroom.id)
    assert who_teaches(store, school) == {"tess", "tina"}
    with pytest.raises(WrongKey):
        Teachers(visitor(store, "thief")).enter(school.key)
    assert Teachers(visitor(store, "tess at home")).enter(renewed).id == school.classroom.id
    assert roles(store.database).teachers["tom"] == {school.other.id}


def test_a_second_teacher_renews_their_own_key_and_not_the_first(store: Store, school: School) -> None:
    second = Teachers(store).add(school.classroom.id, "Tina")
    Teachers(visitor(store, "tina")).enter(second)
    tina = Teachers(teacher(store, school.classroom, "tina"))
    renewed = tina.renew(school.classroom.id)
    assert who_teaches(store, school) == {"tess", "tina"}
    with pytest.raises(WrongKey):
        Teachers(visitor(store)).enter(second)
    Teachers(visitor(store)).enter(renewed)
    assert who_teaches(store, school) == {"tess", "tina", "vi"}


def test_an_operator_renews_a_lost_key_without_being_a_teacher(store: Store, school: School) -> None:
    for actor in (OPERATOR, Actor(Role.OPERATOR, "olga")):
        renewed = Teachers(store.acting_as(actor)).renew(school.classroom.id)
        assert who_teaches(store, school) == set()
    assert Teachers(visitor(store, "tess")).enter(renewed).id == school.classroom.id


def test_a_browser_that_leaves_comes_back_by_the_key(store: Store, school: School) -> None:
    Teachers(teacher(store, school.classroom)).leave(school.classroom.id)
    assert who_teaches(store, school) == set()
    assert roles(store.database).teachers == {"tom": frozenset({school.other.id})}
    Teachers(visitor(store, "tess")).enter(school.key)
    assert who_teaches(store, school) == {"tess"}


def test_a_member_cannot_become_a_teacher(store: Store, school: School) -> None:
    for key in (school.key, school.other_key):
        with pytest.raises(ClassroomRefused, match="You are a member of a class") as refused:
            Teachers(member(store, school.ada)).enter(key)
        assert "Leave that class first" in refused.value.remedy
    with pytest.raises(NotAllowed):
        Classrooms(member(store, school.ada)).start("my own")
    assert who_teaches(store, school) == {"tess"}


def test_nobody_known_cannot_become_a_teacher_and_everybody_unknown_with_them(
    store: Store, school: School
) -> None:
    for actor in (Actor(Role.VISITOR), OPERATOR):
        with pytest.raises(ClassroomRefused, match="Nobody is known") as refused:
            Teachers(store.acting_as(actor)).enter(school.key)
        assert "cookies" in refused.value.remedy
    assert who_teaches(store, school) == {"tess"}


@pytest.mark.parametrize(
    ("name", "named"),
    [("", "0 characters"), (" \t", "0 characters"), ("x" * 41, "41 characters"), ("T\x00", r"\\x00")],
)
def test_a_key_without_a_name_that_can_be_shown_is_refused(
    store: Store, school: School, name: str, named: str
) -> None:
    with pytest.raises(ClassroomRefused, match=named) as refused:
        Teachers(teacher(store, school.classroom)).add(school.classroom.id, name)
    assert refused.value.remedy
    assert count(store, TEACHER_KEYS) == 2


def test_a_class_has_so_many_keys_and_no_more(store: Store, school: School) -> None:
    tess = Teachers(teacher(store, school.classroom))
    for number in range(MOST_KEYS - 1):
        tess.add(school.classroom.id, f"Tina {number}")
    with pytest.raises(ClassroomRefused, match="at most 10") as refused:
        tess.add(school.classroom.id, "one more")
    assert "Take one back" in refused.value.remedy
    tess.take_back(school.classroom.id, tess.keys(school.classroom.id)[-1].id)
    assert tess.add(school.classroom.id, "one more")
    assert Teachers(store).add(school.other.id, "another class's")
