"""What a class does together: begun and ended by its teacher, one of each kind at a time."""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, insert, select, update

from core.classroom.classroom_table import find, note_change
from core.runs.classroom_schema import ACTIVITIES, CLASSROOMS

PRACTICE: Final = "practice"  # of a class of its own, see core.classroom.practice


@dataclass(frozen=True)
class Activity:
    """Something that a class does. terms: by its kind. ended_at: None while it goes on. Times in seconds since 1970."""

    id: str
    kind: str
    terms: Mapping[str, Any]
    began_at: float
    ended_at: float | None

    @property
    def goes_on(self) -> bool:
        """Whether the class is at it."""
        return self.ended_at is None


def begin(connection: Connection, classroom_id: str, kind: str, terms: Mapping[str, Any]) -> Activity:
    """Return a new activity; one of its kind that goes on ends.  Raises: UnknownClassroom."""
    end(connection, classroom_id, kind)
    begun = Activity(secrets.token_hex(8), kind, terms, time.time(), None)
    row = {"id": begun.id, "classroom_id": classroom_id, "kind": kind, "began_at": begun.began_at}
    connection.execute(insert(ACTIVITIES).values(**row, terms=json.dumps(terms)))
    return begun


def end(connection: Connection, classroom_id: str, kind: str) -> None:
    """End the activity of this kind that goes on, if one does.  Raises: UnknownClassroom."""
    find(connection, classroom_id)
    going_on = update(ACTIVITIES).filter_by(classroom_id=classroom_id, kind=kind, ended_at=None)
    connection.execute(going_on.values(ended_at=time.time()))
    note_change(connection, classroom_id)


def latest(connection: Connection, classroom_id: str, kind: str) -> Activity | None:
    """Return the activity of this kind that goes on, or the last one; None before the first."""
    asked = select(ACTIVITIES).filter_by(classroom_id=classroom_id, kind=kind)
    row = connection.execute(asked.order_by(ACTIVITIES.c.began_at.desc())).first()
    if row is None:
        return None
    return Activity(row.id, row.kind, json.loads(row.terms), row.began_at, row.ended_at)


def change_terms(connection: Connection, activity: Activity, **terms: Any) -> None:
    """Write further terms to the activity."""
    changed = json.dumps({**activity.terms, **terms})
    connection.execute(update(ACTIVITIES).where(ACTIVITIES.c.id == activity.id).values(terms=changed))


def practices(connection: Connection, of: str | None = None) -> dict[str, Activity]:
    """Return the newest practice of each class that practises, by that class's id, the latest begun first.

    of: the class that they are like, None for all.
    """
    found: dict[str, Activity] = {}
    asked = select(ACTIVITIES).filter_by(kind=PRACTICE).order_by(ACTIVITIES.c.began_at.desc())
    for row in connection.execute(asked):
        terms = json.loads(row.terms)
        if of in (None, terms.get("of")):
            found.setdefault(row.classroom_id, Activity(row.id, row.kind, terms, row.began_at, row.ended_at))
    return found


def practises() -> ColumnElement[bool]:
    """Return the condition, in a query of classes, of one in which simulated members practise or did."""
    its_own = (ACTIVITIES.c.classroom_id == CLASSROOMS.c.id) & (ACTIVITIES.c.kind == PRACTICE)
    return select(ACTIVITIES.c.id).where(its_own).exists()
