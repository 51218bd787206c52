"""One step of gradient descent under the microscope: the batch, the gradient, and where it leads.

Legend: B images in the batch, K classes, D = C x H x W values an image.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.insight.metrics import Labels, check, label_log_probabilities
from core.models.softmax_regression import Array, flat, linear_logits, softmax

Float64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Gradient:
    """The slope of the batch's mean loss: weight (K, D), bias (K,), and their common length `norm`."""

    weight: Float64
    bias: Float64

    @property
    def norm(self) -> float:
        """Length of the whole gradient."""
        return float(np.sqrt((self.weight**2).sum() + (self.bias**2).sum()))


@dataclass(frozen=True, eq=False)
class Outcome:
    """The model after one update with `learning_rate`, and how the same batch then fares.

    loss: mean cross-entropy in nats, without penalties; accuracy: 0..1; velocity: SGD's momentum buffers
    after it.
    """

    learning_rate: float
    weight: Float64
    bias: Float64
    logits: Array
    loss: float
    accuracy: float
    velocity: Gradient


@dataclass(frozen=True, eq=False)
class StepView:
    """One mini-batch before its update, and the update with each learning rate asked for.

    logits, probabilities: (B, K); predictions, labels: int64 (B,); loss: mean cross-entropy in nats.
    """

    labels: Labels
    logits: Array
    probabilities: Float64
    predictions: NDArray[np.int64]
    loss: float
    accuracy: float
    gradient: Gradient
    outcomes: tuple[Outcome, ...]


def gradient(
    weight: Array, bias: Array, images: Array, labels: Labels, l1: float = 0, l2: float = 0
) -> Gradient:
    """Return the gradient of the mean cross-entropy over the batch, in closed form, penalties added.

    dL/dW = (P - Y)^T X / B, dL/db = sum of (P - Y) / B, with P the probabilities and Y the labels as ones
    and zeros (Bishop: Pattern recognition and machine learning, 2006, equation 4.109). `l2` adds l2 x
    parameter and `l1` adds l1 x its sign, to weights and biases alike, as torch's `weight_decay` does.
    """
    rows = np.asarray(flat(images), np.float64)
    W, b = np.asarray(weight, np.float64), np.asarray(bias, np.float64)
    error = softmax(linear_logits(W, b, rows))
    error[np.arange(len(labels)), labels] -= 1
    error /= len(labels)
    return Gradient(error.T @ rows + l2 * W + l1 * np.sign(W), error.sum(axis=0) + l2 * b + l1 * np.sign(b))


def take_step(
    weight: Array,
    bias: Array,
    images: Array,
    labels: Labels,
    learning_rates: Sequence[float],
    l1: float = 0,
    l2: float = 0,
    momentum: float = 0,
    nesterov: bool = False,
    velocity: Gradient | None = None,
) -> StepView:
    """Return what one step of SGD on this batch does to a softmax regression, for each learning rate.

    weight (K, D), bias (K,), images (B, D) or (B, C, H, W) in the model's scaling, labels (B,). `velocity`
    holds the momentum buffers before the step (None: the first step), as torch.optim.SGD keeps them.

    Raises: ValueError for logits that are not finite or do not fit the labels.
    """
    rows = np.asarray(flat(images), np.float64)
    W, b = np.asarray(weight, np.float64), np.asarray(bias, np.float64)
    logits = linear_logits(W, b, rows)
    check(logits, labels)
    slope = gradient(W, b, rows, labels, l1, l2)
    buffers = _buffers(slope, momentum, velocity)
    direction = _direction(slope, buffers, momentum, nesterov)
    return StepView(
        labels=labels,
        logits=logits,
        probabilities=softmax(logits),
        predictions=logits.argmax(axis=1),
        loss=float(-label_log_probabilities(logits, labels).mean()),
        accuracy=float((logits.argmax(axis=1) == labels).mean()),
        gradient=slope,
        outcomes=tuple(_outcome(W, b, rows, labels, direction, buffers, rate) for rate in learning_rates),
    )


def _buffers(slope: Gradient, momentum: float, velocity: Gradient | None) -> Gradient:
    """Return SGD's momentum buffers after this gradient; torch starts them at the first gradient itself."""
    if velocity is None:
        return slope
    return Gradient(momentum * velocity.weight + slope.weight, momentum * velocity.bias + slope.bias)


def _direction(slope: Gradient, buffers: Gradient, momentum: float, nesterov: bool) -> Gradient:
    if momentum == 0:
        return slope
    if not nesterov:
        return buffers
    return Gradient(slope.weight + momentum * buffers.weight, slope.bias + momentum * buffers.bias)


def _outcome(
    weight: Float64,
    bias: Float64,
    rows: Float64,
    labels: Labels,
    direction: Gradient,
    buffers: Gradient,
    learning_rate: float,
) -> Outcome:
    new_weight = weight - learning_rate * direction.weight
    new_bias = bias - learning_rate * direction.bias
    logits = linear_logits(new_weight, new_bias, rows)
    return Outcome(
        learning_rate=learning_rate,
        weight=new_weight,
        bias=new_bias,
        logits=logits,
        loss=float(-label_log_probabilities(logits, labels).mean()),
        accuracy=float((logits.argmax(axis=1) == labels).mean()),
        velocity=buffers,
    )
