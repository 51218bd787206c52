"""Curves as they grow: points appended and thinned, bounded in memory."""

from typing import Final

import numpy as np

KEPT_POINTS: Final = 40_000  # per trace in memory; beyond it a trace is thinned to half


class Trace:
    """Points of one curve, appended in order, thinned to half when they pass `limit`.

    One thread appends, any thread may read `points`: what was handed out is never written over.
    """

    def __init__(self, limit: int = KEPT_POINTS) -> None:
        self._held = (np.empty(1024), np.empty(1024), 0)  # x, y, count; swapped as one
        self._limit = limit
        self.thinned = 0  # how often old points were thinned to half
        self.dropped = 0  # how often old points were dropped for others: what was sent before is stale

    def __len__(self) -> int:
        return self._held[2]

    @property
    def points(self) -> tuple[np.ndarray, np.ndarray]:
        """(x, y), float64, of one moment."""
        x, y, count = self._held
        return x[:count], y[:count]

    def extend(self, x: np.ndarray, y: np.ndarray) -> None:
        """Append points; x must rise. Points at or after x[0] that were there before are replaced."""
        if len(x) == 0:
            return
        old_x, old_y = self.points
        keep = int(np.searchsorted(old_x, x[0]))
        if keep < len(old_x):  # a resumed run repeats the steps after its checkpoint
            self._replace(old_x[:keep], old_y[:keep])
            self.dropped += 1
        self._append(x, y)
        if len(self) > self._limit:
            self._replace(*decimate(*self.points, self._limit // 2))
            self.thinned += 1

    def _append(self, x: np.ndarray, y: np.ndarray) -> None:
        held_x, held_y, count = self._held
        total = count + len(x)
        if total > len(held_x):
            room = np.empty(max(total, 2 * len(held_x)) - count)
            held_x, held_y = np.concatenate([held_x[:count], room]), np.concatenate([held_y[:count], room])
        held_x[count:total], held_y[count:total] = x, y
        self._held = (held_x, held_y, total)

    def _replace(self, x: np.ndarray, y: np.ndarray) -> None:
        self._held = (x.copy(), y.copy(), len(x))


def decimate(x: np.ndarray, y: np.ndarray, limit: int) -> tuple[np.ndarray, np.ndarray]:
    """Return at most `limit` of the points, keeping in each stretch its lowest and its highest.

    The last point is always kept. `limit` >= 4. Values that are not finite lose against those that are.
    """
    if limit < 4:
        raise ValueError(f"limit must be >= 4, got {limit}")  # not said: for programmers
    if len(x) <= limit:
        return x, y
    size = -(-(len(x) - 1) // ((limit - 1) // 2))  # points per stretch; the last point stands alone
    starts = np.arange(0, len(x) - 1, size)
    padded = np.full(len(starts) * size, np.nan)
    padded[: len(x) - 1] = y[:-1]
    stretches = padded.reshape(-1, size)
    lowest = starts + np.where(np.isnan(stretches), np.inf, stretches).argmin(axis=1)
    highest = starts + np.where(np.isnan(stretches), -np.inf, stretches).argmax(axis=1)
    chosen = np.unique(np.concatenate([lowest, highest, [len(x) - 1]]))
    return x[chosen], y[chosen]
