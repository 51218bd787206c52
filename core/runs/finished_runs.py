"""Runs that come ready: shipped models, edited weights, imported runs. They are listed like any other."""

import time
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from core.access.guard import needs, needs_right_to
from core.access.rules import Action, owner_of_new
from core.config.run_config import RunConfig
from core.protocol.events import TERMINAL, Event, Logits, Started, Weights
from core.runs.artifacts import SNAPSHOT, ArtifactWriter
from core.runs.event_log import EventLog
from core.runs.run_records import new_id, new_row
from core.runs.run_row import ENDED, RUNNING
from core.runs.run_share import bytes_of, check_share
from core.runs.run_table import RunTable
from core.runs.schema import ARTIFACTS, EVENTS, RUNS
from core.runs.serialization import checksum, pack_arrays

_SETTINGS: Final = ("config", "dataset", "model")
_FIGURES: Final = tuple(
    f"{of}_{what}" for of in ("train", "test", "evaluation", "best") for what in ("loss", "accuracy")
)
_STEPS: Final = ("checkpoint_step", "evaluation_step", "best_step")
_NOTHING_SAID: Final = {  # the columns that events write, as they are before any
    **dict.fromkeys((*_FIGURES, *_STEPS, "learning_rate")),
    **dict.fromkeys(("cause", "message", "remedy"), ""),
    **dict.fromkeys(("step", "run_until"), 0),
    "learning_rate_changes": "[]",
}


class FinishedRuns:
    """Taking in runs that no worker of this store trained."""

    def __init__(self, table: RunTable, event_log: EventLog) -> None:
        self._table, self._database, self.check = table, table.database, table.check
        self._event_log = event_log

    @needs_right_to(Action.CREATE_RUN)
    def add_finished_run(
        self,
        config: RunConfig,
        events: Sequence[Event],
        *,
        run_id: str = "",
        owner: str = "",
        name: str = "",
        note: str = "",
        tags: Sequence[str] = (),
        pinned: bool = False,
        parent_id: str = "",
        group_id: str = "",
    ) -> str:
        """Return the id of a run that is taken in with all it has said: Started first, its end last.

        Its weights, its final logits and its figures are those of the Weights, Logits, Steps and Evaluated
        events between. With a `run_id` that the store knows already (a deleted one too) nothing is changed.

        Raises: ValueError for events without beginning or end; StoreError, RunRefused for what is beyond a visitor's
        share of the store.
        """
        if not events or not isinstance(events[0], Started) or not isinstance(events[-1], TERMINAL):
            what = "a finished run's events begin with Started and end with how it ended"  # not said: for programmers
            raise ValueError(what)
        run_id, now = run_id or new_id(), time.time()
        owner = owner_of_new(self._table.actor, owner)
        values = new_row(run_id, config, owner, name, note, tags)
        values |= {"parent_id": parent_id, "group_id": group_id, "pinned": int(pinned)}
        values |= {"state": RUNNING, "attempt": 1, "created_at": now, "started_at": now}
        known = select(RUNS.c.id).where(RUNS.c.id == run_id)
        with self._database.write(durable=True) as connection:
            if connection.scalar(known) is None:
                check_share(connection, self._table.settings, self._table.actor, bytes_of(events))
                connection.execute(insert(RUNS).values(values))
                self._event_log.write_down(connection, self._table.row(connection, run_id), events)
        return run_id

    @needs(Action.WORK)
    def renew_finished_run(self, run_id: str, config: RunConfig, events: Sequence[Event]) -> bool:
        """Put another training in the place of a finished run's own, in one step; return whether it was another.

        It keeps its id, its number, its times, whose it is and what people wrote: name, note, tags, pin, and that it is
        deleted. All else, its arrays and scores too, is what `events` (as for `add_finished_run`) say. Nothing is
        changed where the last weights are these already, so that many may call it at once, nor for a run in work.

        Raises: UnknownRun; StoreError.
        """
        final = [event for event in events if isinstance(event, Weights)][-1]
        with self._database.write(durable=True) as connection:
            before = self._table.row(connection, run_id)
            if before["state"] not in ENDED or _has(connection, run_id, final):
                return False
            for table in (EVENTS, ARTIFACTS):
                connection.execute(delete(table).where(table.c.run_id == run_id))
            begun = {"state": RUNNING, "attempt": before["attempt"] + 1, "seq": 0}
            settings = {name: new_row(run_id, config, "", "", "", ())[name] for name in _SETTINGS}
            self._table.change(connection, run_id, **_NOTHING_SAID, **settings, **begun)
            self._event_log.write_down(connection, self._table.row(connection, run_id), events)
            self._table.change(connection, run_id, ended_at=before["ended_at"])
        return True

    @needs(Action.WORK)
    def add_logits(self, run_id: str, logits: Logits) -> None:
        """Store final scores that a run came without, in place of earlier ones.

        Raises: UnknownRun; StoreError.
        """
        with self._database.write() as connection:
            self._table.row(connection, run_id)
            with ArtifactWriter(connection, run_id, self._table.settings) as shelf:
                shelf.keep(logits)
            self._table.change(connection, run_id)


def _has(connection: Connection, run_id: str, weights: Weights) -> bool:
    """Return whether these weights are kept for the run, and no later ones."""
    kept = (ARTIFACTS.c.run_id == run_id) & (ARTIFACTS.c.kind == SNAPSHOT)
    newest = select(ARTIFACTS.c.step, ARTIFACTS.c.sha256).where(kept).order_by(ARTIFACTS.c.step.desc())
    row = connection.execute(newest.limit(1)).first()
    return row is not None and tuple(row) == (weights.step, checksum(pack_arrays(weights.arrays)))
