"""What a run has said: written down, and read from where a reader left off."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select, tuple_

from core.access.guard import needs
from core.access.rules import Action
from core.protocol.events import Event, Recorded, Started, Steps
from core.runs.artifacts import ArtifactWriter
from core.runs.row_updates import columns_of
from core.runs.run_table import RunTable, Values, event_row, many
from core.runs.schema import EVENTS, RUNS
from core.runs.serialization import cut, decode, is_recorded

_PLACE: Final = (EVENTS.c.attempt, EVENTS.c.seq)
_HISTORY: Final = select(RUNS.c.history).where(RUNS.c.id == bindparam("of_run"))
_NEWER: Final = (
    select(EVENTS)
    .where(
        EVENTS.c.run_id == bindparam("of_run"),
        tuple_(*_PLACE) > tuple_(bindparam("attempt"), bindparam("seq")),
    )
    .order_by(*_PLACE)
)


@dataclass(frozen=True)
class EventBatch:
    """Events newer than a reader's cursor, and the cursor to ask with next time.

    afresh: drop what was read before; this is the whole history (the first reading, or the run went on from a
    checkpoint and tells the rest again).
    """

    events: tuple[Recorded, ...]
    cursor: str
    afresh: bool


class EventLog:
    """Reading events, and writing them down in a transaction that is under way."""

    def __init__(self, table: RunTable) -> None:
        self._table, self._database, self.check = table, table.database, table.check

    @needs(Action.READ_RUN)
    def events_since(self, run_id: str, since: str = "") -> EventBatch:
        """Return what the run said after the cursor `since` ("" = from the beginning), in order.

        Raises: UnknownRun; ValueError for a text that is no cursor; DamagedArtifact.
        """
        told, attempt, seq = _read_cursor(since)
        with self._database.read() as connection:
            history = connection.scalar(_HISTORY, {"of_run": run_id})
            if history is None:
                self._table.row(connection, run_id)
            afresh = told != history
            if afresh:
                attempt, seq = -1, 0
            after = {"of_run": run_id, "attempt": attempt, "seq": seq}
            found = connection.execute(_NEWER, after).mappings().all()
        if found:
            attempt, seq = found[-1]["attempt"], found[-1]["seq"]
        events = tuple(decode(row["kind"], row["payload"]) for row in found)
        return EventBatch(events, f"{history}.{attempt}.{seq}", afresh)

    def write_down(self, connection: Connection, values: Values, events: Sequence[Event]) -> None:
        """Write what the run of this row says: its events, its artifacts, and what they change in the row."""
        run_id, attempt = values["id"], values["attempt"]
        rows: list[Values] = []
        changes: Values = {}
        with ArtifactWriter(connection, run_id, self._table.settings) as shelf:
            for event in events:
                if isinstance(event, Started):
                    self._rewrite_past(connection, values, event.step)
                    changes |= {"history": attempt, **_averages_so_far(connection, run_id)}
                if is_recorded(event):
                    rows.append(event_row(run_id, attempt, values["seq"] + len(rows) + 1, event))
                shelf.keep(event)
                changes |= columns_of(event, {**values, **changes})
        if rows:
            connection.execute(insert(EVENTS), rows)
        self._table.change(connection, run_id, **{"seq": values["seq"] + len(rows), **changes})

    def _rewrite_past(self, connection: Connection, values: Values, step: int) -> None:
        """Drop what earlier attempts said beyond `step`, where this one goes on: it will say it again.

        One that begins anew says again how it stood before its first step, too.
        """
        beyond = EVENTS.c.step > step
        if step == 0:
            beyond |= EVENTS.c.kind == "evaluated"
        mine = (EVENTS.c.run_id == values["id"]) & beyond
        chunks = many(connection, select(EVENTS).where(mine, EVENTS.c.kind == "steps"))
        connection.execute(delete(EVENTS).where(mine, EVENTS.c.kind != "learning_rate_changed"))
        for row in chunks:
            chunk = decode(row["kind"], row["payload"])
            if isinstance(chunk, Steps) and chunk.first_step <= step:
                kept = event_row(values["id"], row["attempt"], row["seq"], cut(chunk, step))
                connection.execute(insert(EVENTS), [kept])
        ArtifactWriter(connection, values["id"], self._table.settings).drop_snapshots_after(step)


def _averages_so_far(connection: Connection, run_id: str) -> Values:
    """Return the row's moving averages over all steps told so far."""
    told = (EVENTS.c.run_id == run_id) & (EVENTS.c.kind == "steps")
    so_far: Values = {"train_loss": None, "train_accuracy": None}
    for row in many(connection, select(EVENTS).where(told).order_by(EVENTS.c.step)):
        so_far |= columns_of(decode(row["kind"], row["payload"]), so_far)
    return {name: so_far[name] for name in ("train_loss", "train_accuracy")}


def _read_cursor(cursor: str) -> tuple[int | None, int, int]:
    """Return (history, attempt, seq) of a cursor; history None for the empty one."""
    if not cursor:
        return None, -1, 0
    try:
        history, attempt, seq = (int(part) for part in cursor.split("."))
    except ValueError:
        message = (
            f"a cursor is what `events_since` gave before, got {cursor[:40]!r}"  # not said: for programmers
        )
        raise ValueError(message) from None
    return history, attempt, seq
