"""A run's orders as its worker reads them: from the store, and from the runner that wants its worker back."""

import threading
from dataclasses import replace

from core.jobs.event_writer import EventWriter
from core.protocol.controls import RunCommands
from core.runs import LostRun, RunRow, Store, StoreError


class InterruptSignal:
    """What the runner has told this worker: nothing, "interrupt" (end now, resumable) or "park" (give a pause up)."""

    def __init__(self) -> None:
        self._word = threading.Event()
        self.reason = ""

    def give(self, reason: str) -> None:
        """Ask for the run back."""
        self.reason = self.reason or reason
        self._word.set()

    def is_given(self) -> bool:
        """Return whether the run is wanted back."""
        return self._word.is_set()


class StoreControls:
    """The Controls of a run in the store; each poll also lets the event writer write what is due."""

    def __init__(
        self,
        store: Store,
        row: RunRow,
        attempt: int,
        interrupt_signal: InterruptSignal,
        event_writer: EventWriter,
    ) -> None:
        self._store, self._run_id, self._attempt, self._recall = store, row.id, attempt, interrupt_signal
        self._event_writer = event_writer
        self._last = RunCommands(row.command, max(row.run_until, 0), row.learning_rate, row.pace)
        changes = row.learning_rate_changes
        self._done_rate = changes[-1][1] if changes else None  # ordered and obeyed in an earlier attempt

    def poll(self) -> RunCommands:
        """Return the orders as they stand; those last read while the store cannot be.

        Raises: LostRun when the run is no longer this worker's; StoreError of the event writer.
        """
        self._event_writer.flush_if_due()
        try:
            orders = self._store.orders(self._run_id, self._attempt)
        except StoreError:
            orders = self._last
        if orders is None:
            raise LostRun(self._run_id, self._attempt)
        self._last = orders
        if orders.learning_rate == self._done_rate:
            orders = replace(orders, learning_rate=None)
        else:
            self._done_rate = None
        return replace(orders, command="interrupt") if self._recall.is_given() else orders
