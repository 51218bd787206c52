"""Classes: started, changed, copied, listed."""

import ipaddress
import re
import secrets
import socket
import time
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import Connection, func, insert, select, update

from core.access.guard import NO_SUBJECT, needs, needs_right_to
from core.access.rules import Action, Role
from core.classroom.activities import practises
from core.classroom.classroom_table import (
    Classroom,
    ClassroomTable,
    classroom,
    find,
    find_by_code,
    note_change,
)
from core.classroom.codes import new_code, read_code
from core.classroom.errors import ClassroomRefused, UnknownClassroom
from core.classroom.nicknames import KINDS, OWN
from core.classroom.teachers import add_key, make_teacher
from core.i18n.literal_text import text_problem
from core.i18n.translation import N_, _
from core.runs.class_rules import rules_to_json
from core.runs.classroom_schema import CLASSROOMS, MEMBERS

LONGEST_TITLE: Final = 60
LONGEST_ADDRESS: Final = 200
MOST_DAYS: Final = 366
WEEK: Final = timedelta(days=7)
_HOST: Final = re.compile(r"[A-Za-z0-9.:_-]{1,120}", re.ASCII)
_PATH: Final = re.compile(r"(/[A-Za-z0-9._~-]+)*", re.ASCII)
_TITLE_REFUSAL: Final = N_("The title has {character} near “{near}”, which cannot be shown.")


class Classrooms(ClassroomTable):
    """Classes as the store's actor may use them.  Each method raises UnknownClassroom, NotAllowed and StoreError."""

    @needs_right_to(Action.START_CLASS)
    def start(self, title: str, last_day: date | None = None, nicknames: str = OWN) -> tuple[Classroom, str]:
        """Return a new class and its teacher's key, which is not kept. The actor, if a browser, is its teacher.

        last_day: default today. nicknames: OWN or LIST.  Raises: ClassroomRefused naming what cannot be taken.
        """
        values = checked(title=title, last_day=last_day or date.today(), nicknames=nicknames)
        with self._database.write(durable=True) as connection:
            return new_classroom(connection, values, [self._actor.id])

    @needs(Action.LEAD_CLASS)
    def copy(self, classroom_id: str) -> tuple[Classroom, str]:
        """Return a class like this one, for a parallel group, and its teacher's key: nobody is in it yet.

        Raises: NotAllowed for who may not start a class.
        """
        self.check(Action.START_CLASS, NO_SUBJECT)
        with self._database.write(durable=True) as connection:
            like = find(connection, classroom_id)
            room = LONGEST_TITLE - len(_("{title} (copy)", title=""))
            title = _("{title} (copy)", title=like.title[:room].rstrip())
            last_day = max(like.last_day, date.today()).isoformat()
            values = values_like(like) | {"title": title, "last_day": last_day}
            return new_classroom(connection, values, [self._actor.id])

    @needs(Action.READ_CLASS)
    def get(self, classroom_id: str) -> Classroom:
        """Return the class."""
        with self._database.read() as connection:
            return find(connection, classroom_id)

    def mine(self) -> list[Classroom]:
        """Return the classes that the actor teaches, newest first, then those that practise; an operator's are all."""
        newest = select(CLASSROOMS).order_by(practises(), CLASSROOMS.c.created_at.desc())
        if self._actor.role is Role.VISITOR:
            newest = newest.where(CLASSROOMS.c.id.in_(self._actor.teaches))
        with self._database.read() as connection:
            return [classroom(row) for row in connection.execute(newest)]

    @needs_right_to(Action.LEAD_CLASS)
    def named(self, code: str) -> Classroom:
        """Return the class with this code, however it was typed, for who may lead any: no guess is counted."""
        with self._database.read() as connection:
            found = find_by_code(connection, read_code(code))
        if found is None:
            raise UnknownClassroom(code)
        return found

    @needs_right_to(Action.LEAD_CLASS)
    def all(self) -> list[tuple[Classroom, int]]:
        """Return all classes, newest first, each with how many members it has, without who was removed."""
        members = select(func.count()).where(
            MEMBERS.c.classroom_id == CLASSROOMS.c.id, MEMBERS.c.removed_at.is_(None)
        )
        newest = select(CLASSROOMS, members.scalar_subquery().label("members"))
        newest = newest.order_by(CLASSROOMS.c.created_at.desc())
        with self._database.read() as connection:
            return [(classroom(row), row.members) for row in connection.execute(newest)]

    @needs(Action.LEAD_CLASS)
    def change(self, classroom_id: str, **values: Any) -> Classroom:
        """Give the class another title, last_day, nicknames or address, or have it be open or not (is_open).

        Raises: ClassroomRefused naming what cannot be taken.
        """
        values = checked(**values)
        with self._database.write() as connection:
            find(connection, classroom_id)
            connection.execute(update(CLASSROOMS).where(CLASSROOMS.c.id == classroom_id).values(**values))
            note_change(connection, classroom_id)
            return find(connection, classroom_id)


