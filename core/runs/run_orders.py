"""Orders to a run: durable columns of its row, valid before it starts, each change one transaction."""

import time
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, bindparam, case, select

from core.access.guard import needs
from core.access.rules import Action, Role
from core.config.field_errors import ONE_OF
from core.config.query_string import parse_field
from core.config.run_config import ConfigError, FieldError
from core.protocol.controls import RunCommands
from core.runs.class_pause import command_now, run_until_now
from core.runs.run_records import check_pace, check_queue
from core.runs.run_row import CREATED, ENDED, IN_WORK, INTERRUPTED, PAUSED, QUEUED
from core.runs.run_table import RunTable, Values
from core.runs.schema import RUNS
from core.runs.store_time import store_time

COMMANDS: Final = ("run", "pause", "stop")
_ORDERS: Final = select(
    RUNS.c.state, command_now(), run_until_now(), RUNS.c.learning_rate, RUNS.c.pace
).where(RUNS.c.id == bindparam("of_run"), RUNS.c.attempt == bindparam("of_attempt"))


class RunOrders:
    """Orders to runs."""

    def __init__(self, table: RunTable) -> None:
        self._table, self._database, self.check = table, table.database, table.check

    @needs(Action.ORDER_RUN)
    def order(
        self,
        run_id: str,
        *,
        command: str | None = None,
        learning_rate: float | None = None,
        pace: str | None = None,
        one_step: bool = False,
        one_epoch: bool = False,
    ) -> None:
        """Change the run's standing orders at once; what is not given stays.

        "run" goes on from a pause; "pause" and "stop" are obeyed between two steps, "stop" at once by a run
        that no worker has. `one_step` and `one_epoch` go on by that much (to the epoch's end) and pause again;
        pressed twice they add up. A run that has ended obeys nothing more.

        Raises: UnknownRun; ConfigError naming the refused value; RunRefused where it would wait in a full queue.
        """
        changes = _checked(command, learning_rate, pace)
        if one_step or one_epoch:
            changes |= {"command": "pause", "run_until": _further(one_epoch)}
        goes_on = one_step or one_epoch or command == "run"
        self._database.write_with_reserve(lambda: self._order(run_id, changes, goes_on))

    def _order(self, run_id: str, changes: dict[str, Any], goes_on: bool) -> None:
        with self._database.write() as connection:
            values = self._table.mark_interrupted_if_lost(connection, self._table.row(connection, run_id))
            if values["state"] in ENDED:
                return
            self._table.change(connection, run_id, **changes)
            if changes.get("command") == "stop" and not self._is_worked_on(values):
                self._table.end_as_stopped(connection, values)
            elif goes_on and values["state"] == PAUSED and not values["lease"]:
                self._queue(connection, run_id)

    @needs(Action.ORDER_RUN)
    def enqueue(self, run_id: str) -> bool:
        """Put a held-back or interrupted run into the queue; return False, changing nothing, for any other.

        An interrupted run goes on from its last checkpoint; its standing orders are "run" again.
        Raises: UnknownRun; RunRefused for a visitor, where the queue is full.
        """
        with self._database.read() as connection:
            values = self._table.row(connection, run_id)
        if values["state"] not in (CREATED, INTERRUPTED, *IN_WORK):
            return False
        with self._database.write(durable=True) as connection:
            values = self._table.mark_interrupted_if_lost(connection, self._table.row(connection, run_id))
            if values["state"] == INTERRUPTED:
                self._table.change(connection, run_id, command="run", run_until=0)
            if values["state"] not in (CREATED, INTERRUPTED):
                return False
            self._queue(connection, run_id)
            return True

    @needs(Action.DELETE_RUN)
    def delete(self, run_id: str) -> None:
        """Put the run out of sight, stopped if it had not ended; `restore` undoes it until the upkeep purges it.

        Raises: UnknownRun.
        """
        self._database.write_with_reserve(lambda: self._delete(run_id))

    def _delete(self, run_id: str) -> None:
        with self._database.write(durable=True) as connection:
            values = self._table.mark_interrupted_if_lost(connection, self._table.row(connection, run_id))
            self._table.change(connection, run_id, deleted_at=store_time(connection, time.time()))
            if self._is_worked_on(values):
                self._table.change(connection, run_id, command="stop")
            elif values["state"] not in ENDED:
                self._table.end_as_stopped(connection, values)

    @needs(Action.WORK)
    def orders(self, run_id: str, attempt: int) -> RunCommands | None:
        """Return the standing orders, None if the run is no longer in this attempt. For its worker."""
        with self._database.read() as connection:
            row = connection.execute(_ORDERS, {"of_run": run_id, "of_attempt": attempt}).first()
        return RunCommands(*row[1:]) if row and row[0] in IN_WORK else None

    def _is_worked_on(self, values: Values) -> bool:
        return values["state"] in IN_WORK and bool(values["lease"])

    def _queue(self, connection: Connection, run_id: str) -> None:
        actor = self._table.actor
        if actor.role is Role.VISITOR:
            check_queue(connection, self._table.settings, actor.id)
        order = self._table.next_queue_order(connection)
        cleared = {"cause": "", "message": "", "remedy": ""}
        queued = {"state": QUEUED, "queue_order": order, "queued_at": time.time()}
        self._table.change(connection, run_id, **queued, **cleared)


def _checked(command: str | None, learning_rate: float | None, pace: str | None) -> dict[str, Any]:
    """Return the columns to write for what was given.  Raises: ConfigError."""
    changes: dict[str, Any] = {}
    if command is not None:
        if command not in COMMANDS:
            raise ConfigError([FieldError("command", command, ONE_OF, {"options": COMMANDS})])
        changes |= {"command": command, "run_until": 0}
    if learning_rate is not None:
        changes["learning_rate"] = parse_field("learning_rate", repr(float(learning_rate)))
    if pace is not None:
        check_pace(pace)
        changes["pace"] = pace
    return changes


def _further(one_epoch: bool) -> ColumnElement[int]:
    """Return the new `run_until`: one step, or to the end of the epoch, beyond what is done or ordered.

    Before the run has started the length of an epoch is unknown: then -n stands for n epochs.
    """
    columns = RUNS.c
    reached = case((columns.run_until > columns.step, columns.run_until), else_=columns.step)
    if not one_epoch:
        return case((columns.run_until < 0, columns.run_until), else_=reached + 1)
    epochs_done = reached // columns.steps_per_epoch
    return case(
        (columns.steps_per_epoch.is_(None), case((columns.run_until < 0, columns.run_until), else_=0) - 1),
        else_=(epochs_done + 1) * columns.steps_per_epoch,
    )
