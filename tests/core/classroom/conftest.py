"""A store with a class in it, those who use it, and days and times of the tests' own."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Table, func, insert, select

from core.access.rules import Actor, Role
from core.classroom import classroom_table, classrooms, ending, guesses, practice, seats
from core.classroom.classroom_table import Classroom
from core.classroom.classrooms import Classrooms
from core.classroom.members import Joined, Members
from core.config.app_settings import Settings
from core.runs import Store
from core.runs.classroom_schema import MEMBERS

OnDay = Callable[[date], None]
Later = Callable[[float], None]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty store in a file, whose data folder is its own."""
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def open_store(folder: Path) -> Store:
    """Open the store in the folder as another process would."""
    return Store(settings=Settings(data=str(folder)))


@dataclass(frozen=True)
class School:
    """A class that Tess teaches by the first key, and Ada, a member; and another class, of Tom's, with Bob."""

    classroom: Classroom
    key: str
    ada: Joined
    other: Classroom
    other_key: str
    bob: Joined
    run: str = ""  # Ada's, where a test has made one


@pytest.fixture
def school(store: Store) -> School:
    classroom, key = Classrooms(starter(store, "tess")).start("7b")
    other, other_key = Classrooms(starter(store, "tom")).start("8c")
    ada = Members(visitor(store, "a tablet")).join(classroom.code, "Ada")
    bob = Members(visitor(store, "another tablet")).join(other.code, "Bob")
    return School(classroom, key, ada, other, other_key, bob)


@pytest.fixture
def code(school: School) -> str:
    return school.classroom.code


@pytest.fixture
def joining(store: Store) -> Members:
    """Return the members of classes as somebody sees them who is in none."""
    return Members(visitor(store))


def visitor(store: Store, name: str = "vi") -> Store:
    """Return the store as a browser uses it that is in no class."""
    return store.acting_as(Actor(Role.VISITOR, name))


def starter(store: Store, name: str) -> Store:
    """Return the store as a browser uses it that may start a class."""
    return store.acting_as(Actor(Role.VISITOR, name, may_start_class=True))


def teacher(store: Store, classroom: Classroom, name: str = "tess") -> Store:
    return store.acting_as(Actor(Role.VISITOR, name, frozenset({classroom.id}), may_start_class=True))


def member(store: Store, joined: Joined) -> Store:
    return store.acting_as(Actor(Role.VISITOR, joined.member.id, member_of=joined.classroom.id))


def members(store: Store, classroom: Classroom) -> list[str]:
    """Return the nicknames in the class."""
    return [one.nickname for one in Members(store).all(classroom.id)]


def fill(store: Store, classroom: Classroom, up_to: int) -> None:
    """Have the class have so many members."""
    rows = [
        {"id": f"m{number}", "classroom_id": classroom.id, "nickname": f"M {number}"}
        | {"folded": f"m {number}", "key_hash": "", "joined_at": 0.0}
        for number in range(up_to - len(members(store, classroom)))
    ]
    with store.database.write() as connection:
        connection.execute(insert(MEMBERS), rows)


def dump(store: Store) -> str:
    """Return everything that the store holds, but for wrong guesses."""
    assert store.database.path
    with closing(sqlite3.connect(store.database.path)) as connection:
        return "\n".join(
            line for line in connection.iterdump() if not line.startswith('INSERT INTO "guesses"')
        )


def count(store: Store, table: Table) -> int:
    with store.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> OnDay:
    """Return what has it be another day for classes."""

    def be(day: date) -> None:
        class Day(date):
            @classmethod
            def today(cls) -> "Day":
                return cls(day.year, day.month, day.day)

        for module in (classroom_table, classrooms, ending, practice, seats):
            monkeypatch.setattr(module, "date", Day)

    return be


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Return what has it be so many seconds after noon of a day; it is noon, and does not go on."""
    times = [1_700_000_040.0]  # at the beginning of a minute
    monkeypatch.setattr(guesses.time, "time", lambda: times[0])

    def be(seconds: float) -> None:
        times[0] = 1_700_000_040.0 + seconds

    return be
