"""Why a softmax regression answers as it does: weights x pixels, their sum, and everything after it.

Legend: K classes, D = C x H x W values an image. All results are float64, so that sums can be checked by
hand.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.models.softmax_regression import Array, softmax

Float64 = NDArray[np.float64]
OVERFLOW_AT = 700.0  # exp(709.8) is the largest that a float64 holds


@dataclass(frozen=True, eq=False)
class Arithmetic:
    """Every number between one image and its answer.

    products: (K, D), weight x pixel, the evidence images; sums: (K,), their totals; logits = sums + bias.
    exponentials: (K,), e to the power of (logit / temperature - shift); shift is 0 unless they would be too
    large to write down. probabilities: (K,), exponentials / total.
    """

    image: Float64
    products: Float64
    sums: Float64
    bias: Float64
    logits: Float64
    temperature: float
    shift: float
    exponentials: Float64
    total: float
    probabilities: Float64

    @property
    def order(self) -> NDArray[np.int64]:
        """The classes (K,), the most probable first."""
        return np.argsort(-self.logits, kind="stable")

    @property
    def answer(self) -> int:
        """The class with the largest logit."""
        return int(self.order[0])

    @property
    def runner_up(self) -> int:
        """The class with the second largest logit."""
        return int(self.order[1])


@dataclass(frozen=True, eq=False)
class Difference:
    """What speaks for class `a` rather than class `b`.

    image: (D,); margin: its sum + bias, which is logit a - logit b.
    """

    a: int
    b: int
    image: Float64
    bias: float
    margin: float


def evidence(weight: Array, image: Array) -> Float64:
    """Return the evidence images (K, D): each class's weights times the image (D,) or (C, H, W)."""
    pixels = np.asarray(image, np.float64).reshape(-1)
    if weight.shape[1] != len(pixels):
        raise ValueError(
            f"weights are for {weight.shape[1]} values an image, this image has {len(pixels)}"
        )  # not said: for programmers
    return np.asarray(weight, np.float64) * pixels


def arithmetic(weight: Array, bias: Array, image: Array, temperature: float = 1.0) -> Arithmetic:
    """Return every stage from the image, in the scaling that the weights expect, to the probabilities.

    weight: (K, D); bias: (K,); image: (D,) or (C, H, W).

    Raises: ValueError for a temperature that is not > 0 or an image of another size.
    """
    products = evidence(weight, image)
    sums = products.sum(axis=1)
    offsets = np.asarray(bias, np.float64)
    logits = sums + offsets
    probabilities = softmax(logits, temperature)
    largest = float(np.abs(logits).max() / temperature)
    shift = 0.0 if largest < OVERFLOW_AT else float(logits.max() / temperature)
    exponentials = np.exp(logits / temperature - shift)
    return Arithmetic(
        image=np.asarray(image, np.float64).reshape(-1),
        products=products,
        sums=sums,
        bias=offsets,
        logits=logits,
        temperature=temperature,
        shift=shift,
        exponentials=exponentials,
        total=float(exponentials.sum()),
        probabilities=probabilities,
    )


def difference(stages: Arithmetic, a: int | None = None, b: int | None = None) -> Difference:
    """Return what speaks for class `a` (default: the answer) rather than `b` (default: the runner-up)."""
    first = stages.answer if a is None else a
    second = stages.runner_up if b is None else b
    return Difference(
        a=first,
        b=second,
        image=stages.products[first] - stages.products[second],
        bias=float(stages.bias[first] - stages.bias[second]),
        margin=float(stages.logits[first] - stages.logits[second]),
    )
