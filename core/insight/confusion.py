"""Which classes a model takes for which: the matrix, its cells, and the pair confused most."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.insight.metrics import Labels, check
from core.models.softmax_regression import Array, softmax


@dataclass(frozen=True)
class Pair:
    """Two classes confused with each other.

    a_as_b: images of `a` answered `b`; b_as_a: the reverse; total: images of the two classes together.
    """

    a: int
    b: int
    a_as_b: int
    b_as_a: int
    total: int

    @property
    def count(self) -> int:
        """Confusions in both directions."""
        return self.a_as_b + self.b_as_a


def confusion_matrix(logits: Array, labels: Labels) -> NDArray[np.int64]:
    """Return the counts (K, K): row = true class, column = answer; all 0 without images."""
    K = logits.shape[1]
    if not len(labels):
        return np.zeros((K, K), np.int64)
    check(logits, labels)
    return np.bincount(labels * K + logits.argmax(axis=1), minlength=K * K).reshape(K, K)


def cell(logits: Array, labels: Labels, true: int, answer: int) -> NDArray[np.int64]:
    """Return the indices of the images of class `true` answered `answer`, the surest answer first."""
    inside = np.flatnonzero((labels == true) & (logits.argmax(axis=1) == answer))
    return inside[np.argsort(-softmax(logits[inside])[:, answer], kind="stable")] if len(inside) else inside


def most_confused(matrix: NDArray[np.int64]) -> Pair | None:
    """Return the two classes confused most, counting both directions; None if there is no mistake."""
    both = np.triu(matrix + matrix.T, k=1)
    a, b = (int(k) for k in np.unravel_index(int(np.argmax(both)), both.shape))
    return pair(matrix, a, b) if both[a, b] > 0 else None


def pair(matrix: NDArray[np.int64], a: int, b: int) -> Pair:
    """Return the confusions between classes `a` and `b`."""
    total = int(matrix[a].sum() + matrix[b].sum())
    return Pair(a, b, int(matrix[a, b]), int(matrix[b, a]), total)
