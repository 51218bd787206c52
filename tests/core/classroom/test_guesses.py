"""Wrong codes and keys: so many in a minute from one place, and nobody else is held up by them."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.classroom.errors import TooManyGuesses, UnknownClassroom, WrongKey
from core.classroom.guesses import (
    CODES_BY_ADDRESS,
    CODES_BY_BROWSER,
    KEYS_BY_CLASS,
    KEYS_BY_CLASS_AND_ADDRESS,
    KEYS_BY_MEMBER,
    MINUTE_S,
)
from core.classroom.members import Members
from core.classroom.teachers import Teachers
from core.runs import Store
from core.runs.classroom_schema import GUESSES
from tests.core.classroom.conftest import Later, School, count, visitor

HERE, THERE = "10.0.0.1", "10.0.0.2"


@pytest.fixture(autouse=True)
def noon(school: School, later: Later) -> None:  # noqa: ARG001
    later(0)


@pytest.fixture(autouse=True)
def quick(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a key be looked at in no time: hundreds are tried."""
    right = {school.ada.member.id: school.ada.key, school.bob.member.id: school.bob.key}
    monkeypatch.setattr(
        "core.classroom.members.is_short_key", lambda key, salt, _hashed: right.get(salt) == key
    )


def until_refused(guess: Callable[[], object], most: int = 1000) -> int:
    """Return how many guesses were looked at before no more were."""
    for tried in range(most):
        try:
            guess()
        except TooManyGuesses:
            return tried
        except (UnknownClassroom, WrongKey):
            continue
    return most


def rejoin(store: Store, school: School, nickname: str, key: str = "", address: str = HERE) -> object:
    return Members(visitor(store)).rejoin(school.classroom.code, nickname, key, address)


def test_codes_are_counted_by_browser(store: Store, school: School) -> None:
    here = Members(visitor(store, "one"))
    assert until_refused(lambda: here.named("nosuch", HERE)) == CODES_BY_BROWSER
    with pytest.raises(TooManyGuesses) as refused:  # the right one, too
        here.named(school.classroom.code, HERE)
    assert "Wait a minute" in refused.value.remedy
    with pytest.raises(TooManyGuesses):
        here.join(school.classroom.code, "Cleo", THERE)
    assert Members(visitor(store, "another")).join(school.classroom.code, "Cleo", HERE)


def test_codes_are_counted_by_address_whatever_browser(store: Store, school: School) -> None:
    browsers = iter(range(10_000))

    def guess() -> None:
        Members(visitor(store, f"new {next(browsers)}")).named("nosuch", HERE)

    assert until_refused(guess) == CODES_BY_ADDRESS
    assert Members(visitor(store)).named(school.classroom.code, THERE)


def test_teachers_keys_are_counted_with_codes(store: Store, school: School) -> None:
    here = visitor(store, "one")
    assert until_refused(lambda: Teachers(here).enter("nosuch", HERE)) == CODES_BY_BROWSER
    with pytest.raises(TooManyGuesses):
        Teachers(here).enter(school.key, HERE)
    with pytest.raises(TooManyGuesses):
        Members(here).named(school.classroom.code, HERE)
    assert Teachers(visitor(store, "another")).enter(school.key, HERE)


def test_keys_are_counted_by_member_from_wherever(store: Store, school: School) -> None:
    addresses = iter(range(10_000))
    guess = lambda: rejoin(store, school, "Ada", address=f"10.1.0.{next(addresses)}")  # noqa: E731
    assert until_refused(guess) == KEYS_BY_MEMBER
    with pytest.raises(TooManyGuesses):
        rejoin(store, school, "Ada", school.ada.key, THERE)
    joined = Members(visitor(store)).join(school.classroom.code, "Cleo", HERE)
    assert joined.seat, "others go on"
    with pytest.raises(WrongKey):
        rejoin(store, school, "Cleo")


def test_keys_are_counted_by_class_and_address(store: Store, school: School) -> None:
    assert until_refused(lambda: rejoin(store, school, "nobody")) == KEYS_BY_CLASS_AND_ADDRESS
    with pytest.raises(TooManyGuesses):
        rejoin(store, school, "Ada", school.ada.key)
    assert rejoin(store, school, "Ada", school.ada.key, THERE)
    assert Members(visitor(store)).rejoin(school.other.code, "Bob", school.bob.key, HERE)


def test_keys_are_counted_by_class_from_wherever(store: Store, school: School) -> None:
    addresses = iter(range(10_000))
    guess = lambda: rejoin(store, school, "nobody", address=f"10.1.0.{next(addresses) % 200}")  # noqa: E731
    assert until_refused(guess) == KEYS_BY_CLASS
    with pytest.raises(TooManyGuesses):
        rejoin(store, school, "Ada", school.ada.key, THERE)
    assert Members(visitor(store)).rejoin(school.other.code, "Bob", school.bob.key, THERE)


def test_the_next_minute_it_is_open_again(store: Store, school: School, later: Later) -> None:
    assert until_refused(lambda: rejoin(store, school, "Ada")) == KEYS_BY_MEMBER
    later(MINUTE_S - 1)
    with pytest.raises(TooManyGuesses):
        rejoin(store, school, "Ada", school.ada.key)
    later(MINUTE_S)
    assert rejoin(store, school, "Ada", school.ada.key)
    assert until_refused(lambda: rejoin(store, school, "Ada")) == KEYS_BY_MEMBER
    later(-3 * MINUTE_S)  # a clock that was set back shuts nobody out
    assert rejoin(store, school, "Ada", school.ada.key)


def test_what_is_right_is_not_counted(store: Store, school: School) -> None:
    for _ in range(3 * KEYS_BY_MEMBER):
        rejoin(store, school, "Ada", school.ada.key)
        Teachers(visitor(store, "one")).enter(school.key, HERE)
    assert count(store, GUESSES) == 0


def test_where_guesses_come_from_is_kept_hashed_and_for_a_minute(
    store: Store, school: School, later: Later
) -> None:
    with pytest.raises(UnknownClassroom):
        Members(visitor(store, "somebody")).named("nosuch", HERE)
    with pytest.raises(WrongKey):
        rejoin(store, school, "Ada")
    with store.database.read() as connection:
        before = {row.place: row.count for row in connection.execute(select(GUESSES))}
    assert len(before) == 5
    assert all(re.fullmatch("[0-9a-f]{64}", place) for place in before)
    later(MINUTE_S)
    with pytest.raises(UnknownClassroom):
        Members(visitor(store, "another")).named("nosuch", THERE)
    with store.database.read() as connection:
        after = {row.place: row.count for row in connection.execute(select(GUESSES))}
    assert [*after.values()] == [1, 1]
    assert not {*before} & {*after}
