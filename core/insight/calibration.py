"""Whether a model's confidence can be trusted: reliability bins, ECE, and answering only when sure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.insight.metrics import Labels, check
from core.models.softmax_regression import Array, softmax


@dataclass(frozen=True, eq=False)
class Reliability:
    """Answers sorted into bins by confidence; arrays are (bins,), nan where a bin is empty.

    edges: (bins + 1,), 0..1; counts: int64; confidence and accuracy: means of the bin; ece: 0..1, the mean
    distance between the two, weighted by count.
    """

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    ece: float

    @property
    def gap(self) -> float:
        """Mean confidence minus accuracy over all answers: > 0 is too sure, < 0 too modest."""
        filled = self.counts > 0
        weights = self.counts[filled] / self.counts.sum()
        return float((weights * (self.confidence[filled] - self.accuracy[filled])).sum())


@dataclass(frozen=True, eq=False)
class ThresholdCurve:
    """Answering only where confidence >= threshold; arrays are (T,).

    answered and right: counts, int64, of `n` images. Coverage is answered / n, accuracy right / answered.
    """

    thresholds: NDArray[np.float64]
    answered: NDArray[np.int64]
    right: NDArray[np.int64]
    n: int

    @property
    def coverage(self) -> NDArray[np.float64]:
        """Share of images answered, 0..1."""
        return self.answered / self.n

    @property
    def accuracy(self) -> NDArray[np.float64]:
        """Share of the answers that is right, 0..1, nan where none is left."""
        nothing = np.full(len(self.right), np.nan)
        return np.divide(self.right, self.answered, out=nothing, where=self.answered > 0)


def reliability(logits: Array, labels: Labels, bins: int = 15) -> Reliability:
    """Return the reliability diagram's bins of equal width and the expected calibration error.

    Guo, Pleiss, Sun, Weinberger: On calibration of modern neural networks, ICML 2017, section 2, equation 3;
    bin m holds the confidences in ((m - 1) / M, m / M].
    """
    check(logits, labels)
    probabilities = softmax(logits)
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    edges = np.linspace(0, 1, bins + 1)
    index = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    counts = np.bincount(index, minlength=bins)
    empty = np.full(bins, np.nan)
    mean_confidence = np.divide(
        np.bincount(index, confidence, bins), counts, out=empty.copy(), where=counts > 0
    )
    accuracy = np.divide(np.bincount(index, right, bins), counts, out=empty.copy(), where=counts > 0)
    ece = float(np.nansum(counts * np.abs(accuracy - mean_confidence)) / len(labels))
    return Reliability(edges, counts, mean_confidence, accuracy, ece)


def threshold_curve(logits: Array, labels: Labels, steps: int = 101) -> ThresholdCurve:
    """Return how many answers remain, and how many of those are right, at `steps` thresholds from 0 to 1."""
    check(logits, labels)
    probabilities = softmax(logits)
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    thresholds = np.linspace(0, 1, steps)
    answered = len(labels) - np.searchsorted(np.sort(confidence), thresholds, side="left")
    right_ones = right.sum() - np.searchsorted(np.sort(confidence[right]), thresholds, side="left")
    return ThresholdCurve(thresholds, answered.astype(np.int64), right_ones.astype(np.int64), len(labels))