def new_classroom(
    connection: Connection, values: dict[str, Any], visitors: Iterable[str]
) -> tuple[Classroom, str]:
    """Return a new class and its teacher's key, by which these visitors teach it ("": nobody)."""
    classroom_id, code = secrets.token_hex(8), new_code()
    while find_by_code(connection, code):
        code = new_code()
    row = {"id": classroom_id, "code": code, "is_open": 1, "created_at": time.time(), "revision": 0}
    connection.execute(insert(CLASSROOMS).values(**{"address": "", **row, **values}))
    key_id, key = add_key(connection, classroom_id, "")
    for visitor in {*visitors} - {""}:
        make_teacher(connection, classroom_id, visitor, key_id)
    return find(connection, classroom_id), key


def values_like(classroom: Classroom) -> dict[str, Any]:
    """Return what a new class has that is to be like this one; its title and its days are its own."""
    return {
        "nicknames": classroom.nicknames,
        "address": classroom.address,
        "needs_nod": int(classroom.needs_nod),
        "rules": rules_to_json(classroom.rules),
    }


def next_week(last_day: date) -> date:
    """Return the last day of a class that goes on a week later, or a week from today if that is past."""
    return max(last_day, date.today()) + WEEK


def checked(**values: Any) -> dict[str, Any]:
    """Return a class's values as they are kept.  Raises: ClassroomRefused naming the first that cannot be taken."""
    kept = {**values}
    if "title" in values:
        kept["title"] = _checked_title(values["title"])
    if "last_day" in values:
        kept["last_day"] = _checked_day(values["last_day"]).isoformat()
    if "is_open" in values:
        kept["is_open"] = int(values["is_open"])
    if "needs_nod" in values:
        kept["needs_nod"] = int(values["needs_nod"])
    if "address" in values:
        kept["address"] = checked_address(values["address"])
    if values.get("nicknames", OWN) not in KINDS:
        raise ClassroomRefused(
            _("“{value}” says nothing about nicknames.", value=str(values["nicknames"])[:40]),
            _("It is one of {options:list}.", options=KINDS),
        )
    return kept


def checked_address(typed: str) -> str:
    """Return the address of the app, as other devices reach it, without what follows it.

    Raises: ClassroomRefused naming one that is none, or that leads every device to itself.
    """
    address = typed.strip().rstrip("/")
    if "://" not in address:
        address = f"http://{address}"
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    is_one = (
        parts.scheme in ("http", "https") and _HOST.fullmatch(host) and not (parts.query or parts.fragment)
    )
    is_one = is_one and "@" not in parts.netloc and not parts.netloc.endswith(":")
    if not is_one or len(address) > LONGEST_ADDRESS or not _PATH.fullmatch(parts.path):
        raise ClassroomRefused(
            _("“{address}” is no address of this app.", address=typed[:40]),
            _("Give it as a browser shows it, such as http://192.168.1.20:8501."),
        )
    if is_loopback(host):
        raise ClassroomRefused(
            _("“{address}” leads every device to itself.", address=typed[:40]),
            _("Give an address that other devices reach, such as http://192.168.1.20:8501."),
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def is_loopback(host: str) -> bool:
    """Return whether the host is, for each computer, that computer itself."""
    try:
        address = ipaddress.ip_address(
            host if ":" in host else socket.inet_aton(host)
        )  # as browsers do: 127.1
    except (ValueError, OSError):
        return f".{host.lower().rstrip('.')}".endswith(".localhost")
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_unspecified


def _checked_title(typed: str) -> str:
    title = " ".join(typed.split())
    if problem := text_problem(_TITLE_REFUSAL, title):
        raise ClassroomRefused(*problem)
    if not title:
        raise ClassroomRefused(
            _("The class has no title."), _("Give it one that its members know, such as “7b”.")
        )
    if len(title) > LONGEST_TITLE:
        raise ClassroomRefused(
            _("The title has {n} characters: “{start} …”.", n=len(title), start=title[:20]),
            _("A title has at most {most}.", most=LONGEST_TITLE),
        )
    return title


def _checked_day(day: date) -> date:
    today = date.today()
    if not today <= day <= today + timedelta(days=MOST_DAYS):
        raise ClassroomRefused(
            _("The class cannot end on {day:date}.", day=day),
            _("Choose a day from today on, within a year."),
        )
    return day
