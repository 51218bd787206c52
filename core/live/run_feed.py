"""A run as all its viewers see it: its events are read from the store once, whoever looks."""

import math
import threading
import time
from dataclasses import dataclass, field

import numpy as np

from core.figures.run_curves import Curves
from core.live.time_left import StepTime
from core.protocol.article_log import final_line, iteration_line
from core.protocol.events import Evaluated, Finished, Steps
from core.runs import RunRow, Store


@dataclass
class Feed:
    """One run's curves, log and strip, kept up to date by `refresh`; safe for many viewers at once."""

    run_id: str
    curves: Curves = field(init=False)
    step_time: StepTime = field(default_factory=StepTime)
    log: list[str] = field(default_factory=list)
    strip: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    # language -> (of what, the snapshot): made once for all who watch the same in one language
    snapshots: dict[tuple[str, bool], tuple[object, object]] = field(default_factory=dict)
    seen_at: float = -math.inf  # time.monotonic() when the store was last told that somebody looks
    _cursor: str = ""
    _version: str = ""
    _row: RunRow | None = None
    _read_at: float = -math.inf  # time.monotonic()
    _last_loss: float = float("nan")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def version(self) -> str:
        """A text that changes whenever `refresh` has found something new."""
        return self._version

    def __post_init__(self) -> None:
        self.curves = Curves(self.run_id)

    def refresh(self, source: Store, max_age_s: float = 0.0) -> RunRow:
        """Return the run as it stands, having read what it said since; or as another viewer has just read it,
        if that is no older than `max_age_s`.  Raises: UnknownRun, StoreError."""
        with self._lock:
            now = time.monotonic()
            if self._row is not None and now - self._read_at < max_age_s:
                return self._row
            row = source.get(self.run_id)
            if row.version != self._version:
                self._read(source)
            self._row, self._version, self._read_at = row, row.version, now
            return row

    def _read(self, source: Store) -> None:
        news = source.events_since(self.run_id, self._cursor)
        if news.afresh:
            self.curves, self.log, self._last_loss = Curves(self.run_id), [], float("nan")
            self.step_time = StepTime()
        self._cursor = news.cursor
        self.curves.add(news.events)
        self.step_time.add(news.events)
        for event in news.events:
            if isinstance(event, Steps) and len(event.losses):
                self._last_loss = float(event.losses[-1])
            elif isinstance(event, Evaluated):
                self.strip = event.strip
                loss = event.loss if event.step == 0 else self._last_loss
                self.log.append(iteration_line(event.step, loss, event.accuracy))
            elif isinstance(event, Finished) and self.log:
                accuracy = float(self.log[-1].rpartition(" ")[2]) / 100
                self.log.append(final_line(accuracy))
