"""What a run has said and the store has not yet got: written every 100 ms, kept through a store that is locked."""

import time
from typing import Final

from core.protocol.events import (
    Checkpoint,
    Diverged,
    Event,
    Failed,
    Finished,
    Paused,
    Resumed,
    Started,
    Steps,
    Weights,
)
from core.runs import Store, StoreBusy, StoreFull, StoreReadOnly

FLUSH_S: Final = 0.09
RETRY_S: Final = 0.3
PATIENCE_S: Final = 180.0  # how long a locked or full store is borne with before the run is given up
FULL_PATIENCE_S: Final = 3.0
MAX_PENDING_BYTES: Final = 128 * 2**20
_AT_ONCE: Final = (Started, Paused, Resumed, Checkpoint, Finished, Diverged, Failed)


class EventWriter:
    """The events of one attempt on their way to the store.

    A store that is locked or full is tried again, later and later events waiting with the earlier ones; after
    a time its error is raised.
    """

    def __init__(self, store: Store, run_id: str, attempt: int) -> None:
        self._store, self._run_id, self._attempt = store, run_id, attempt
        self._pending: list[Event] = []
        self._next_try = 0.0
        self._troubled_since: float | None = None

    def add(self, event: Event) -> None:
        """Take an event, and write when it is time to.

        Raises: LostRun when the run is no longer this attempt's; StoreError when patience is at its end.
        """
        self._pending = [old for old in self._pending if not _replaces(event, old)]
        self._pending.append(event)
        if isinstance(event, _AT_ONCE) and self._troubled_since is None:
            self._next_try = 0.0
        self.flush_if_due()
        while self._pending and _size(self._pending) > MAX_PENDING_BYTES:
            self._wait_and_try()

    def flush_if_due(self) -> None:
        """Write what waits, if it is time to; called also while the run says nothing.  Raises: as `add`."""
        if self._pending and time.monotonic() >= self._next_try:
            self._try()

    def close(self) -> None:
        """Write what is left, waiting for the store as long as patience lasts.  Raises: as `add`."""
        while self._pending:
            self._wait_and_try()

    def _wait_and_try(self) -> None:
        if self._troubled_since is not None:
            time.sleep(max(0.0, self._next_try - time.monotonic()))
        self._try()

    def _try(self) -> None:
        now = time.monotonic()
        try:
            self._store.append(self._run_id, self._attempt, self._pending)
        except (StoreBusy, StoreFull, StoreReadOnly) as error:
            self._troubled_since = self._troubled_since or now
            patience_s = FULL_PATIENCE_S if isinstance(error, StoreFull) else PATIENCE_S
            if now - self._troubled_since > patience_s:
                raise
            self._next_try = time.monotonic() + RETRY_S
        else:
            self._pending, self._troubled_since = [], None
            self._next_try = now + FLUSH_S


def _replaces(new: Event, old: Event) -> bool:
    """Return whether `old` need not be written any more: an older glimpse or checkpoint."""
    if isinstance(new, Weights):
        return isinstance(old, Weights) and not old.keep
    return isinstance(new, Checkpoint) and isinstance(old, Checkpoint)


def _size(events: list[Event]) -> int:
    """Return about how many bytes the events hold."""
    total = 0
    for event in events:
        if isinstance(event, Steps):
            total += event.losses.nbytes + event.accuracies.nbytes
        elif isinstance(event, Weights):
            total += sum(array.nbytes for array in event.arrays.values())
        elif isinstance(event, Checkpoint):
            total += len(event.state)
    return total
