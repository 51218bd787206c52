"""Images changed as little as possible to be misread, by following the gradient of the loss.

Fast gradient sign method: Goodfellow, Shlens, Szegedy: Explaining and harnessing adversarial examples,
ICLR 2015 (arXiv:1412.6572), section 4: x' = x + epsilon * sign(gradient of the loss over x).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.models.softmax_regression import Array, linear_logits, softmax

LEVELS = 255  # epsilons tried first: every whole grey level
REFINED = 16  # then each sixteenth of the level before the first that works


@dataclass(frozen=True, eq=False)
class Adversary:
    """The mildest image of its kind that is answered differently.

    epsilon: how far each pixel was moved at most, in parts of white (1/255 is one grey level); image: (D,),
    in [0, 1]; direction: (D,), -1, 0 or 1; logits: (K,), of `image`; before, after: the answers.
    """

    epsilon: float
    image: NDArray[np.float64]
    direction: NDArray[np.float64]
    logits: NDArray[np.float64]
    before: int
    after: int


def linear_loss_gradient(weight: Array, bias: Array, image: Array, label: int) -> NDArray[np.float64]:
    """Return the gradient (D,) of a softmax regression's cross-entropy over the pixels: W^T (p - y).

    weight (K, D) and bias (K,) are for pixels in [0, 1] (see linear.for_unit_pixels), as is the image (D,).
    """
    weights = np.asarray(weight, np.float64)
    error = softmax(linear_logits(weights, np.asarray(bias, np.float64), image.reshape(1, -1))[0])
    error[label] -= 1
    return weights.T @ error


def mildest(
    logits_of: Callable[[NDArray[np.float64]], NDArray], image: Array, gradient: Array, largest: float = 1.0
) -> Adversary | None:
    """Return the adversary with the smallest epsilon up to `largest`, or None if the answer never changes.

    logits_of: images (n, D) in [0, 1] -> logits (n, K). All whole grey levels are tried in one batch, then
    sixteenths of the last one; so epsilon is the smallest to 1/4080.
    """
    direction = np.sign(np.asarray(gradient, np.float64).reshape(-1))
    pixels = np.asarray(image, np.float64).reshape(-1)
    before = int(np.argmax(logits_of(pixels[None])[0]))
    levels = np.arange(1, LEVELS + 1) / LEVELS
    coarse = _first_flip(logits_of, pixels, direction, levels[levels <= largest + 1e-12], before)
    if coarse is None:
        return None
    finer = coarse.epsilon - np.arange(REFINED - 1, 0, -1) / (REFINED * LEVELS)
    return _first_flip(logits_of, pixels, direction, finer, before) or coarse


def _first_flip(
    logits_of: Callable[[NDArray[np.float64]], NDArray],
    pixels: NDArray[np.float64],
    direction: NDArray[np.float64],
    epsilons: NDArray[np.float64],
    before: int,
) -> Adversary | None:
    """Return the adversary of the first of `epsilons` that changes the answer."""
    if not len(epsilons):
        return None
    images = np.clip(pixels + epsilons[:, None] * direction, 0, 1)  # (E, D)
    logits = np.asarray(logits_of(images), np.float64)
    flipped = np.flatnonzero(logits.argmax(axis=1) != before)
    if not len(flipped):
        return None
    i = int(flipped[0])
    return Adversary(float(epsilons[i]), images[i], direction, logits[i], before, int(logits[i].argmax()))
