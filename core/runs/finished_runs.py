"""Runs that come ready: shipped models, edited weights, imported runs. They are listed like any other."""

import json
import time
from collections.abc import Sequence

from sqlalchemy import insert, select

from core.config.run_config import RunConfig, to_json
from core.protocol.events import TERMINAL, Event, Logits, Started
from core.runs.artifacts import ArtifactWriter
from core.runs.claimed_runs import ClaimedRuns
from core.runs.run_records import MAX_NAME, MAX_NOTE, Records, clean_tags, new_id
from core.runs.run_row import RUNNING
from core.runs.schema import RUNS


class FinishedRuns(Records, ClaimedRuns):
    """Taking in runs that no worker of this store trained."""

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

        Raises: ValueError for a story without beginning or end; StoreError.
        """
        if not events or not isinstance(events[0], Started) or not isinstance(events[-1], TERMINAL):
            raise ValueError("an adopted run's events begin with Started and end with how it ended")
        now = time.time()
        values = {
            "id": run_id or new_id(),
            "owner": owner,
            "name": name[:MAX_NAME],
            "note": note[:MAX_NOTE],
            "tags": json.dumps(clean_tags(tags)),
            "pinned": int(pinned),
            "config": to_json(config),
            "dataset": config.dataset,
            "model": config.model,
            "state": RUNNING,
            "attempt": 1,
            "created_at": now,
            "started_at": now,
            "parent_id": parent_id,
            "group_id": group_id,
        }
        known = select(RUNS.c.id).where(RUNS.c.id == values["id"])
        with self.database.write(durable=True) as connection:
            if connection.scalar(known) is None:
                connection.execute(insert(RUNS).values(values))
                self._write_down(connection, self._values(connection, str(values["id"])), events)
        return str(values["id"])

    def add_logits(self, run_id: str, logits: Logits) -> None:
        """Store final scores that an adopted run came without, in place of earlier ones.

        Raises: UnknownRun; StoreError.
        """
        with self.database.write() as connection:
            self._values(connection, run_id)
            with ArtifactWriter(connection, run_id, self.settings) as shelf:
                shelf.keep_logits(logits)
            self._change(connection, run_id)
