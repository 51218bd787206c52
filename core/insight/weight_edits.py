"""Changing a softmax regression by hand: a list of edits, each a frozen value, applied in order.

Undo is dropping the last one; the weights that were trained are never changed.
Legend: K classes, weight (K, D), bias (K,), D = C x H x W.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.i18n.translation import N_, _
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
            raise ValueError(
                f"{type(edit).__name__}: class must be from 0 to {n_classes - 1}, got {k}"
            )  # not said: for programmers
    if isinstance(edit, Prune) and not 0 <= edit.percent <= 100:
        raise ValueError(
            f"Prune: percent must be from 0 to 100, got {edit.percent}"
        )  # not said: for programmers
    if isinstance(edit, Blur) and not 0 <= edit.sigma_px <= 100:
        raise ValueError(
            f"Blur: sigma_px must be from 0 to 100, got {edit.sigma_px}"
        )  # not said: for programmers
    if isinstance(edit, AddNoise) and not edit.strength >= 0:
        raise ValueError(f"AddNoise: strength must be >= 0, got {edit.strength}")  # not said: for programmers
    if isinstance(edit, ZeroRegion) and (edit.height < 1 or edit.width < 1):
        raise ValueError(
            f"ZeroRegion: height and width must be >= 1, got {edit.height} and {edit.width}"
        )  # not said: for programmers


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
        return _(
            "Bias of {name} changed by {amount:signed}", name=class_names[edit.label], amount=edit.amount
        )
    if isinstance(edit, FlipBias):
        return _("Sign of the bias of {name} flipped", name=class_names[edit.label])
    if isinstance(edit, FlipWeights):
        return _("Signs of all weights of {name} flipped", name=class_names[edit.label])
    values = vars(edit) | {"names": [class_names[k] for k in edit.classes or ()]}
    if isinstance(edit, Prune):
        values["share"] = edit.percent / 100
    return _(_WORDS[type(edit)][edit.classes is not None], **values)


_WORDS: Final = {  # (of all classes, of some)
    ZeroRegion: (
        N_("{height} × {width} pixels from row {top}, column {left} set to zero (all classes)"),
        N_("{height} × {width} pixels from row {top}, column {left} set to zero (only {names:list})"),
    ),
    Blur: (
        N_("Blurred by {sigma_px} pixels (all classes)"),
        N_("Blurred by {sigma_px} pixels (only {names:list})"),
    ),
    Prune: (
        N_("The smallest {share:percent.0} of the weights set to zero (all classes)"),
        N_("The smallest {share:percent.0} of the weights set to zero (only {names:list})"),
    ),
    AddNoise: (
        N_("Noise of {strength} times the weights' standard deviation added, seed {seed:text} (all classes)"),
        N_(
            "Noise of {strength} times the weights' standard deviation added, seed {seed:text} (only "
            "{names:list})"
        ),
    ),
}
