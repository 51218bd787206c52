"""A run in a worker's hands: claimed, written to, given back. Every write is fenced by the attempt."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select

from core.access.guard import needs, needs_right_to
from core.access.rules import Action
from core.config.run_config import RunConfig, from_json
from core.i18n.kept_sentences import code_of, kept
from core.i18n.translation import _
from core.protocol.events import Checkpoint, Diverged, Event, Failed, Finished
from core.runs.class_pause import is_paused_by_class
from core.runs.errors import LostRun
from core.runs.event_log import EventLog
from core.runs.run_row import (
    CREATED,
    IN_WORK,
    INTERRUPTED,
    LOST_CAUSE,
    PAUSED,
    QUEUED,
    RUNNING,
    is_readable,
)
from core.runs.run_table import RunTable, Values, many, one
from core.runs.schema import RUNS

_DURABLE: Final = (Checkpoint, Finished, Diverged, Failed)

_FENCED: Final = select(
    *(RUNS.c[name] for name in ("id", "attempt", "seq", "state", "run_until", "evaluation_split")),
    *(RUNS.c[name] for name in ("best_accuracy", "learning_rate_changes", "train_loss", "train_accuracy")),
).where(RUNS.c.id == bindparam("of_run"), RUNS.c.attempt == bindparam("of_attempt"))
_TIMES: Final = [
    RUNS.c[name] for name in ("model", "step", "elapsed_s", "total_steps", "train_count", "steps_per_epoch")
]
_IN_WORK: Final = select(
    *(RUNS.c[name] for name in ("id", "owner", "group_id", "pace", "state", "threads", "lease")), *_TIMES
).where(RUNS.c.state.in_(IN_WORK), RUNS.c.lease != "")
TIMED_S: Final = 1.0  # of training, from which a run's speed is known
TIMED_STEPS: Final = 100  # before the first step the whole test set is evaluated
TIMED_SHARE: Final = 0.1  # of all its steps, where these are fewer


def _is_timed(elapsed_s: Any, step: Any, total_steps: Any) -> Any:
    """Return whether a run's own speed is known: of numbers, or as a condition on columns."""
    return (elapsed_s >= TIMED_S) & (step > 0) & ((step >= TIMED_STEPS) | (step >= TIMED_SHARE * total_steps))


_TIMED: Final = (
    select(*_TIMES)
    .where(
        _is_timed(RUNS.c.elapsed_s, RUNS.c.step, RUNS.c.total_steps),
        RUNS.c.steps_per_epoch.is_not(None),
    )
    .order_by(RUNS.c.number.desc())
    .limit(50)
)


@dataclass(frozen=True)
class QueuedRun:
    """A queued run as the runner sees it."""

    run_id: str
    config: RunConfig
    owner: str
    group_id: str
    pace: str


@dataclass(frozen=True)
class RunInWork:
    """A run that a living worker has. Paused runs are in work, too, until they give their worker up.

    images_per_step: about the batch size; 0, as the totals, while its worker has not said how much there is to do.
    """

    run_id: str
    owner: str
    group_id: str
    pace: str
    state: str
    threads: int
    model: str = ""
    step: int = 0
    total_steps: int = 0
    elapsed_s: float = 0.0
    images_per_step: float = 0.0

    @property
    def is_timed(self) -> bool:
        """Whether its own speed is known."""
        return bool(_is_timed(self.elapsed_s, self.step, self.total_steps))


