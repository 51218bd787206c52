"""The rows of classes: how every part of core.classroom reads them, asks the rules, and counts changes."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Row, select, update

from core.access.rules import NOTHING, Action, Subject, may
from core.classroom.errors import GoneClassroom
from core.i18n.translation import _
from core.runs.class_rules import ClassRules, rules_from_json
from core.runs.classroom_schema import CLASSROOMS
from core.runs.errors import NotAllowed

if TYPE_CHECKING:
    from core.runs.store import Store

ENDING: Final = date.min  # the last day of a class whose end has begun


@dataclass(frozen=True)
class Classroom:
    """A class. `address`: of the app as the class's devices reach it, "" before one was chosen.

    is_open: whoever has the code may join. revision: counts every change to the class and its members. is_paused,
    is_held, message: what its teacher has all screens do and say; pushed: the place that they were sent to last, one of
    `pushes`; followed: the teacher whom they follow, "" for none. needs_nod: what members make waits for the teacher.
    """

    id: str
    code: str
    title: str
    last_day: date
    nicknames: str
    address: str
    is_open: bool
    created_at: float
    revision: int
    is_paused: bool
    is_held: bool
    message: str
    pushed: str
    pushes: int
    followed: str
    rules: ClassRules
    needs_nod: bool

    @property
    def is_over(self) -> bool:
        """Whether its last day is past, where the server is."""
        return date.today() > self.last_day

    @property
    def is_ending(self) -> bool:
        """Whether its end has begun, and something could not be deleted: it goes on when it is ended once more."""
        return self.last_day == ENDING

    @property
    def state(self) -> str:
        """Whether people can join it, in a word in the reader's language."""
        if self.is_over:
            return _("ending") if self.is_ending else _("over")
        return _("open") if self.is_open else _("closed")


class ClassroomTable:
    """Classes as a store's actor may use them; what asks first (core.access.guard) asks `check`."""

    def __init__(self, store: "Store") -> None:
        self._store = store
        self._database, self._actor = store.database, store.actor

    def check(self, action: Action, classroom_id: str) -> None:
        """Refuse what the actor may not do to the class ("": to none in particular).

        Raises: GoneClassroom, also for one that the actor may not even read; NotAllowed; StoreError.
        """
        subject = Subject("", classroom=classroom_id) if classroom_id else NOTHING
        if not may(self._actor, action, subject):
            if classroom_id and not may(self._actor, Action.READ_CLASS, subject):
                raise GoneClassroom
            raise NotAllowed(action, classroom_id, self._actor)

    def may(self, action: Action, classroom_id: str = "") -> bool:
        """Return whether the actor may do this to the class: for what is not shown. The methods ask by themselves."""
        return may(self._actor, action, Subject("", classroom=classroom_id) if classroom_id else NOTHING)


def find(connection: Connection, classroom_id: str) -> Classroom:
    """Return the class with this id.  Raises: GoneClassroom."""
    row = connection.execute(select(CLASSROOMS).where(CLASSROOMS.c.id == classroom_id)).first()
    if row is None:
        raise GoneClassroom
    return classroom(row)


def find_by_code(connection: Connection, code: str) -> Classroom | None:
    """Return the class with this code, as `read_code` gives it."""
    row = connection.execute(select(CLASSROOMS).where(CLASSROOMS.c.code == code)).first()
    return None if row is None else classroom(row)


def classroom(row: Row[tuple[object, ...]]) -> Classroom:
    """Return a row's class; the row may have more beside it."""
    values = {name: row._mapping[name] for name in CLASSROOMS.c.keys()}  # noqa: SIM118 - no mapping
    values |= {name: bool(values[name]) for name in ("is_open", "is_paused", "is_held", "needs_nod")}
    values |= {"last_day": date.fromisoformat(values["last_day"]), "rules": rules_from_json(values["rules"])}
    return Classroom(**values)


def note_change(connection: Connection, classroom_id: str) -> None:
    """Count a change to the class, so that whoever looks at it sees it."""
    counted = update(CLASSROOMS).where(CLASSROOMS.c.id == classroom_id)
    connection.execute(counted.values(revision=CLASSROOMS.c.revision + 1))
