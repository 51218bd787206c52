"""Small records that a run keeps: training time without the waits, and the chunk of steps not yet told."""

import math
import time

import numpy as np

from core.protocol.events import Steps
from core.training.learner import Learner

CHUNK_S = 0.1  # steps are told at least this often
SPEED_S = (
    2.0  # over about so long the images per second are averaged: whoever shares the cores goes in bursts
)


class Stopwatch:
    """Seconds of training: runs from its making, stands still between `stop` and `go`."""

    def __init__(self) -> None:
        self._before_s = 0.0
        self._since = time.perf_counter()

    @property
    def elapsed_s(self) -> float:
        """Training time so far."""
        return self._before_s + max(0.0, time.perf_counter() - self._since)

    def stop(self) -> None:
        """Stand still."""
        self._before_s, self._since = self.elapsed_s, math.inf

    def go(self) -> None:
        """Run on."""
        self._since = time.perf_counter()

    def set(self, elapsed_s: float) -> None:
        """Go on from `elapsed_s`, as a resumed run does."""
        self._before_s, self._since = elapsed_s, time.perf_counter()


class StepBuffer:
    """The steps since the last Steps event; their records lie in the learner's slots."""

    def __init__(self, learner: Learner, first: int = 0) -> None:
        self._learner = learner
        self._lately = 0.0, 0.0  # images, and the seconds that they took, the older the less they count
        self.restart(first)

    def restart(self, step: int) -> None:
        """Begin a new chunk after `step` updates."""
        self._start, self._images, self.since = step, 0, time.perf_counter()

    def slot(self, step: int) -> int:
        """Return the slot of the update that follows `step` updates."""
        return step - self._start

    def add(self, image_count: int) -> None:
        """Count the images of one more step."""
        self._images += image_count

    def is_due(self, step: int, now: float) -> bool:
        """Return whether it is time to tell the chunk: it is old, or the next update would find no slot."""
        return now - self.since >= CHUNK_S or step - self._start >= self._learner.chunk_capacity

    def _images_per_s(self) -> float:
        """Return the images per second of late, those since the last read among them."""
        took_s = max(time.perf_counter() - self.since, 1e-9)
        kept = math.exp(-took_s / SPEED_S)
        self._lately = self._lately[0] * kept + self._images, self._lately[1] * kept + took_s
        return self._lately[0] / self._lately[1]

    def read(self, step: int, learning_rate: float, elapsed_s: float) -> tuple[Steps | None, int | None]:
        """Return (the Steps since the last read, None), or with the step whose loss is no finite number.

        A broken step and all behind it are left out of the Steps; the first half is None when there are none.
        """
        count = step - self._start
        if count <= 0:
            return None, None
        losses, accuracies = self._learner.read_chunk(count)
        broken = np.flatnonzero(~np.isfinite(losses))
        good = int(broken[0]) if len(broken) else count
        speed = self._images_per_s()
        steps = Steps(self._start + 1, losses[:good], accuracies[:good], learning_rate, elapsed_s, speed)
        broken_step = self._start + good + 1 if len(broken) else None
        self.restart(step)
        return (steps if good else None), broken_step
