"""When things happen in a run: learning rate by step, snapshot steps, evaluation steps, pace."""

import bisect
import math
import time
from dataclasses import dataclass, field

import numpy as np

from core.config.run_config import RunConfig
from core.protocol.controls import parse_pace, steps_due

SNAPSHOT_COUNT = 60


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
    """Tells how long to wait before the next step so that a run goes at the pace ordered."""

    def __init__(self, total_steps: int) -> None:
        self._total_steps = total_steps
        self._pace = "full"
        self._step = 0
        self._started_s = 0.0

    def follow(self, pace: str, step: int) -> None:
        """Go at `pace` from `step` on; nothing changes if that is the pace already."""
        if pace != self._pace:
            self.restart(pace, step)

    def restart(self, pace: str, step: int) -> None:
        """Begin to count time anew at `step`, after a pause or at another pace."""
        self._pace, self._step, self._started_s = pace, step, time.perf_counter()
        kind, value = parse_pace(pace)
        if kind == "film" and self._total_steps:  # join the film where it would be after `step` steps
            self._started_s -= value * (step / self._total_steps) ** (1 / 3)
            self._step = 0

    @property
    def pace(self) -> str:
        """The pace in force."""
        return self._pace

    def is_due(self, step: int) -> bool:
        """Return whether the update that follows `step` updates may be done now."""
        if self._pace == "full":
            return True
        running_s = time.perf_counter() - self._started_s
        return step - self._step < steps_due(self._pace, running_s, self._total_steps)
