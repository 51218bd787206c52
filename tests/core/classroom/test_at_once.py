"""What several do to one class at one moment."""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing

import pytest
from sqlalchemy import Connection

from core.classroom.classrooms import Classrooms
from core.classroom.errors import ClassroomError, ClassroomShut, WrongKey
from core.classroom.guesses import KEYS_BY_MEMBER
from core.classroom.members import MOST_MEMBERS, Joined, Members
from core.runs import Store
from tests.core.classroom.conftest import Later, School, fill, members
from tests.polling import DEADLINE_S


def at_once(store: Store, calls: list[Callable[[], Joined]], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what becomes of calls that all ask to write before the first may: the nickname, or the refusal."""
    write, coming = store.database.write, threading.Semaphore(0)

    def counted(durable: bool = False) -> AbstractContextManager[Connection]:
        coming.release()
        return write(durable)

    def outcome(call: Callable[[], Joined]) -> str:
        try:
            return call().member.nickname
        except ClassroomError as error:
            return type(error).__name__

    assert store.database.path
    with closing(sqlite3.connect(store.database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr(store.database, "write", counted)
        with ThreadPoolExecutor(len(calls)) as pool:
            done = [pool.submit(outcome, call) for call in calls]
            for _ in done:
                assert coming.acquire(timeout=DEADLINE_S)
            other.rollback()
            return [one.result() for one in done]


def test_of_many_who_take_one_nickname_at_one_moment_one_has_it(
    store: Store, school: School, code: str, joining: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = at_once(store, [lambda: joining.join(code, "Cleo")] * 6, monkeypatch)
    assert sorted(told) == ["ClassroomRefused"] * 5 + ["Cleo"]
    assert members(store, school.classroom) == ["Ada", "Cleo"]


def test_of_many_who_take_one_suggested_nickname_each_has_another(
    store: Store, school: School, code: str, joining: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = at_once(store, [lambda: joining.join(code, "Fox 7")] * 6, monkeypatch)
    assert "Fox 7" in told
    assert len({*told}) == 6
    assert {*members(store, school.classroom)} == {*told, "Ada"}


def test_of_many_who_take_the_last_place_one_has_it(
    store: Store, school: School, code: str, joining: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, school.classroom, MOST_MEMBERS - 1)
    calls = [lambda name=f"Kid {number}": joining.join(code, name) for number in range(4)]
    assert sorted(at_once(store, calls, monkeypatch)).count("ClassroomShut") == 3


def test_who_asked_to_join_before_the_class_was_closed_is_not_let_in_after(
    store: Store, school: School, code: str, joining: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = Classrooms(store)

    def closing_meanwhile(typed: str, _kind: str) -> str:
        checked.change(school.classroom.id, is_open=False)
        return typed

    monkeypatch.setattr("core.classroom.members.checked_nickname", closing_meanwhile)
    with pytest.raises(ClassroomShut):
        joining.join(code, "Cleo")
    assert members(store, school.classroom) == ["Ada"]


def test_a_removal_between_the_looks_at_a_key_lets_nobody_in(
    store: Store, school: School, code: str, joining: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(key: str, salt: str, hashed: str) -> bool:  # noqa: ARG001
        Members(store).remove(school.classroom.id, school.ada.member.id)
        return True

    monkeypatch.setattr("core.classroom.members.is_short_key", slow)
    with pytest.raises(WrongKey):
        joining.rejoin(code, "Ada", school.ada.key)


def test_of_many_who_guess_a_key_at_one_moment_so_many_are_looked_at_and_no_more(
    store: Store, code: str, joining: Members, monkeypatch: pytest.MonkeyPatch, later: Later
) -> None:
    later(0)
    told = at_once(store, [lambda: joining.rejoin(code, "Ada", "")] * (KEYS_BY_MEMBER + 3), monkeypatch)
    assert sorted(told) == ["TooManyGuesses"] * 3 + ["WrongKey"] * KEYS_BY_MEMBER
