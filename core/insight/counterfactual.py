"""The fewest pixels whose ink would change a model's answer."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.models.softmax_regression import Array, linear_logits

INK = {"add": (1.0,), "erase": (0.0,), "both": (0.0, 1.0)}  # what a pixel may become


@dataclass(frozen=True, eq=False)
class Counterfactual:
    """Pixels to set, and what the model then says.

    pixels: int64 (n,), indices into the image's D values, the most effective first; values: (n,), each 0 or
    1. image: (D,), after the change; logits: (K,), recomputed from it; before and after: the answers.
    """

    pixels: NDArray[np.int64]
    values: NDArray[np.float64]
    image: NDArray[np.float64]
    logits: NDArray[np.float64]
    before: int
    after: int


def fewest_pixels(
    weight: Array, bias: Array, image: Array, target: int | None = None, ink: str = "add"
) -> Counterfactual | None:
    """Return the smallest set of pixels that changes a softmax regression's answer, or None if none does.

    weight (K, D) and bias (K,) are for pixels in [0, 1] (see linear.for_unit_pixels), as is the image (D,)
    or (C, H, W). Pixels may get full ink ("add"), lose it ("erase") or either ("both"). For one rival the
    gains in margin add up, so taking the largest first gives the smallest set; the smallest over all rivals
    is the smallest that changes the answer. With a `target`, pixels are added until that class leads (few,
    not provably fewest).

    Raises: ValueError for an unknown `ink` or a `target` that is no class.
    """
    if ink not in INK:
        raise ValueError(f"ink must be one of {', '.join(INK)}, got {ink!r}")  # not said: for programmers
    if target is not None and not 0 <= target < len(bias):
        raise ValueError(
            f"target must be a class from 0 to {len(bias) - 1}, got {target}"
        )  # not said: for programmers
    pixels = np.asarray(image, np.float64).reshape(-1)
    weights, offsets = np.asarray(weight, np.float64), np.asarray(bias, np.float64)
    before = int(np.argmax(linear_logits(weights, offsets, pixels[None])[0]))
    rivals = [k for k in range(len(offsets)) if k != before] if target is None else [target]
    flips = [_flip_to(weights, offsets, pixels, before, rival, ink, target is not None) for rival in rivals]
    return min((f for f in flips if f), key=lambda f: len(f.pixels), default=None)


def _flip_to(
    weight: NDArray[np.float64],
    bias: NDArray[np.float64],
    pixels: NDArray[np.float64],
    before: int,
    rival: int,
    ink: str,
    must_lead: bool,
) -> Counterfactual | None:
    """Return the flip to `rival`; `must_lead`: choose pixels against whoever leads at the moment."""
    options = np.stack([np.full_like(pixels, value) for value in INK[ink]])  # (options, D)
    order: list[int] = []
    changed = pixels.copy()
    free = np.ones(len(pixels), bool)
    while True:
        logits = weight @ changed + bias
        leader = int(np.argmax(logits))
        if leader == rival or (not must_lead and leader != before):
            indices = np.array(order, np.int64)
            return Counterfactual(indices, changed[indices], changed, logits, before, leader)
        against = leader if must_lead else before
        gains = (weight[rival] - weight[against]) * (options - changed)  # (options, D)
        best = np.where(free, gains.max(axis=0), -np.inf)
        pixel = int(np.argmax(best))
        if best[pixel] <= 0:
            return None
        changed[pixel] = options[int(np.argmax(gains[:, pixel])), pixel]
        free[pixel] = False
        order.append(pixel)


def few_pixels(
    logits_of: Callable[[NDArray[np.float32]], NDArray],
    gradient_of: Callable[[NDArray[np.float32], int, int], NDArray],
    image: Array,
    ink: str = "add",
    rivals: int = 2,
    candidates: int = 16,
    limit: int = 60,
) -> Counterfactual | None:
    """Return a small set of pixels that changes any model's answer, or None if `limit` pixels do not.

    Greedy, towards each of the `rivals` next best classes: the gradient names `candidates` pixels, all are
    tried in one batch, the best is kept. The smallest set found is returned; a smaller one may exist.
    logits_of: images (n, D) in [0, 1] -> logits (n, K). gradient_of(image (D,), a, b): the gradient of
    logit a - logit b over the pixels, (D,).
    """
    if ink not in INK:
        raise ValueError(f"ink must be one of {', '.join(INK)}, got {ink!r}")  # not said: for programmers
    pixels = np.asarray(image, np.float32).reshape(-1)
    before, *others = (int(k) for k in np.argsort(-logits_of(pixels[None])[0], kind="stable")[: rivals + 1])
    best: Counterfactual | None = None
    for rival in others:
        allowed = limit if best is None else len(best.pixels) - 1
        best = _search(logits_of, gradient_of, pixels, (before, rival), ink, candidates, allowed) or best
    return best


def _search(
    logits_of: Callable[[NDArray[np.float32]], NDArray],
    gradient_of: Callable[[NDArray[np.float32], int, int], NDArray],
    pixels: NDArray[np.float32],
    classes: tuple[int, int],
    ink: str,
    candidates: int,
    limit: int,
) -> Counterfactual | None:
    """Return the flip found on the way from classes[0] to classes[1] with at most `limit` pixels."""
    before, rival = classes
    changed, order = pixels.copy(), np.zeros(0, np.int64)
    free = np.ones(len(pixels), bool)
    while len(order) < limit and free.any():
        slope = gradient_of(changed, rival, before)
        options = np.stack([slope * (value - changed) for value in INK[ink]])
        hopes = np.where(free, options.max(axis=0), -np.inf)
        tried = np.argsort(-hopes, kind="stable")[: min(candidates, int(free.sum()))]
        batch = np.repeat(changed[None], len(tried), axis=0)
        batch[np.arange(len(tried)), tried] = np.array(INK[ink])[options[:, tried].argmax(axis=0)]
        logits = np.asarray(logits_of(batch), np.float64)
        best = int(np.argmax(logits[:, rival] - logits[:, before]))
        changed, order = batch[best], np.append(order, tried[best])
        free[tried[best]] = False
        after = int(np.argmax(logits[best]))
        if after != before:
            image = changed.astype(np.float64)
            return Counterfactual(order, image[order], image, logits[best], before, after)
    return None