class ClaimedRuns:
    """What runners and workers do with runs."""

    def __init__(self, table: RunTable, event_log: EventLog) -> None:
        self._table, self._database, self.check = table, table.database, table.check
        self._event_log = event_log

    @needs_right_to(Action.WORK)
    def waiting(self, limit: int = 1000) -> list[QueuedRun]:
        """Return the head of the queue, in order, but for runs of a class that is paused.

        What cannot be read is passed over and stays.
        """
        may_start = (RUNS.c.state == QUEUED) & ~is_paused_by_class()
        queue = select(RUNS).where(may_start).order_by(RUNS.c.queue_order)
        with self._database.read() as connection:
            rows = connection.execute(queue).mappings()
            return list(islice((_queued(values) for values in rows if is_readable(values)), limit))

    @needs(Action.WORK)
    def claim(self, run_id: str, threads: int = 0) -> int:
        """Take a queued run for this process, which will compute on so many threads.

        Return the new attempt's number; 0 if it cannot be had, since another took it or it was stopped meanwhile.
        """
        if not self._table.leases.take(run_id):
            return 0
        attempt = 0
        try:
            with self._database.write() as connection:
                attempt = self._claim(connection, run_id, threads)
        finally:
            if not attempt:
                self._table.leases.give_back(run_id)
        return attempt

    def _claim(self, connection: Connection, run_id: str, threads: int) -> int:
        values = self._table.row(connection, run_id)
        if values["state"] not in (CREATED, QUEUED):
            return 0
        claimed = {"state": RUNNING, "attempt": values["attempt"] + 1, "seq": 0, "lease": run_id}
        started_at = values["started_at"] or time.time()
        self._table.change(connection, run_id, **claimed, threads=threads, started_at=started_at)
        return int(claimed["attempt"])

    @needs_right_to(Action.WORK)
    def count_by_state(self) -> dict[str, int]:
        """Return how many runs, deleted ones left out, are in each state that any is in."""
        counts = select(RUNS.c.state, func.count()).where(RUNS.c.deleted_at.is_(None)).group_by(RUNS.c.state)
        with self._database.read() as connection:
            return dict(connection.execute(counts).tuples().all())

    @needs_right_to(Action.WORK)
    def in_work(self) -> list[RunInWork]:
        """Return the runs that the living workers of this store have, whoever runs them."""
        with self._database.read() as connection:
            rows = many(connection, _IN_WORK)
        return [_in_work(row) for row in rows if self._table.is_held(row)]

    @needs_right_to(Action.WORK)
    def image_times(self) -> dict[str, float]:
        """Return of each model the training time of an image, in seconds, in the last run that was timed for long."""
        with self._database.read() as connection:
            rows = many(connection, _TIMED)
        return {
            row["model"]: row["elapsed_s"] / row["step"] / _images_per_step(row) for row in reversed(rows)
        }

    @needs(Action.WORK)
    def append(self, run_id: str, attempt: int, events: Sequence[Event]) -> None:
        """Write down what the run said, all of it or nothing; its terminal event ends it.

        Raises: LostRun when the run is no longer in this attempt; StoreError.
        """
        if not events:
            return
        durable = any(isinstance(event, _DURABLE) for event in events)
        with self._database.write(durable=durable) as connection:
            self._event_log.write_down(connection, self._mine(connection, run_id, attempt), events)

    @needs(Action.WORK)
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
        why = {"cause": cause, "message": kept(message, cause), "remedy": kept(remedy, cause)}

        def write() -> None:
            with self._database.write(durable=True) as connection:
                self._mine(connection, run_id, attempt)
                state = PAUSED if parked else INTERRUPTED
                self._table.change(connection, run_id, state=state, lease="", **why)

        self._database.write_with_reserve(write)

    @needs(Action.WORK)
    def report_lost_worker(self, run_id: str, attempt: int, how: str) -> None:
        """Write down that the attempt's process is gone, if the run had not ended or been given back.

        how: a sentence for people, "" = not known. A run that had been told to stop has thereby stopped; attempt 0
        means that processes died before they could even claim it: it has failed.
        """
        self._database.write_with_reserve(lambda: self._report_lost_worker(run_id, attempt, how))

    def _report_lost_worker(self, run_id: str, attempt: int, how: str) -> None:
        with self._database.write(durable=True) as connection:
            values = one(connection, select(RUNS).where(RUNS.c.id == run_id))
            if values is None:
                return
            is_mine = values["attempt"] == attempt and values["state"] in IN_WORK and values["lease"]
            was_settled = (  # by somebody who saw that the process is gone and did not know how
                values["attempt"] == attempt
                and values["state"] == INTERRUPTED
                and code_of(values["message"]) == LOST_CAUSE
            )
            if not attempt and values["state"] == QUEUED:
                remedy = _("Look for the reason in the server's log, then train the run again.")
                self._table.end(connection, values, Failed(values["step"], LOST_CAUSE, how, remedy))
            elif is_mine and not self._table.is_held(values):
                if values["command"] == "stop":
                    self._table.end_as_stopped(connection, values)
                    return
                self._table.mark_interrupted_if_lost(connection, values)
                if how:
                    self._table.change(connection, run_id, message=kept(how, "worker_ended"))
            elif was_settled and how:
                self._table.change(connection, run_id, message=kept(how, "worker_ended"))

    @needs_right_to(Action.WORK)
    def mark_interrupted(self) -> list[str]:
        """Write down as interrupted every run in work whose worker is gone; return their ids."""
        in_work = select(RUNS).where(RUNS.c.state.in_(IN_WORK))
        with self._database.read() as connection:
            lost = [v["id"] for v in many(connection, in_work) if not self._table.is_held(v)]
        if lost:
            with self._database.write() as connection:
                for run_id in lost:
                    self._table.mark_interrupted_if_lost(connection, self._table.row(connection, run_id))
        return lost

    def _mine(self, connection: Connection, run_id: str, attempt: int) -> Values:
        """Return the run's row.  Raises: LostRun unless it is in work in this attempt."""
        found = connection.execute(_FENCED, {"of_run": run_id, "of_attempt": attempt}).mappings().first()
        if found is None or found["state"] not in IN_WORK:
            raise LostRun(run_id, attempt)
        return {**found}


def _queued(values: Mapping[Any, Any]) -> QueuedRun:
    config = from_json(values["config"])
    return QueuedRun(values["id"], config, values["owner"], values["group_id"], values["pace"])


def _in_work(row: Values) -> RunInWork:
    names = ("owner", "group_id", "pace", "state", "threads", "model", "step", "elapsed_s")
    images = _images_per_step(row) if row["total_steps"] else 0.0
    return RunInWork(
        run_id=row["id"],
        total_steps=row["total_steps"] or 0,
        images_per_step=images,
        **{name: row[name] for name in names},
    )


def _images_per_step(row: Values) -> float:
    return float(row["train_count"] / row["steps_per_epoch"])
