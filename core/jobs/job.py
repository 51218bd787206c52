"""A claimed run, trained and written down to its end or its recall."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from core.access.rules import Action
from core.config.app_settings import Settings
from core.config.run_config import ConfigError, FieldError
from core.datasets import ImageData, load
from core.i18n.kept_sentences import with_code
from core.i18n.translation import N_, _
from core.jobs.event_writer import EventWriter
from core.jobs.failures import TimeUp, failure
from core.jobs.store_controls import InterruptSignal, StoreControls
from core.protocol.events import TERMINAL, Event, Started, Steps
from core.protocol.turns import Turns, Unshared
from core.runs import (
    DamagedArtifact,
    LostRun,
    RunRefused,
    RunRow,
    Store,
    StoreBusy,
    StoreError,
    StoreFull,
    step_of,
)
from core.runs.operators import owner_of
from core.runs.own_datasets import OwnDatasets
from core.runs.run_share import check_share
from core.training.checkpoint import CheckpointError
from core.training.loop import train

LOG: Final = logging.getLogger("inkling.worker")
GIVE_BACK_S: Final = 2.0  # how long a busy store is borne with when a run is given back


@dataclass
class Job:
    """A claimed run; `row` as it stood before."""

    store: Store
    row: RunRow
    attempt: int
    threads: int
    settings: Settings
    interrupt_signal: InterruptSignal = field(default_factory=InterruptSignal)
    on_event: Callable[[Event], None] | None = None  # told of every event, beside the store
    turns: Turns = field(default_factory=Unshared)

    def __post_init__(self) -> None:
        self.event_writer = EventWriter(self.store, self.row.id, self.attempt)

    def work(self) -> None:
        """Train the run to its end or its recall; its lease is given back last."""
        try:
            self.turns.take()
            self._train()
        except LostRun as error:
            LOG.warning("%s", error)
        except StoreError as error:
            LOG.error("run %s is given up: %s", self.row.id, error)
            self.release(error)
        finally:
            self.store.leases.give_back(self.row.id)

    def _train(self) -> None:
        """Write down what the run says, to its end."""
        last: Event | None = None
        try:
            for last in self._events():
                self.take(last)
        except Exception as error:  # why: whatever ends a run must be told to the person who started it
            if isinstance(error, StoreError) and not isinstance(error, RunRefused):
                raise
            last = failure(error, step_of(last) if last else self.row.step)
            self.event_writer.add(last)
            if self.on_event:
                self.on_event(last)
        self.close(last)

    def take(self, event: Event) -> None:
        """Pass on what the run says.

        Raises: LostRun; StoreError; ConfigError and TimeUp for a run beyond this installation's limits.
        """
        self.event_writer.add(event)
        if self.on_event:
            self.on_event(event)
        self._check_limits(event)

    def close(self, last: Event | None) -> None:
        """Write down what is left, and give back a run whose last word is no end.  Raises: LostRun; StoreError."""
        self.event_writer.close()
        if not isinstance(last, TERMINAL):
            self._give_back(parked=self.interrupt_signal.reason == "park")

    def _give_back(self, *, parked: bool) -> None:
        """Leave the run as one that goes on later; when the app ends, many do so at once."""
        deadline = time.monotonic() + GIVE_BACK_S
        while True:
            try:
                return self.store.release(self.row.id, self.attempt, parked=parked, **_why(parked))
            except StoreBusy:
                if time.monotonic() > deadline:
                    raise

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
        data, extra = self.images()
        return {
            "data": data,
            "extra": extra,
            "config": self.row.config,
            "controls": StoreControls(
                self.store, self.row, self.attempt, self.interrupt_signal, self.event_writer
            ),
            "recorded_changes": self.row.learning_rate_changes,
            "checkpoint_every_s": self.settings.checkpoint_s,
            "threads": self.threads,
            "turns": self.turns,
        }

    def images(self) -> tuple[ImageData, ImageData | None]:
        """Return what the run learns from, and what is mixed in, if its owner still may: a share may be taken back.

        Raises: DatasetError, one of them PrivateDataset; StoreError, RunRefused where the owner's share of the store
        has been taken since the run was made.
        """
        config, folder = self.row.config, self.settings.data_dir
        owner = owner_of(self.store.database, self.row.owner)
        owners = OwnDatasets(self.store.acting_as(owner))
        for name in filter(None, (config.dataset, config.mix_in)):
            owners.check(Action.READ_DATASET, name)
        if self.attempt == 1:
            with self.store.database.read() as connection:
                check_share(connection, self.settings, owner)
        return load(config.dataset, folder), load(config.mix_in, folder) if config.mix_in else None

    def _initial_weights(self) -> dict[str, np.ndarray] | None:
        """Return the final weights of the run that this one starts from, if it does."""
        source = self.row.config.start_from
        if not source:
            return None
        steps = self.store.snapshots(source)
        if not steps:
            kept = N_("There are no weights of run “{value:text}” to start from.")
            raise ConfigError([FieldError("start_from", source, kept)])
        return self.store.snapshot(source, steps[-1])

    def _check_limits(self, event: Event) -> None:
        """Raise ConfigError for a run that turns out too large, TimeUp for one that takes too long."""
        if isinstance(event, Started):
            self.settings.check(self.row.config, event.parameter_count, event.total_steps)
        elif isinstance(event, Steps) and event.elapsed_s > self.settings.max_run_hours * 3600:
            raise TimeUp(self.settings.max_run_hours)

    def release(self, error: StoreError) -> None:
        """Leave the run resumable, with the reason if even that much can be written."""
        cause = "disk_full" if isinstance(error, StoreFull) else "store"
        try:
            message, remedy = with_code(error.message, error.code), with_code(error.remedy, error.code)
            self.store.release(self.row.id, self.attempt, cause=cause, message=message, remedy=remedy)
        except StoreError as second:
            LOG.error("run %s could not even be marked: %s", self.row.id, second)


def _why(parked: bool) -> dict[str, str]:
    """Return the reason that a recalled run carries."""
    if parked:
        return {}
    return {
        "cause": "app_ended",
        "message": _("Inkling was shut down while this run was training."),
        "remedy": _("Press Resume to continue from where it was. The result will be the same."),
    }
