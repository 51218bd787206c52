"""When things happen in a run: learning rate by step, snapshot steps, evaluation steps, pace."""

import bisect
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from core.config.run_config import RunConfig
from core.protocol.controls import film_place, parse_pace, steps_due

SNAPSHOT_COUNT = 60
LEAST_TIMED = 2  # steps from which the time of a step is told


@dataclass
class LearningRate:
    """The learning rate of every step: a base that live changes move, times the schedule's factor."""

    config: RunConfig
    steps_per_epoch: int
    total_steps: int
    changes: list[tuple[int, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.changes = self.changes or list(self.config.learning_rate_changes)

    def change(self, step: int, learning_rate: float) -> None:
        """From `step` (updates done) on, let the base be `learning_rate`; later recorded changes stay."""
        self.changes = sorted({**dict(self.changes), step: learning_rate}.items())

    def base(self, step: int) -> float:
        """Return the base rate for the update that follows `step` updates."""
        position = bisect.bisect_right(self.changes, step, key=lambda change: change[0])
        return self.changes[position - 1][1] if position else self.config.learning_rate

    def at(self, step: int) -> float:
        """Return the rate for the update that follows `step` updates."""
        return self.base(step) * self._factor(step)

    def _factor(self, step: int) -> float:
        if self.config.schedule == "step":
            return self.config.step_factor ** (step // self.steps_per_epoch // self.config.step_epochs)
        if self.config.schedule == "cosine":
            return 0.5 * (1 + math.cos(math.pi * step / self.total_steps))
        return 1.0


def snapshot_steps(total_steps: int, count: int = SNAPSHOT_COUNT) -> frozenset[int]:
    """Return about `count` steps in 0..total_steps, dense early, the first and the last among them."""
    early = np.geomspace(1, max(total_steps, 1), count * 2 // 3)
    even = np.linspace(0, total_steps, count - len(early))
    return frozenset(int(step) for step in np.concatenate([early, even]).round() if step <= total_steps)


def is_evaluation_step(step: int, total_steps: int, eval_every: int, steps_per_epoch: int) -> bool:
    """Return whether the model is evaluated after `step` updates: at 0, every interval, at the end."""
    return step % (eval_every or steps_per_epoch) == 0 or step == total_steps


class Pacer:
    """Tells whether the next step is due, so that a run goes at the pace ordered."""

    def __init__(self, total_steps: int, clock: Callable[[], float] = time.perf_counter) -> None:
        self._total_steps, self._clock = total_steps, clock
        self._pace = "full"
        self._film_s = 0.0
        self.restart("full", 0)

    def follow(self, pace: str, step: int) -> None:
        """Go at `pace` from `step` on; nothing changes if that is the pace already."""
        if pace != self._pace:
            self.restart(pace, step)

    def restart(self, pace: str, step: int) -> None:
        """Begin to count time anew at `step`, after a pause or at another pace."""
        self._pace, self._step, self._began_s = pace, step, self._clock()
        self._joined_at = step
        self._timed_from: tuple[int, float] | None = (
            None  # (updates, training time) before those that are timed
        )
        kind, value = parse_pace(pace)
        self._film_s = value if kind == "film" and self._total_steps else 0.0
        if self._film_s:  # join the film where it would be after `step` steps
            self._began_s -= value * film_place(step / self._total_steps, value, self._total_steps)
            self._step = 0

    def is_due(self, step: int, trained_s: float, closing_s: float = 0.0) -> bool:
        """Return whether the update that follows `step` updates may be done now.

        trained_s: training time so far, waits left out; closing_s: what is to be done after the last update. A
        film hurries as soon as the updates left would take all of its time left.
        """
        if self._pace == "full":
            return True
        running_s = self._clock() - self._began_s
        if not self._film_s:
            return step - self._step < steps_due(self._pace, running_s, self._total_steps)
        stepping_s = self._film_s - min(closing_s, self._film_s / 2)
        if step < steps_due(self._pace, running_s * self._film_s / stepping_s, self._total_steps):
            return True
        return (self._total_steps - step) * self._step_s(step, trained_s) > stepping_s - running_s

    def _step_s(self, step: int, trained_s: float) -> float:
        """Return the training time of a step at this pace; 0 while too few have been timed to tell.

        The first is not timed: it makes ready what the others find made.
        """
        if self._timed_from is None and step > self._joined_at:
            self._timed_from = step, trained_s
        if self._timed_from is None or step - self._timed_from[0] < LEAST_TIMED:
            return 0.0
        return (trained_s - self._timed_from[1]) / (step - self._timed_from[0])
