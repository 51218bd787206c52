"""What a softmax regression has learned: weight images, their journey, the border between two classes.

Legend: K classes, D = C x H x W values an image, S snapshots, N images.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.models.softmax_regression import Array

Float64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class WeightTrajectory:
    """The weights (without biases) over a run's snapshots; arrays are (S,).

    norm: length of all K x D weights; distance: how far they are from the first snapshot; path: how far they
    travelled on the way (sum of the straight steps between snapshots, so >= distance).
    """

    steps: NDArray[np.int64]
    norm: Float64
    distance: Float64
    path: Float64


@dataclass(frozen=True, eq=False)
class DecisionBoundary:
    """What separates class `a` from class `b`: on the border, image . x + bias = 0.

    image: (D,), weights of a - weights of b; red speaks for a. width: its length.
    """

    a: int
    b: int
    image: Float64
    bias: float
    width: float


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Images nearest to a border, the nearest first.

    indices: into the images given; distances: from the border, in the units of the model's input, > 0 on the
    side of `a`.
    """

    indices: NDArray[np.int64]
    distances: Float64


def weight_trajectory(steps: Sequence[int], weights: Iterable[Array]) -> WeightTrajectory:
    """Return norm, distance from the start and path travelled, for snapshots in order of their step.

    Three of the weights are held at a time, so that they may be read one after another.

    Raises: ValueError unless there is one (K, D) array for each step, at least one.
    """
    norms, distances, moves = [], [], []
    first = before = None
    for weight in weights:
        flat = np.asarray(weight, np.float64).reshape(-1)
        first = flat if first is None else first
        norms.append(float(np.linalg.norm(flat)))
        distances.append(float(np.linalg.norm(flat - first)))
        moves.append(0.0 if before is None else float(np.linalg.norm(flat - before)))
        before = flat
    if len(steps) != len(norms) or not norms:
        raise ValueError(
            f"steps and weights must be of one length > 0, got {len(steps)} and {len(norms)}"
        )  # not said: for programmers
    return WeightTrajectory(np.array(steps, np.int64), np.array(norms), np.array(distances), np.cumsum(moves))


def decision_boundary(weight: Array, bias: Array, a: int, b: int) -> DecisionBoundary:
    """Return what separates class `a` from class `b`.

    Raises: ValueError if they are the same class.
    """
    if a == b:
        raise ValueError(f"choose two different classes, got {a} twice")  # not said: for programmers
    image = np.asarray(weight[a], np.float64) - np.asarray(weight[b], np.float64)
    return DecisionBoundary(a, b, image, float(bias[a]) - float(bias[b]), float(np.linalg.norm(image)))


def nearest_to_boundary(
    logits: Array, edge: DecisionBoundary, count: int = 20, candidates: NDArray[np.int64] | None = None
) -> Neighbours:
    """Return the images that lie nearest to `edge`, of those whose two largest logits are its two classes.

    logits: (N, K). candidates: indices to choose from (default: all N). Distance = (logit a - logit b) /
    width, the length of the smallest change to the image that reaches the border.
    """
    pool = np.arange(len(logits)) if candidates is None else candidates
    scores = np.asarray(logits[pool], np.float64)
    best_two = np.sort(np.argsort(-scores, axis=1, kind="stable")[:, :2], axis=1)
    between = (best_two == sorted((edge.a, edge.b))).all(axis=1)
    pool, scores = pool[between], scores[between]
    width = edge.width if edge.width > 0 else 1.0
    distances = (scores[:, edge.a] - scores[:, edge.b]) / width
    order = np.argsort(np.abs(distances), kind="stable")[:count]
    return Neighbours(pool[order], distances[order])
