"""Whether one run is better than another, or only luckier: on the same test images, and over seeds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.insight.metrics import Labels
from core.models.softmax_regression import Array

Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two models on the same n images.

    only_first, only_second: images that only one of them gets right; both, neither: counts. difference:
    accuracy of the first minus that of the second, with its 95% interval; p_value: McNemar's exact test,
    two-sided.
    """

    n: int
    only_first: Indices
    only_second: Indices
    both: int
    neither: int
    difference: float
    low: float
    high: float
    p_value: float

    @property
    def beyond_noise(self) -> bool:
        """Whether so uneven a split would be rarer than 5% if the two were equally good."""
        return self.p_value < 0.05


@dataclass(frozen=True)
class Spread:
    """One figure over runs that differ only in their seed.

    std: with n - 1; low, high: 95% interval of the mean.
    """

    n: int
    mean: float
    std: float
    least: float
    most: float
    low: float
    high: float


def compare(first: Array, second: Array, labels: Labels) -> Comparison:
    """Return how two models' logits (N, K) on the same images compare.

    McNemar, Psychometrika 12, 1947, 153-157, in its exact binomial form (scipy); the interval is Wald's with
    half a count added to each of the four cells: Agresti and Min, Statistics in Medicine 24, 2005, 729-740.

    Raises: ValueError if the two are not about the same number of images, or about none.
    """
    if not len(first) == len(second) == len(labels) > 0:
        raise ValueError(
            f"both runs need logits of the same {len(labels)} images, got {len(first)} and {len(second)}"
        )  # not said: for programmers
    right_first, right_second = first.argmax(axis=1) == labels, second.argmax(axis=1) == labels
    only_first, only_second = (
        np.flatnonzero(right_first & ~right_second),
        np.flatnonzero(right_second & ~right_first),
    )
    b, c, n = len(only_first), len(only_second), len(labels)
    centre = (b - c) / (n + 2)
    spread = 1.959964 * (((b + c + 1) - (b - c) ** 2 / (n + 2)) ** 0.5) / (n + 2)
    return Comparison(
        n=n,
        only_first=only_first,
        only_second=only_second,
        both=int((right_first & right_second).sum()),
        neither=int((~right_first & ~right_second).sum()),
        difference=(b - c) / n,
        low=max(-1.0, centre - spread),
        high=min(1.0, centre + spread),
        p_value=paired_p_value(right_first, right_second),
    )


def paired_p_value(right_first: NDArray[np.bool_], right_second: NDArray[np.bool_]) -> float:
    """Return how likely so uneven a split of the images that only one of two reads right is, were both equally good.

    right_first, right_second: bool (N,), of the same images. McNemar's exact test, two-sided.
    """
    from scipy.stats import binomtest  # here: scipy.stats takes half a second to import

    first, second = int((right_first & ~right_second).sum()), int((right_second & ~right_first).sum())
    return float(binomtest(first, first + second, 0.5).pvalue) if first + second else 1.0


def spread(values: Sequence[float]) -> Spread:
    """Return mean, standard deviation and the mean's 95% interval (Student's t) of one figure over seeds.

    Raises: ValueError for no values. One value alone has no spread: its interval is (-inf, inf).
    """
    if not values:
        raise ValueError("values must hold at least one figure, got none")  # not said: for programmers
    from scipy.stats import t  # here: scipy.stats takes half a second to import

    n, mean = len(values), float(np.mean(values))
    std = float(np.std(values, ddof=1)) if n > 1 else 0.0
    half = float(t.ppf(0.975, n - 1)) * std / n**0.5 if n > 1 else float("inf")
    return Spread(n, mean, std, float(min(values)), float(max(values)), mean - half, mean + half)
