"""In which browsers a member is at work, and for how long nothing was done there: a tablet passes from hand to hand."""

import secrets
import time
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from core.classroom.codes import hash_secret
from core.runs.class_rules import ClassRules, rules_from_json
from core.runs.classroom_schema import CLASSROOMS, MEMBERS, SEATS, TEACHERS
from core.runs.database import Database

IDLE_S: Final = 3600.0  # after so long without anything done, it is asked again who is there
PLACE: Final = 500  # letters that are kept of an address
NOTED_S: Final = 60.0  # so exactly it is known when something was done last


@dataclass(frozen=True)
class Seat:
    """A browser in which a member is at work."""

    member_id: str
    nickname: str
    classroom_id: str
    title: str
    code: str
    seen_at: float
    rules: ClassRules
    is_paused: bool = False  # the class, by its teacher

    @property
    def is_idle(self) -> bool:
        """Whether nothing was done for so long that somebody else may sit there."""
        return time.time() - self.seen_at > IDLE_S


@dataclass(frozen=True)
class Roles:
    """Who teaches which classes (their ids), and of which class who is a member."""

    teachers: dict[str, frozenset[str]]
    members: dict[str, str]
    gone: frozenset[str]  # ids of members who were removed, or whose class is over


def take_seat(connection: Connection, member_id: str) -> str:
    """Return the word of a new seat of the member's: for one browser's cookie."""
    word = secrets.token_hex(8)
    row = {"hash": hash_secret(word), "member_id": member_id, "seen_at": time.time()}
    connection.execute(insert(SEATS).values(**row))
    return word


def seat_of(database: Database, word: str) -> Seat | None:
    """Return the seat with this word, None for one that was given up, whose member was removed, whose class is over."""
    asked = (
        select(
            *(MEMBERS.c.id, MEMBERS.c.nickname, CLASSROOMS.c.id, CLASSROOMS.c.title),
            *(CLASSROOMS.c.code, SEATS.c.seen_at, CLASSROOMS.c.rules, CLASSROOMS.c.last_day),
            CLASSROOMS.c.is_paused,
        )
        .select_from(SEATS.join(MEMBERS).join(CLASSROOMS))
        .where(SEATS.c.hash == hash_secret(word), MEMBERS.c.removed_at.is_(None))
    )
    with database.read() as connection:
        row = connection.execute(asked).first()
    if row is None or date.today().isoformat() > row.last_day:
        return None
    return Seat(*row[:6], rules_from_json(row.rules), bool(row.is_paused))


def is_over(database: Database, classroom_id: str) -> bool:
    """Return whether the class has ended, or had its last day.  Raises: StoreError."""
    with database.read() as connection:
        last_day = connection.scalar(select(CLASSROOMS.c.last_day).where(CLASSROOMS.c.id == classroom_id))
    return last_day is None or date.today().isoformat() > last_day


def note_seen(database: Database, word: str) -> None:
    """Note that something was done in the browser just now.  Raises: StoreError."""
    with database.write() as connection:
        connection.execute(update(SEATS).where(SEATS.c.hash == hash_secret(word)).values(seen_at=time.time()))


def note_place(database: Database, word: str, place: str) -> None:
    """Note which address the browser looks at: a page and its query.  Raises: StoreError."""
    with database.write() as connection:
        connection.execute(update(SEATS).where(SEATS.c.hash == hash_secret(word)).values(place=place[:PLACE]))


def give_up_seat(database: Database, word: str) -> None:
    """Have the browser be nobody's of a class any more.  Raises: StoreError."""
    with database.write(durable=True) as connection:
        connection.execute(delete(SEATS).where(SEATS.c.hash == hash_secret(word)))


def roles(database: Database) -> Roles:
    """Return who teaches and who is a member of what.  Raises: StoreError."""
    teaching: dict[str, set[str]] = {}
    members, gone = {}, set()
    whose = select(MEMBERS.c.id, MEMBERS.c.classroom_id, MEMBERS.c.removed_at, CLASSROOMS.c.last_day)
    today = date.today().isoformat()
    with database.read() as connection:
        for visitor, classroom_id in connection.execute(select(TEACHERS.c.visitor, TEACHERS.c.classroom_id)):
            teaching.setdefault(visitor, set()).add(classroom_id)
        for row in connection.execute(whose.select_from(MEMBERS.join(CLASSROOMS))):
            if row.removed_at is not None or today > row.last_day:
                gone.add(row.id)
            else:
                members[row.id] = row.classroom_id
    teachers = {visitor: frozenset(ids) for visitor, ids in teaching.items()}
    return Roles(teachers, members, frozenset(gone))
