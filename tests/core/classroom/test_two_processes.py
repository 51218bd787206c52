"""Two stores on one file, as two processes of the app have them: what is done by one is so for the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.classroom.board import Boards
from core.classroom.classrooms import Classrooms
from core.classroom.ending import Ending
from core.classroom.errors import TooManyGuesses, UnknownClassroom, WrongKey
from core.classroom.guesses import CODES_BY_BROWSER, KEYS_BY_MEMBER
from core.classroom.members import Members
from core.classroom.seats import give_up_seat, note_seen, roles, seat_of
from core.classroom.teachers import Teachers
from core.config.run_config import RunConfig
from core.runs import Store
from tests.core.classroom.conftest import Later, School, members, open_store, teacher, visitor


@pytest.fixture
def second(store: Store, tmp_path: Path) -> Iterator[Store]:
    """Return the other process's store."""
    opened = open_store(tmp_path)
    assert opened.database is not store.database
    yield opened
    opened.close()


def test_who_joins_by_one_is_in_the_class_by_the_other(store: Store, second: Store, school: School) -> None:
    cleo = Members(visitor(second)).join(school.classroom.code, "Cleo")
    seat = seat_of(store.database, cleo.seat)
    assert seat is not None
    assert seat.nickname == "Cleo"
    assert members(store, school.classroom) == members(second, school.classroom) == ["Ada", "Cleo"]
    assert roles(store.database) == roles(second.database)
    assert Members(visitor(store)).rejoin(school.classroom.code, "cleo", cleo.key).member.id == cleo.member.id
    assert Members(visitor(store)).suggested(school.classroom)


def test_who_is_removed_by_one_is_out_by_the_other(store: Store, second: Store, school: School) -> None:
    assert seat_of(second.database, school.ada.seat)
    Members(teacher(store, school.classroom)).remove(school.classroom.id, school.ada.member.id)
    assert seat_of(second.database, school.ada.seat) is None
    assert school.ada.member.id in roles(second.database).gone
    with pytest.raises(WrongKey):
        Members(visitor(second)).rejoin(school.classroom.code, "Ada", school.ada.key)


def test_seats_are_seen_and_given_up_for_both(
    store: Store, second: Store, school: School, later: Later
) -> None:
    later(0)
    note_seen(store.database, school.ada.seat)
    later(500)
    note_seen(second.database, school.ada.seat)
    seat = seat_of(store.database, school.ada.seat)
    assert seat is not None
    assert seat.seen_at == pytest.approx(1_700_000_540)
    give_up_seat(second.database, school.ada.seat)
    assert seat_of(store.database, school.ada.seat) is None


def test_a_teachers_key_works_and_stops_working_for_both(store: Store, second: Store, school: School) -> None:
    key = Teachers(teacher(store, school.classroom)).add(school.classroom.id, "Tina")
    assert Teachers(visitor(second, "tina")).enter(key).id == school.classroom.id
    assert roles(store.database).teachers["tina"] == {school.classroom.id}
    (kept,) = [one for one in Teachers(second).keys(school.classroom.id) if one.name]
    Teachers(second).take_back(school.classroom.id, kept.id)
    assert "tina" not in roles(store.database).teachers
    with pytest.raises(WrongKey):
        Teachers(visitor(store, "tina")).enter(key)


def test_a_change_is_counted_for_both(store: Store, second: Store, school: School) -> None:
    before = Classrooms(second).get(school.classroom.id)
    Classrooms(store).change(school.classroom.id, title="7c")
    after = Classrooms(second).get(school.classroom.id)
    assert (after.title, after.revision) == ("7c", before.revision + 1)
    Ending(store).end(school.classroom.id, keeps_runs=True)
    with pytest.raises(UnknownClassroom):
        Classrooms(second).get(school.classroom.id)


def test_wrong_guesses_count_together(store: Store, second: Store, school: School, later: Later) -> None:
    later(0)
    both = (store, second)
    for number in range(CODES_BY_BROWSER):
        with pytest.raises(UnknownClassroom):
            Members(visitor(both[number % 2], "one")).named("nosuch", "10.0.0.1")
    for number in range(KEYS_BY_MEMBER):
        with pytest.raises(WrongKey):
            Members(visitor(both[number % 2])).rejoin(school.classroom.code, "Ada", "", f"10.0.0.{number}")
    for one in both:
        with pytest.raises(TooManyGuesses):
            Members(visitor(one, "one")).named(school.classroom.code, "10.0.0.1")
        with pytest.raises(TooManyGuesses):
            Members(visitor(one)).rejoin(school.classroom.code, "Ada", school.ada.key, "10.0.0.9")
        assert Members(visitor(one)).named(school.classroom.code, "10.0.0.1")


def test_both_have_one_board_of_the_runs_made_by_either(store: Store, second: Store, school: School) -> None:
    ben = Members(visitor(second)).join(school.classroom.code, "Ben")
    runs = [
        store.create(RunConfig(), owner=school.ada.member.id),
        second.create(RunConfig(), owner=ben.member.id),
    ]
    for one in (store, second):
        entries = Boards(teacher(one, school.classroom)).entries(school.classroom.id)
        assert [(entry.member.nickname, entry.run and entry.run.id) for entry in entries] == [
            ("Ada", runs[0]),
            ("Ben", runs[1]),
        ]
