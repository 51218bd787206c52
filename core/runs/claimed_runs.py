"""A run in a worker's hands: claimed, written to, given back. Every write is fenced by the attempt."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from core.config.run_config import ConfigError, RunConfig, from_json
from core.protocol.events import (
    Checkpoint,
    Diverged,
    Event,
    Failed,
    Finished,
    Logits,
    Started,
    Steps,
    Weights,
)
from core.runs.artifacts import ArtifactWriter
from core.runs.errors import LostRun
from core.runs.row_updates import columns_of
from core.runs.run_row import CREATED, IN_WORK, INTERRUPTED, LOST_CAUSE, LOST_MESSAGE, PAUSED, QUEUED, RUNNING
from core.runs.schema import EVENTS, RUNS
from core.runs.serialization import cut, decode, is_recorded
from core.runs.store_base import StoreBase, Values, event_row, many, one

_DURABLE: Final = (Checkpoint, Finished, Diverged, Failed)

_FENCED: Final = select(
    *(RUNS.c[name] for name in ("id", "attempt", "seq", "state", "run_until", "evaluation_split")),
    *(RUNS.c[name] for name in ("best_accuracy", "learning_rate_changes", "train_loss", "train_accuracy")),
).where(RUNS.c.id == bindparam("of_run"), RUNS.c.attempt == bindparam("of_attempt"))


@dataclass(frozen=True)
class QueuedRun:
    """A queued run as the runner sees it."""

    run_id: str
    config: RunConfig | None  # None: not to be read by this version


class ClaimedRuns(StoreBase):
    """What runners and workers do with runs."""

    def waiting(self, limit: int = 16) -> list[QueuedRun]:
        """Return the head of the queue, in order."""
        queue = select(RUNS.c.id, RUNS.c.config).where(RUNS.c.state == QUEUED)
        with self.database.read() as connection:
            rows = connection.execute(queue.order_by(RUNS.c.queue_order).limit(limit)).all()
        return [QueuedRun(run_id, _read_config(config)) for run_id, config in rows]

    def claim(self, run_id: str, threads: int = 0, cores: int = 0) -> int:
        """Take a queued run for this process; return the new attempt's number, 0 if it cannot be had.

        It cannot when another took it, when it was stopped meanwhile, or when, with `cores` > 0, all workers'
        threads together would be more than `cores` (a run on its own always may).
        """
        if not self.leases.take(run_id):
            return 0
        attempt = 0
        try:
            with self.database.write() as connection:
                attempt = self._claim(connection, run_id, threads, cores)
        finally:
            if not attempt:
                self.leases.give_back(run_id)
        return attempt

    def _claim(self, connection: Connection, run_id: str, threads: int, cores: int) -> int:
        values = self._values(connection, run_id)
        if values["state"] not in (CREATED, QUEUED):
            return 0
        busy = self._threads_in_work(connection) if cores else 0
        if busy and busy + threads > cores:
            return 0
        claimed = {"state": RUNNING, "attempt": values["attempt"] + 1, "seq": 0, "lease": run_id}
        started_at = values["started_at"] or time.time()
        self._change(connection, run_id, **claimed, threads=threads, started_at=started_at)
        return int(claimed["attempt"])

    def count_by_state(self) -> dict[str, int]:
        """Return how many runs, deleted ones left out, are in each state that any is in."""
        counts = select(RUNS.c.state, func.count()).where(RUNS.c.deleted_at.is_(None)).group_by(RUNS.c.state)
        with self.database.read() as connection:
            return dict(connection.execute(counts).tuples().all())

    def threads_in_work(self) -> int:
        """Return how many threads the living workers of this store use, whoever runs them."""
        with self.database.read() as connection:
            return self._threads_in_work(connection)

    def _threads_in_work(self, connection: Connection) -> int:
        in_work = select(RUNS.c.state, RUNS.c.lease, RUNS.c.threads)
        in_work = in_work.where(RUNS.c.state.in_(IN_WORK), RUNS.c.lease != "")
        rows = many(connection, in_work)
        return sum(row["threads"] for row in rows if self._is_held(row))

    def append(self, run_id: str, attempt: int, events: Sequence[Event]) -> None:
        """Write down what the run said, all of it or nothing; its terminal event ends it.

        Raises: LostRun when the run is no longer in this attempt; StoreError.
        """
        if not events:
            return
        durable = any(isinstance(event, _DURABLE) for event in events)
        with self.database.write(durable=durable) as connection:
            self._write_down(connection, self._mine(connection, run_id, attempt), events)

    def _write_down(self, connection: Connection, values: Values, events: Sequence[Event]) -> None:
        """Write what the run of this row says: its events, its artifacts, and what they change in the row."""
        run_id, attempt = values["id"], values["attempt"]
        rows: list[Values] = []
        changes: Values = {}
        with ArtifactWriter(connection, run_id, self.settings) as shelf:
            for event in events:
                if isinstance(event, Started):
                    self._rewrite_past(connection, values, event.step)
                    changes |= {"history": attempt, **_averages_so_far(connection, run_id)}
                if is_recorded(event):
                    rows.append(event_row(run_id, attempt, values["seq"] + len(rows) + 1, event))
                _keep_artifact(shelf, event)
                changes |= columns_of(event, {**values, **changes})
        if rows:
            connection.execute(insert(EVENTS), rows)
        self._change(connection, run_id, **{"seq": values["seq"] + len(rows), **changes})

    def release(
        self,
        run_id: str,
        attempt: int,
        *,
        cause: str = "",
        message: str = "",
        remedy: str = "",
        parked: bool = False,
    ) -> None:
        """Give an unended run back: interrupted, to be resumed; or, `parked`, a pause that needs no worker.

        Raises: LostRun when the run is no longer in this attempt.
        """
        why = {"cause": cause, "message": message, "remedy": remedy}

        def write() -> None:
            with self.database.write(durable=True) as connection:
                self._mine(connection, run_id, attempt)
                state = PAUSED if parked else INTERRUPTED
                self._change(connection, run_id, state=state, lease="", **why)

        self.database.write_with_reserve(write)

    def report_loss(self, run_id: str, attempt: int, how: str) -> None:
        """Write down that the attempt's process is gone, if the run had not ended or been given back.

        how: a sentence for people. A run that had been told to stop has thereby stopped; attempt 0 means that
        processes died before they could even claim it: it has failed.
        """
        self.database.write_with_reserve(lambda: self._report_loss(run_id, attempt, how))

    def _report_loss(self, run_id: str, attempt: int, how: str) -> None:
        with self.database.write(durable=True) as connection:
            values = one(connection, select(RUNS).where(RUNS.c.id == run_id))
            if values is None:
                return
            is_mine = values["attempt"] == attempt and values["state"] in IN_WORK and values["lease"]
            was_settled = (  # by somebody who saw that the process is gone and did not know how
                values["attempt"] == attempt
                and values["state"] == INTERRUPTED
                and values["message"] == LOST_MESSAGE
            )
            if not attempt and values["state"] == QUEUED:
                remedy = "Look at the server's log, then train it again."
                self._close(connection, values, Failed(values["step"], LOST_CAUSE, how, remedy))
            elif is_mine and not self._is_held(values):
                if values["command"] == "stop":
                    self._close(connection, values, Finished(values["step"], "stopped", values["elapsed_s"]))
                    return
                self._settled(connection, values)
                self._change(connection, run_id, message=how or LOST_MESSAGE)
            elif was_settled and how:
                self._change(connection, run_id, message=how)

    def mark_interrupted(self) -> list[str]:
        """Write down as interrupted every run in work whose worker is gone; return their ids."""
        in_work = select(RUNS).where(RUNS.c.state.in_(IN_WORK))
        with self.database.read() as connection:
            lost = [v["id"] for v in many(connection, in_work) if not self._is_held(v)]
        if lost:
            with self.database.write() as connection:
                for run_id in lost:
                    self._settled(connection, self._values(connection, run_id))
        return lost

    def _mine(self, connection: Connection, run_id: str, attempt: int) -> Values:
        """Return the run's row.  Raises: LostRun unless it is in work in this attempt."""
        found = connection.execute(_FENCED, {"of_run": run_id, "of_attempt": attempt}).mappings().first()
        if found is None or found["state"] not in IN_WORK:
            raise LostRun(run_id, attempt)
        return {**found}

    def _rewrite_past(self, connection: Connection, values: Values, step: int) -> None:
        """Drop what earlier attempts said beyond `step`, where this one goes on: it will say it again."""
        mine = (EVENTS.c.run_id == values["id"]) & (EVENTS.c.step > step)
        chunks = many(connection, select(EVENTS).where(mine, EVENTS.c.kind == "steps"))
        connection.execute(delete(EVENTS).where(mine, EVENTS.c.kind != "learning_rate_changed"))
        for row in chunks:
            chunk = decode(row["kind"], row["payload"])
            if isinstance(chunk, Steps) and chunk.first_step <= step:
                kept = event_row(values["id"], row["attempt"], row["seq"], cut(chunk, step))
                connection.execute(insert(EVENTS), [kept])
        ArtifactWriter(connection, values["id"], self.settings).drop_snapshots_after(step)


def _averages_so_far(connection: Connection, run_id: str) -> Values:
    """Return the row's moving averages over all steps told so far."""
    told = (EVENTS.c.run_id == run_id) & (EVENTS.c.kind == "steps")
    so_far: Values = {"train_loss": None, "train_accuracy": None}
    for row in many(connection, select(EVENTS).where(told).order_by(EVENTS.c.step)):
        so_far |= columns_of(decode(row["kind"], row["payload"]), so_far)
    return {name: so_far[name] for name in ("train_loss", "train_accuracy")}


def _read_config(text: str) -> RunConfig | None:
    try:
        return from_json(text)
    except ConfigError:
        return None


def _keep_artifact(shelf: ArtifactWriter, event: Event) -> None:
    """Store the arrays or bytes of an event that brings some; let go of what the end makes useless."""
    if isinstance(event, Weights):
        shelf.keep_weights(event)
    elif isinstance(event, Checkpoint):
        shelf.put("checkpoint", "", event.step, event.state)
    elif isinstance(event, Logits):
        shelf.keep_logits(event)
    elif (isinstance(event, Finished) and event.reason == "finished") or isinstance(event, Diverged):
        shelf.drop("checkpoint")
