"""Seats: a browser is a member's until it is given up, the member is removed, or the class is over."""

from datetime import date, timedelta

import pytest

from core.classroom.classrooms import Classrooms
from core.classroom.members import Members
from core.classroom.seats import IDLE_S, Roles, Seat, give_up_seat, is_over, note_seen, roles, seat_of
from core.runs import Store
from core.runs.classroom_schema import SEATS
from tests.core.classroom.conftest import Later, OnDay, School, count, dump, teacher, visitor


def seated(store: Store, word: str) -> Seat:
    seat = seat_of(store.database, word)
    assert seat is not None
    return seat


def test_a_seat_says_whose_it_is_and_of_which_class(store: Store, school: School) -> None:
    seat = seated(store, school.ada.seat)
    assert (seat.member_id, seat.nickname) == (school.ada.member.id, "Ada")
    assert (seat.classroom_id, seat.title, seat.code) == (school.classroom.id, "7b", school.classroom.code)
    assert seated(store, school.bob.seat).nickname == "Bob"
    assert school.ada.seat not in dump(store), "of its word the store has the hash alone"


@pytest.mark.parametrize("word", ["", "x", "0" * 16, "\ud83d", "x" * 9000, "' or 1=1 --"])
def test_a_word_that_nobody_was_given_is_no_seat(store: Store, school: School, word: str) -> None:
    assert seat_of(store.database, word) is None
    note_seen(store.database, word)
    give_up_seat(store.database, word)
    assert seated(store, school.ada.seat)
    assert count(store, SEATS) == 2


def test_it_is_idle_after_an_hour_in_which_nothing_was_done(
    store: Store, school: School, later: Later
) -> None:
    later(0)
    ada, bens = (Members(visitor(store)).join(school.classroom.code, name).seat for name in ("Cleo", "Ben"))
    later(IDLE_S - 1)
    assert not seated(store, ada).is_idle
    note_seen(store.database, bens)
    later(IDLE_S + 1)
    assert seated(store, ada).is_idle
    assert not seated(store, bens).is_idle
    note_seen(store.database, ada)
    assert not seated(store, ada).is_idle
    seen = {one.nickname: one.seen_at for one in Members(store).all(school.classroom.id)}
    assert seen["Cleo"] == pytest.approx(seen["Ben"] + 2)


def test_a_seat_that_is_given_up_is_gone_and_no_other(store: Store, school: School) -> None:
    second = Members(visitor(store)).rejoin(school.classroom.code, "Ada", school.ada.key).seat
    give_up_seat(store.database, school.ada.seat)
    assert seat_of(store.database, school.ada.seat) is None
    assert seated(store, second).member_id == school.ada.member.id
    assert seated(store, school.bob.seat)
    note_seen(store.database, school.ada.seat)
    assert seat_of(store.database, school.ada.seat) is None


def test_a_removed_members_seats_are_gone(store: Store, school: School) -> None:
    Members(store).remove(school.classroom.id, school.ada.member.id)
    assert seat_of(store.database, school.ada.seat) is None
    assert count(store, SEATS) == 1
    assert seated(store, school.bob.seat)


def test_seats_of_a_class_that_is_over_come_back_when_it_goes_on(
    store: Store, school: School, on_day: OnDay
) -> None:
    tomorrow = date.today() + timedelta(days=1)
    on_day(tomorrow)
    assert seat_of(store.database, school.ada.seat) is None
    assert roles(store.database).gone == {school.ada.member.id, school.bob.member.id}
    Classrooms(store).change(school.classroom.id, last_day=tomorrow)
    assert seated(store, school.ada.seat).nickname == "Ada"
    assert seat_of(store.database, school.bob.seat) is None


def test_roles_say_who_teaches_and_who_is_in_what(store: Store, school: School) -> None:
    ada, bob = school.ada.member.id, school.bob.member.id
    teachers = {"tess": frozenset({school.classroom.id}), "tom": frozenset({school.other.id})}
    now = Roles(teachers, {ada: school.classroom.id, bob: school.other.id}, frozenset())
    assert roles(store.database) == now
    Members(store).remove(school.classroom.id, ada)
    assert roles(store.database) == Roles(teachers, {bob: school.other.id}, frozenset({ada}))


def test_a_class_is_over_after_its_last_day_and_once_it_has_ended(
    store: Store, school: School, on_day: OnDay
) -> None:
    last_day = school.classroom.last_day
    on_day(last_day)
    assert not is_over(store.database, school.classroom.id)
    Members(teacher(store, school.classroom)).remove(school.classroom.id, school.ada.member.id)
    assert not is_over(store.database, school.classroom.id), "who is removed is told so"
    on_day(last_day + timedelta(days=1))
    assert is_over(store.database, school.classroom.id)
    assert is_over(store.database, "nosuchclass")
