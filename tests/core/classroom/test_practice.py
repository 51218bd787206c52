"""A practice of a class: one for the store, in a class of its own, ended with the class, removed without a trace."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from core.access.rules import OPERATOR, SYSTEM
from core.classroom.classroom_table import Classroom
from core.classroom.classrooms import Classrooms
from core.classroom.ending import Ending
from core.classroom.errors import ClassroomRefused, ClassroomShut, UnknownClassroom
from core.classroom.lead import Lead
from core.classroom.members import Members
from core.classroom.practice import LEASE, Practice, Practices
from core.classroom.seats import roles
from core.classroom.teachers import Teachers
from core.config.run_config import RunConfig
from core.runs import Store, UnknownRun
from core.runs.class_rules import ClassRules
from tests.core.classroom.conftest import OnDay, School, members, open_store, teacher, visitor

FIGURES = {"figures": {}, "errors": {}, "interrupted": False}


@pytest.fixture
def second(store: Store, tmp_path: Path) -> Iterator[Store]:  # noqa: ARG001 - the first has made the file
    """Return another process's store."""
    opened = open_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def practice(store: Store, school: School) -> Practice:
    return Practices(teacher(store, school.classroom)).start(school.classroom.id, 30, 5)


def practices(store: Store, classroom: Classroom) -> Practices:
    return Practices(teacher(store, classroom))


def test_a_practice_has_a_class_of_its_own_that_is_like_the_teachers(store: Store, school: School) -> None:
    by_tess, own = teacher(store, school.classroom), school.classroom.id
    rules = ClassRules(pages=("train", "draw"), models=("mlp",), max_epochs=3)
    Lead(by_tess).set_rules(own, rules)
    Classrooms(by_tess).change(own, needs_nod=True, is_open=False)
    Teachers(visitor(store, "tina")).enter(Teachers(by_tess).add(own, "Tina"))

    practice = Practices(by_tess).start(own, 12, 3)
    assert (practice.students, practice.minutes, practice.like) == (12, 3, own)
    assert (practice.is_running, practice.is_ending) == (True, False)
    made = Classrooms(store).get(practice.classroom_id)
    assert (made.title, made.code, made.rules, made.needs_nod) == (
        "7b (practice)",
        practice.code,
        rules,
        True,
    )
    assert made.is_open
    assert made.last_day == date.today() + timedelta(days=1)
    assert members(store, made) == []
    assert members(store, school.classroom) == ["Ada"]
    assert {name for name, ids in roles(store.database).teachers.items() if made.id in ids} == {
        "tess",
        "tina",
    }
    seen = Classrooms(teacher(store, school.classroom)).mine()
    assert [one.id for one in seen] == [own], "who teaches only the class itself"
    everything = [one.id for one in Classrooms(store.acting_as(OPERATOR)).mine()]
    assert everything == [school.other.id, own, made.id], "classes that practise come last"
    for either in (own, made.id):
        assert Practices(store).latest(either) == practice
    assert Practices(store).latest(school.other.id) is None


def test_one_goes_on_in_the_whole_store(
    store: Store, second: Store, school: School, practice: Practice
) -> None:
    for one, classroom, name in (
        (store, school.classroom, "tess"),
        (second, school.classroom, "tess"),
        (second, school.other, "tom"),
    ):
        with pytest.raises(ClassroomRefused, match="goes on already"):
            Practices(teacher(one, classroom, name)).start(classroom.id, 2, 1)
    seen = Practices(second).latest(school.classroom.id)
    assert seen == practice
    assert seen.is_running
    Practices(store.acting_as(SYSTEM)).let_go(practice.classroom_id, FIGURES)
    another = Practices(teacher(second, school.other, "tom")).start(school.other.id, 2, 1)
    assert another.is_running
    first = Practices(store).latest(school.classroom.id)
    assert first is not None
    assert not first.is_running, "the lease is the other practice's"
    assert first.figures == FIGURES


def test_it_goes_on_until_a_teacher_ends_it_by_whichever_process(
    store: Store, second: Store, school: School, practice: Practice
) -> None:
    watching = Practices(store.acting_as(SYSTEM))
    assert watching.is_wanted(practice.classroom_id)
    assert not watching.is_wanted(school.classroom.id), "it practises nothing"
    before = Classrooms(store).get(school.classroom.id).revision
    practices(second, school.classroom).end(school.classroom.id)
    assert not watching.is_wanted(practice.classroom_id)
    ending = Practices(second).latest(practice.classroom_id)
    assert ending is not None
    assert ending.is_ending
    assert Classrooms(store).get(school.classroom.id).revision > before, "its pages are drawn anew"
    watching.let_go(practice.classroom_id, FIGURES, "x" * 1000 + "!")
    over = Practices(second).latest(school.classroom.id)
    assert over is not None
    assert (over.is_running, over.is_ending, over.figures) == (False, False, FIGURES)
    assert over.words == "x" * 499 + "!"
    assert not second.leases.is_held(LEASE)


