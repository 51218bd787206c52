"""The moving average in which a run's loss and accuracy on its mini-batches are told."""

import math
from typing import Final

import numpy as np

SMOOTHING: Final = 0.98


class Average:
    """Moving average carried over chunks; its memory grows with the run until it reaches `smoothing`.

    The weight of the past is min(smoothing, (1 + t) / (10 + t)) after t values, as in TensorFlow's
    ExponentialMovingAverage with num_updates: no start-up bias, and no lag behind a steep beginning.
    `count` and `value`: how many values there were before, and their average.
    """

    def __init__(self, smoothing: float = SMOOTHING, count: int = 0, value: float = math.nan) -> None:
        self._smoothing, self._count, self._value = smoothing, count, value

    def update(self, values: np.ndarray) -> np.ndarray:
        """Return the average after each of `values`, float64 (n,). What is not finite is passed over."""
        out = np.empty(len(values))
        count, average = self._count, self._value
        for i, value in enumerate(np.asarray(values, np.float64).tolist()):
            if math.isfinite(value):
                past = min(self._smoothing, (1 + count) / (10 + count)) if count else 0.0
                average = value if count == 0 else past * average + (1 - past) * value
                count += 1
            out[i] = average
        self._count, self._value = count, average
        return out
