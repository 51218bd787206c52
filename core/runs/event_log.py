"""What a run has said, read from where a reader left off."""

from dataclasses import dataclass

from sqlalchemy import select, tuple_

from core.protocol.events import Recorded
from core.runs.run_row import read_changes
from core.runs.schema import EVENTS, RUNS
from core.runs.serialization import decode
from core.runs.store_base import StoreBase


@dataclass(frozen=True)
class EventBatch:
    """Events newer than a reader's cursor, and the cursor to ask with next time.

    afresh: drop what was read before; this is the whole history (the first reading, or the run went on from a
    checkpoint and tells the rest again).
    """

    events: tuple[Recorded, ...]
    cursor: str
    afresh: bool


class History(StoreBase):
    """Reading events."""

    def rows(self, run_id: str, since: str = "") -> EventBatch:
        """Return what the run said after the cursor `since` ("" = from the beginning), in order.

        Raises: UnknownRun; ValueError for a text that is no cursor; DamagedArtifact.
        """
        told, attempt, seq = _read_cursor(since)
        with self.database.read() as connection:
            history = connection.scalar(select(RUNS.c.history).where(RUNS.c.id == run_id))
            if history is None:
                self._values(connection, run_id)
            afresh = told != history
            if afresh:
                attempt, seq = -1, 0
            place = (EVENTS.c.attempt, EVENTS.c.seq)
            mine = (EVENTS.c.run_id == run_id, tuple_(*place) > tuple_(attempt, seq))
            found = connection.execute(select(EVENTS).where(*mine).order_by(*place)).mappings().all()
        if found:
            attempt, seq = found[-1]["attempt"], found[-1]["seq"]
        events = tuple(decode(row["kind"], row["payload"]) for row in found)
        return EventBatch(events, f"{history}.{attempt}.{seq}", afresh)

    def learning_rate_changes(self, run_id: str) -> tuple[tuple[int, float], ...]:
        """Return the live changes (step, new base learning rate) that were made, in order of step.

        Raises: UnknownRun.
        """
        with self.database.read() as connection:
            return read_changes(self._values(connection, run_id)["learning_rate_changes"])


def _read_cursor(cursor: str) -> tuple[int | None, int, int]:
    """Return (history, attempt, seq) of a cursor; history None for the empty one."""
    if not cursor:
        return None, -1, 0
    try:
        history, attempt, seq = (int(part) for part in cursor.split("."))
    except ValueError:
        raise ValueError(f"a cursor is what `rows` gave before, got {cursor[:40]!r}") from None
    return history, attempt, seq
