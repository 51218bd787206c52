"""Changing a softmax regression by hand: a list of edits, each a frozen value, applied in order.

Undo is dropping the last one; the weights that were trained are never changed.
Legend: K classes, weight (K, D), bias (K,), D = C x H x W.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.models.softmax_regression import Array

Classes = tuple[int, ...] | None  # None: all of them
Shape = tuple[int, int, int]


@dataclass(frozen=True)
class ZeroRegion:
    """Forget a rectangle: `height` rows from `top`, `width` columns from `left`, cut off at the edges."""

    top: int
    left: int
    height: int
    width: int
    classes: Classes = None


@dataclass(frozen=True)
class Blur:
    """Blur the weight images by a Gaussian of `sigma_px` pixels; the edge repeats outwards."""

    sigma_px: float
    classes: Classes = None


@dataclass(frozen=True)
class Prune:
    """Set the `percent` smallest weights (by size, over all classes chosen) to 0."""

    percent: float
    classes: Classes = None


@dataclass(frozen=True)
class AddNoise:
    """Add normal noise, `strength` times the weights' standard deviation; a seed always adds the same."""

    strength: float
    seed: int = 0
    classes: Classes = None


@dataclass(frozen=True)
class ShiftBias:
    """Add `amount` to one class's bias: it answers more (or less) often, whatever the image."""

    label: int
    amount: float


@dataclass(frozen=True)
class FlipBias:
    """Turn the sign of one class's bias."""

    label: int


@dataclass(frozen=True)
class FlipWeights:
    """Turn the sign of all weights of one class: what spoke for it now speaks against it."""

    label: int


Edit = ZeroRegion | Blur | Prune | AddNoise | ShiftBias | FlipBias | FlipWeights


@dataclass(frozen=True, eq=False)
class Edited:
    """Weights (K, D) and bias (K,) after some edits; new arrays, float32."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]


def apply_edits(weight: Array, bias: Array, image_shape: Shape, edits: Sequence[Edit]) -> Edited:
    """Return the weights after all `edits`, in order.

    Raises: ValueError naming the edit whose values make no sense for these weights.
    """
    result = Edited(np.array(weight, np.float32), np.array(bias, np.float32))
    for edit in edits:
        check_edit(edit, len(bias))
        result = _apply(result, edit, image_shape)
    return result


def check_edit(edit: Edit, n_classes: int) -> None:
    """Raise ValueError, naming the edit and the value, unless it makes sense for `n_classes` classes."""
    label = getattr(edit, "label", None)
    classes = (label,) if label is not None else getattr(edit, "classes", None) or ()
    for k in classes:
        if not 0 <= k < n_classes:
            raise ValueError(f"{type(edit).__name__}: class must be from 0 to {n_classes - 1}, got {k}")
    if isinstance(edit, Prune) and not 0 <= edit.percent <= 100:
        raise ValueError(f"Prune: percent must be from 0 to 100, got {edit.percent}")
    if isinstance(edit, Blur) and not 0 <= edit.sigma_px <= 100:
        raise ValueError(f"Blur: sigma_px must be from 0 to 100, got {edit.sigma_px}")
    if isinstance(edit, AddNoise) and not edit.strength >= 0:
        raise ValueError(f"AddNoise: strength must be >= 0, got {edit.strength}")
    if isinstance(edit, ZeroRegion) and (edit.height < 1 or edit.width < 1):
        raise ValueError(f"ZeroRegion: height and width must be >= 1, got {edit.height} and {edit.width}")


def _apply(model: Edited, edit: Edit, image_shape: Shape) -> Edited:
    if isinstance(edit, (ShiftBias, FlipBias)):
        bias = model.bias.copy()
        old = bias[edit.label]
        bias[edit.label] = old + edit.amount if isinstance(edit, ShiftBias) else -old
        return replace(model, bias=bias)
    weight = model.weight.copy()
    if isinstance(edit, FlipWeights):
        weight[edit.label] *= -1
        return replace(model, weight=weight)
    rows = np.arange(len(weight)) if edit.classes is None else np.array(edit.classes, np.int64)
    images = weight[rows].reshape(len(rows), *image_shape)
    weight[rows] = _edited_images(images, edit).reshape(len(rows), -1)
    return replace(model, weight=weight)


def _edited_images(images: NDArray[np.float32], edit: ZeroRegion | Blur | Prune | AddNoise) -> Array:
    """Return the weight images (n, C, H, W) after one edit that concerns them all alike."""
    if isinstance(edit, ZeroRegion):
        top, left = max(edit.top, 0), max(edit.left, 0)
        images = images.copy()
        images[..., top : max(edit.top + edit.height, 0), left : max(edit.left + edit.width, 0)] = 0
        return images
    if isinstance(edit, Blur):
        from scipy.ndimage import gaussian_filter  # here: only this edit needs it

        return gaussian_filter(images, (0, 0, edit.sigma_px, edit.sigma_px), mode="nearest")
    if isinstance(edit, Prune):
        count = round(images.size * edit.percent / 100)
        pruned = images.reshape(-1).copy()
        pruned[np.argsort(np.abs(pruned), kind="stable")[:count]] = 0
        return pruned.reshape(images.shape)
    noise = np.random.default_rng(edit.seed).normal(0, edit.strength * float(images.std()), images.shape)
    return images + noise.astype(np.float32)


def describe(edit: Edit, class_names: Sequence[str]) -> str:
    """Return what an edit does in one short phrase, for a list of edits or the note of a saved run."""
    if isinstance(edit, ShiftBias):
        return f"bias of {class_names[edit.label]} {edit.amount:+g}"
    if isinstance(edit, FlipBias):
        return f"sign of the bias of {class_names[edit.label]} turned"
    if isinstance(edit, FlipWeights):
        return f"weights of {class_names[edit.label]} turned"
    whom = "all classes" if edit.classes is None else ", ".join(class_names[k] for k in edit.classes)
    if isinstance(edit, ZeroRegion):
        place = f"row {edit.top}, column {edit.left}"
        return f"{edit.height} x {edit.width} pixels from {place} set to zero ({whom})"
    if isinstance(edit, Blur):
        return f"blurred by {edit.sigma_px:g} px ({whom})"
    if isinstance(edit, Prune):
        return f"smallest {edit.percent:g}% of the weights set to zero ({whom})"
    return f"noise of {edit.strength:g} times the weights' spread, seed {edit.seed} ({whom})"
