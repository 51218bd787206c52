"""The table of runs: how every part of the store reads a run's row and changes it."""

from functools import lru_cache
from typing import Any

from sqlalchemy import ClauseElement, Connection, Select, Update, bindparam, func, insert, select, update

from core.access.rules import NOTHING, SYSTEM, Action, Actor, Subject, may
from core.config.app_settings import Settings
from core.protocol.events import Event, Finished
from core.runs.database import Database
from core.runs.errors import NotAllowed, UnknownRun
from core.runs.leases import Leases
from core.runs.row_updates import columns_of, step_of
from core.runs.run_row import IN_WORK, INTERRUPTED, LOST_CAUSE, LOST_MESSAGE, LOST_REMEDY, PAUSED
from core.runs.schema import EVENTS, RUNS
from core.runs.serialization import encode, kind_of

Values = dict[str, Any]  # a row, column -> value
_ROW = select(RUNS).where(RUNS.c.id == bindparam("of_run"))
_WHOSE = select(RUNS.c.owner, RUNS.c.deleted_at).where(RUNS.c.id == bindparam("of_run"))


def one(connection: Connection, statement: Select[Any]) -> Values | None:
    """Return the first row, None if there is none."""
    row = connection.execute(statement).mappings().first()
    return {**row} if row is not None else None


def many(connection: Connection, statement: Select[Any]) -> list[Values]:
    """Return every row."""
    result = connection.execute(statement)
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]


class RunTable:
    """The rows of runs, read and changed in a transaction that is under way, and the leases of who holds them.

    actor: on whose behalf. What asks first (core.access.guard) asks `check`.
    """

    def __init__(self, database: Database, leases: Leases, settings: Settings, actor: Actor = SYSTEM) -> None:
        self.database, self.leases, self.settings, self.actor = database, leases, settings, actor

    def check(self, action: Action, run_id: str) -> None:
        """Refuse what the actor may not do to the run ("": to none in particular).

        Raises: UnknownRun, also for a run that the actor may not even read; NotAllowed.
        """
        if self.actor is SYSTEM:
            return
        subject = self.subject(run_id) if run_id else NOTHING
        if may(self.actor, action, subject):
            return
        if run_id and not may(self.actor, Action.READ_RUN, subject):
            raise UnknownRun(run_id)
        raise NotAllowed(action, run_id, self.actor)

    def subject(self, run_id: str) -> Subject:
        """Return whose the run is.  Raises: UnknownRun."""
        with self.database.read() as connection:
            found = connection.execute(_WHOSE, {"of_run": run_id}).first()
        if found is None:
            raise UnknownRun(run_id)
        return Subject(found.owner, found.deleted_at is not None)

    def row(self, connection: Connection, run_id: str) -> Values:
        """Return the run's row.  Raises: UnknownRun."""
        row = connection.execute(_ROW, {"of_run": run_id}).mappings().first()
        if row is None:
            raise UnknownRun(run_id)
        return {**row}

    def is_held(self, values: Values) -> bool:
        """Return whether a living worker has the run; a pause that gave its worker up needs none."""
        if values["state"] not in IN_WORK:
            return False
        if not values["lease"]:
            return bool(values["state"] == PAUSED)
        return self.leases.is_held(values["lease"])

    def with_holder(self, values: Values) -> tuple[Values, bool]:
        """Return the run's row and whether a living worker has it.

        A run that seems to be lost is read again: its worker may have ended it since it was read, and let go of it.
        """
        while not (is_held := self.is_held(values)) and values["state"] in IN_WORK:
            with self.database.read() as connection:
                again = connection.execute(_ROW, {"of_run": values["id"]}).mappings().first()
            if again is None or again["revision"] == values["revision"]:
                break
            values = {**again}
        return values, is_held

    def change(self, connection: Connection, run_id: str, **values: Any) -> None:
        """Write `values` to the run's row and count the change."""
        if any(isinstance(value, ClauseElement) for value in values.values()):
            statement = update(RUNS).where(RUNS.c.id == run_id)
            connection.execute(statement.values(revision=RUNS.c.revision + 1, **values))
            return
        new = {f"new_{name}": value for name, value in values.items()}
        connection.execute(_changing(frozenset(values)), {"of_run": run_id, **new})

    def mark_interrupted_if_lost(self, connection: Connection, values: Values) -> Values:
        """Return the row, first written down as interrupted if its worker is gone."""
        if values["state"] not in IN_WORK or self.is_held(values):
            return values
        why = {"cause": LOST_CAUSE, "message": LOST_MESSAGE, "remedy": LOST_REMEDY}
        self.change(connection, values["id"], state=INTERRUPTED, lease="", **why)
        return self.row(connection, values["id"])

    def end(self, connection: Connection, values: Values, event: Event) -> None:
        """End a run that no worker has by its terminal event."""
        run_id, seq = values["id"], values["seq"] + 1
        connection.execute(insert(EVENTS), [event_row(run_id, values["attempt"], seq, event)])
        self.change(connection, run_id, seq=seq, **columns_of(event, values))

    def end_as_stopped(self, connection: Connection, values: Values) -> None:
        """End a run that no worker has by the order to stop."""
        self.end(connection, values, Finished(values["step"], "stopped", values["elapsed_s"]))

    def next_queue_order(self, connection: Connection) -> int:
        """Return a number behind every queued run's: a counter, so that no clock decides who is first."""
        return (connection.scalar(select(func.max(RUNS.c.queue_order))) or 0) + 1


def event_row(run_id: str, attempt: int, seq: int, event: Event) -> Values:
    """Return the row of a recorded event."""
    row = {"run_id": run_id, "attempt": attempt, "seq": seq, "kind": kind_of(event), "payload": encode(event)}
    return {**row, "step": step_of(event)}


@lru_cache(maxsize=256)
def _changing(columns: frozenset[str]) -> Update:
    """Return the UPDATE of a run's row that sets these columns; made once, since making it costs a millisecond."""
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in sorted(columns)}
    statement = update(RUNS).where(RUNS.c.id == bindparam("of_run"))
    return statement.values(revision=RUNS.c.revision + 1, **values)
