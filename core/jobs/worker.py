"""One run in a process of its own: claimed, trained, written down, given back."""

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any, Final

import numpy as np

from core.config import ConfigError, FieldError
from core.datasets import load
from core.events import TERMINAL, Event, Started, Steps
from core.jobs.controls import Recall, StoreControls
from core.jobs.failures import TimeUp, failure
from core.jobs.messages import receive, send
from core.jobs.outbox import Outbox
from core.runs import DamagedArtifact, LostRun, RunRow, Store, StoreError, StoreFull, step_of
from core.settings import Settings
from core.threads import threads_for
from core.training import train
from core.training.checkpoint import CheckpointError

LOG: Final = logging.getLogger("inkling.worker")
BUSY_S: Final = 0.25  # a locked store is tried again later instead of holding the training up
NICENESS: Final = 5
LAST_WORDS_S: Final = 3.5  # from the recall to being gone, whatever happens


def serve(pipe: Connection, settings: Settings) -> None:
    """Wait for a run to be assigned through `pipe`, train it, and end. The runner's death ends it too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)  # the pages come first
    store = _open_store(settings)  # before there is a run, so that it need not wait for this
    send(pipe, {"ready": os.getpid()})
    while (message := receive(pipe)) is not None and "run" in message:
        store = store or _open_store(settings)
        job = _claim(store, message["run"], settings) if store else None
        send(pipe, {"claimed": job.attempt if job else 0})
        if job:
            _take_recalls(pipe, job.recall)
            job.work()
            return


def train_here(
    store: Store, run_id: str, settings: Settings, recall: Recall, heed: Callable[[Event], None]
) -> bool:
    """Train a held-back or queued run in this process; return False if another process has it.

    For the command line: `heed` is called with every event, `recall` ends the run early.
    """
    job = _claim(store, run_id, settings, within_cores=False)
    if job is None:
        return False
    job.recall, job.heed = recall, heed
    job.work()
    return True


def _open_store(settings: Settings) -> Store | None:
    try:
        store = Store(settings=settings, busy_s=BUSY_S)
        store.waiting()
    except StoreError as error:
        LOG.warning("the store cannot be opened yet: %s", error)
        return None
    return store


def _take_recalls(pipe: Connection, recall: Recall) -> None:
    """From now on obey SIGTERM, the runner's recall and the runner's death."""
    signal.signal(signal.SIGTERM, lambda *_: recall.give("interrupt"))
    threading.Thread(target=_listen, args=(pipe, recall), daemon=True).start()


def _listen(pipe: Connection, recall: Recall) -> None:
    """Hear the runner's recall, or its death, and see to it that the process is gone soon after."""
    while True:
        message = receive(pipe)
        reason = message["recall"] if message else "interrupt"
        recall.give(reason)
        if reason == "interrupt":
            threading.Event().wait(LAST_WORDS_S)
            os._exit(1)


def _claim(store: Store, run_id: str, settings: Settings, within_cores: bool = True) -> "_Job | None":
    """Return the run as this process's job, None when it cannot be had now."""
    try:
        row = store.get(run_id)
        threads = threads_for(row.config, settings.core_count)
        attempt = store.claim(run_id, threads, settings.core_count if within_cores else 0)
    except (StoreError, OSError) as error:
        LOG.warning("run %s could not be claimed: %s", run_id, error)
        return None
    return _Job(store, row, attempt, threads, settings) if attempt else None


@dataclass
class _Job:
    """A claimed run; `row` as it stood before."""

    store: Store
    row: RunRow
    attempt: int
    threads: int
    settings: Settings
    recall: Recall = field(default_factory=Recall)
    heed: Callable[[Event], None] | None = None  # told of every event, beside the store

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.store, self.row.id, self.attempt)

    def work(self) -> None:
        """Train the run to its end or its recall; its lease is given back last."""
        try:
            self._train()
        except LostRun as error:
            LOG.warning("%s", error)
        except StoreError as error:
            LOG.error("run %s is given up: %s", self.row.id, error)
            self._let_go(error)
        finally:
            self.store.leases.give_back(self.row.id)

    def _train(self) -> None:
        """Write down what the run says, to its end."""
        outbox = self.outbox
        last: Event | None = None
        try:
            for last in self._events():
                outbox.add(last)
                if self.heed:
                    self.heed(last)
                self._check_limits(last)
        except StoreError:
            raise
        except Exception as error:  # why: whatever ends a run must be told to the person who started it
            last = failure(error, step_of(last) if last else self.row.step)
            outbox.add(last)
        outbox.close()
        if not isinstance(last, TERMINAL):
            parked = self.recall.reason == "park"
            self.store.let_go(self.row.id, self.attempt, parked=parked, **_why(parked))

    def _events(self) -> Iterator[Event]:
        """Yield the run's events: on from its last checkpoint if that can be used, else from the start."""
        arguments = self._arguments()
        checkpoint = self._checkpoint() if self.attempt > 1 else None
        if checkpoint is not None:
            try:
                yield from train(checkpoint=checkpoint, **arguments)
            except CheckpointError as error:
                LOG.warning("run %s starts over: %s", self.row.id, error)
            else:
                return
        yield from train(initial_weights=self._initial_weights(), **arguments)

    def _checkpoint(self) -> bytes | None:
        try:
            return self.store.checkpoint(self.row.id)
        except DamagedArtifact as error:
            LOG.warning("run %s starts over, with the same result: %s", self.row.id, error)
            return None

    def _arguments(self) -> dict[str, Any]:
        """Return what `train` is called with, but for the checkpoint."""
        config, folder = self.row.config, self.settings.data_dir
        return {
            "data": load(config.dataset, folder),
            "extra": load(config.mix_in, folder) if config.mix_in else None,
            "config": config,
            "controls": StoreControls(self.store, self.row, self.attempt, self.recall, self.outbox),
            "recorded_changes": self.row.learning_rate_changes,
            "checkpoint_every_s": self.settings.checkpoint_s,
            "threads": self.threads,
        }

    def _initial_weights(self) -> dict[str, np.ndarray] | None:
        """Return the final weights of the run that this one starts from, if it does."""
        source = self.row.config.start_from
        if not source:
            return None
        steps = self.store.snapshots(source)
        if not steps:
            raise ConfigError([FieldError("start_from", source, "a run whose weights are kept")])
        return self.store.snapshot(source, steps[-1])

    def _check_limits(self, event: Event) -> None:
        """Raise ConfigError for a run that turns out too large, TimeUp for one that takes too long."""
        if isinstance(event, Started):
            self.settings.check(self.row.config, event.parameter_count, event.total_steps)
        elif isinstance(event, Steps) and event.elapsed_s > self.settings.max_run_hours * 3600:
            raise TimeUp(self.settings.max_run_hours)

    def _let_go(self, error: StoreError) -> None:
        """Leave the run resumable, with the reason if even that much can be written."""
        cause = "disk_full" if isinstance(error, StoreFull) else "store"
        try:
            self.store.let_go(
                self.row.id, self.attempt, cause=cause, message=error.message, remedy=error.remedy
            )
        except StoreError as second:
            LOG.error("run %s could not even be marked: %s", self.row.id, second)


def _why(parked: bool) -> dict[str, str]:
    """Return the reason that a recalled run carries."""
    if parked:
        return {}
    return {
        "cause": "app_ended",
        "message": "Inkling was shut down while this run was training.",
        "remedy": "Press Resume: it goes on from where it was, with the same result.",
    }