@pytest.mark.parametrize("keeps_runs", [False, True])
def test_it_ends_with_the_class(store: Store, school: School, practice: Practice, keeps_runs: bool) -> None:
    watching = Practices(store.acting_as(SYSTEM))
    joined = Members(visitor(store)).join(practice.code, "Robo")
    run = store.create(RunConfig(), owner=joined.member.id, queue=False)
    Ending(teacher(store, school.classroom)).end(school.classroom.id, keeps_runs=keeps_runs)
    assert not watching.is_wanted(practice.classroom_id)
    for gone in (school.classroom.id, practice.classroom_id):
        with pytest.raises(UnknownClassroom):
            Classrooms(store).get(gone)
    with pytest.raises(UnknownRun):
        store.get(run)
    watching.let_go(practice.classroom_id, FIGURES)  # its process ends after its class
    assert not store.leases.is_held(LEASE)
    assert members(store, school.other) == ["Bob"]


def test_it_ends_when_the_class_is_over_and_is_gone_the_day_after(
    store: Store, school: School, practice: Practice, on_day: OnDay
) -> None:
    watching = Practices(store.acting_as(SYSTEM))
    on_day(date.today() + timedelta(days=1))
    assert not watching.is_wanted(practice.classroom_id)
    assert Ending(store).end_old() == []
    on_day(date.today() + timedelta(days=2))
    assert Ending(store).end_old() == ["7b (practice)"]
    assert [one.title for one in Classrooms(store).mine()] == ["8c", "7b"]
    watching.let_go(practice.classroom_id, {})
    with pytest.raises(ClassroomShut, match="is over"):
        practices(store, school.classroom).start(school.classroom.id, 2, 1)
    assert not store.leases.is_held(LEASE), "what is refused holds nothing"


def test_a_practice_whose_app_has_gone_is_over_and_another_starts(
    store: Store, second: Store, school: School
) -> None:
    lost = practices(second, school.classroom).start(school.classroom.id, 2, 1)
    second.leases.give_back(LEASE)  # as the system does for a process that is gone
    seen = Practices(store).latest(school.classroom.id)
    assert seen is not None
    assert not seen.is_running
    assert not seen.figures
    other = Practices(teacher(store, school.other, "tom")).start(school.other.id, 2, 1)
    seen = Practices(store).latest(school.classroom.id)
    assert seen is not None
    assert not seen.is_running, "the lease is the other practice's"
    Practices(store.acting_as(SYSTEM)).let_go(other.classroom_id, FIGURES)
    again = practices(store, school.classroom).start(school.classroom.id, 3, 1)
    assert again.classroom_id != lost.classroom_id
    with pytest.raises(UnknownClassroom):
        Classrooms(store).get(lost.classroom_id)


def test_removing_it_leaves_the_real_members_and_nothing_of_the_others(store: Store, school: School) -> None:
    real = store.create(RunConfig(), owner=school.ada.member.id, queue=False)
    practice = practices(store, school.classroom).start(school.classroom.id, 2, 1)
    robo = Members(visitor(store)).join(practice.code, "Robo")
    simulated = store.create(RunConfig(), owner=robo.member.id, queue=False)
    Practices(store.acting_as(SYSTEM)).let_go(practice.classroom_id, FIGURES)
    practices(store, school.classroom).remove(school.classroom.id)
    assert Practices(store).latest(school.classroom.id) is None
    assert store.get(real).id == real
    assert members(store, school.classroom) == ["Ada"]
    with pytest.raises(UnknownRun):
        store.get(simulated)
    assert [one.title for one in Classrooms(store).mine()] == ["8c", "7b"]


def test_from_the_class_that_practises_another_practice_is_of_the_class_itself(
    store: Store, school: School, practice: Practice
) -> None:
    Practices(store.acting_as(SYSTEM)).let_go(practice.classroom_id, FIGURES)
    own = Classrooms(store).get(practice.classroom_id)
    again = practices(store, own).start(own.id, 2, 1)
    assert (again.like, again.title) == (school.classroom.id, "7b (practice)")
    assert len(Classrooms(store).mine()) == 3


@pytest.mark.parametrize(("students", "minutes"), [(0, 5), (61, 5), (30, 0), (30, 61)])
def test_impossible_numbers_are_refused_and_change_nothing(
    store: Store, school: School, students: int, minutes: int
) -> None:
    with pytest.raises(ClassroomRefused, match="Choose 1 to 60"):
        practices(store, school.classroom).start(school.classroom.id, students, minutes)
    assert len(Classrooms(store).mine()) == 2
    assert not store.leases.is_held(LEASE)
