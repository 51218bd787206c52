"""A group of runs trained side by side by one worker, each written down as the run that it is."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from core.jobs.failures import failure
from core.jobs.job import Job
from core.jobs.store_controls import StoreControls
from core.protocol.controls import RunCommands
from core.protocol.events import TERMINAL, Event
from core.runs import LostRun, StoreError, step_of
from core.runs.run_groups import is_joint
from core.runs.run_row import CREATED
from core.training.batched_models import train_many
from core.training.path_selection import may_join

LOG: Final = logging.getLogger("inkling.worker")
MAX_SIZE: Final = 32


def with_siblings(job: Job) -> "Job | Group":
    """Return the claimed run with those of its group that are held back, claimed too; or alone."""
    row = job.row
    if not is_joint(row.group_id) or job.attempt > 1 or not may_join(row.config, row.config):
        return job
    jobs = [job]
    try:
        held_back = job.store.list(group_id=row.group_id, statuses=[CREATED], sort="number", descending=False)
        for sibling in held_back[: MAX_SIZE - 1]:
            attempt = job.store.claim(sibling.id) if may_join(sibling.config, row.config) else 0
            if attempt:
                jobs.append(Job(job.store, sibling, attempt, job.threads, job.settings, job.interrupt_signal))
    except (StoreError, OSError) as error:
        LOG.warning("the runs beside %s stay held back: %s", row.id, error)
    return Group(jobs) if len(jobs) > 1 else job


@dataclass
class Group:
    """Claimed runs; the first one's pause and pace are everyone's."""

    jobs: list[Job]
    lost: set[int] = field(default_factory=set)  # positions of runs that are no longer ours

    def work(self) -> None:
        """Train all to their ends or their recall; the leases are given back last."""
        try:
            self.jobs[0].turns.take()
            last = self._train()
            for i, job in enumerate(self.jobs):
                if i not in self.lost:
                    self.guarded(i, partial(job.close, last[i]))
        finally:
            for job in self.jobs:
                job.store.leases.give_back(job.row.id)

    def _train(self) -> list[Event | None]:
        """Write down what the runs say; return the last word of each."""
        last: list[Event | None] = [None] * len(self.jobs)
        first = self.jobs[0]
        try:
            data, extra = first.images()
            told = train_many(
                data,
                [job.row.config for job in self.jobs],
                [_Controls(self, i, job) for i, job in enumerate(self.jobs)],
                extra=extra,
                checkpoint_every_s=first.settings.checkpoint_s,
                threads=first.threads,
                turns=first.turns,
            )
            for i, event in told:
                last[i] = event
                if i not in self.lost:
                    self.guarded(i, partial(self.jobs[i].take, event))
        except Exception as error:  # why: whatever ends the runs must be told to the person who started them
            for i, job in enumerate(self.jobs):
                if i not in self.lost and not isinstance(last[i], TERMINAL):
                    word = last[i]
                    last[i] = failed = failure(error, step_of(word) if word else 0)
                    self.guarded(i, partial(job.event_writer.add, failed))
        return last

    def guarded(self, i: int, write: Callable[[], object]) -> None:
        """Write; a run that is no longer ours, or cannot be written down, is left and the others go on."""
        try:
            write()
        except LostRun as error:
            self.lost.add(i)
            LOG.warning("%s", error)
        except StoreError as error:
            self.lost.add(i)
            LOG.error("run %s is given up: %s", self.jobs[i].row.id, error)
            self.jobs[i].release(error)


class _Controls:
    """A run's orders; one that is lost is told to leave off, so that the others go on."""

    def __init__(self, group: Group, i: int, job: Job) -> None:
        self._group, self._i = group, i
        self._controls = StoreControls(
            job.store, job.row, job.attempt, job.interrupt_signal, job.event_writer
        )

    def poll(self) -> RunCommands:
        """See Controls."""
        orders: list[RunCommands] = []
        if self._i not in self._group.lost:
            self._group.guarded(self._i, lambda: orders.append(self._controls.poll()))
        return orders[0] if orders else RunCommands(command="interrupt")
