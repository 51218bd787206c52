"""From a drawing of any size to the 28 x 28 pixels that a model was trained on, every stage kept for display.

MNIST was made like this (LeCun et al. 1998, section III.A): "size normalized to fit in a 20x20 pixel box
while preserving their aspect ratio", grey levels from the anti-aliasing, then centred "by computing the
center of mass of the pixels" in 28 x 28. On top of that the width of the pen is brought to MNIST's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from core.images.deskew import deskew
from core.images.pen import pen_width, with_pen

Ink = NDArray[np.float32]
Stage = tuple[str, str, Ink]

SIZE_PX = 28
BOX_PX = 20
_WORK_PX = 160
"""Longer side at which the pen is changed: 8 times the box."""


@dataclass(frozen=True)
class Preparation:
    """Which stages a drawing goes through; `deskew` belongs on when the model was trained on deskewed
    images.
    """

    crop: bool = True
    pen_width: bool = True
    centre: bool = True
    deskew: bool = False
    thinnest_px: float = 2.0
    thickest_px: float = 3.2

    def __post_init__(self) -> None:
        if not 0.5 <= self.thinnest_px <= self.thickest_px <= 8:
            raise ValueError(
                "a pen is 0.5 to 8 px wide in a box of 20, the thinnest first, "
                f"got {self.thinnest_px} to {self.thickest_px}"
            )

    def as_dict(self) -> dict[str, Any]:
        """Return the settings as plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Preparation:
        """Return the preparation with these settings; raises ValueError that names an unknown one."""
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(settings) - known)
        if unknown:
            raise ValueError(f"unknown preparation settings {unknown}; known are {sorted(known)}")
        return cls(**settings)


@dataclass(frozen=True)
class Prepared:
    """A drawing ready for a model.

    `image`: (28, 28) float32 in [0, 1], ink bright on black. `stages`: (name, caption, array in [0, 1]) in
    order.
    `reason` is "" for a drawing, "empty" or "tiny" for what cannot be a digit. `pen_px`: how wide the pen
    was, measured in the box of 20, before the pen stage; 0 where that is unknown.
    """

    image: Ink
    stages: tuple[Stage, ...]
    reason: str = ""
    pen_px: float = 0.0

    @property
    def empty(self) -> bool:
        """True if there is nothing to read: no ink, or a mere dot."""
        return self.reason != ""


def prepare(ink: NDArray[np.floating], preparation: Preparation | None = None) -> Prepared:
    """Return the 28 x 28 image of the drawing `ink` (H, W) in [0, 1], ink = 1, as the training set was made.

    Raises ValueError for an array that is not two-dimensional or not finite.
    """
    how = preparation or Preparation()
    drawn = _checked(ink)
    stages: list[Stage] = [("drawn", "as it was drawn", drawn)]
    reason = _why_unreadable(drawn)
    if reason:
        return Prepared(np.zeros((SIZE_PX, SIZE_PX), dtype=np.float32), tuple(stages), reason)
    if not how.crop:
        return _whole_canvas(drawn, how, stages)
    shape = crop(drawn)
    stages.append(("crop", "cut to the ink", shape))
    large = resize(shape, _WORK_PX)
    pen_px = pen_width(large) * BOX_PX / max(large.shape)
    if how.pen_width:
        shape = crop(with_pen(large, how.thinnest_px / BOX_PX, how.thickest_px / BOX_PX))
        stages.append(("pen", f"with a pen of {how.thinnest_px:g} to {how.thickest_px:g} px", shape))
    stages.append(("scale", "made to fit 20 × 20", resize(shape, BOX_PX)))
    image = _place(shape, by_mass=how.centre)
    stages.append(("centre", "centred by mass" if how.centre else "put in the middle of the box", image))
    return Prepared(_upright(image, how, stages), tuple(stages), pen_px=pen_px)


def _checked(ink: NDArray[np.floating]) -> Ink:
    drawn = np.asarray(ink, dtype=np.float32)
    if drawn.ndim != 2 or 0 in drawn.shape:
        raise ValueError(f"a drawing is an array (H, W) of ink, got shape {drawn.shape}")
    if not np.isfinite(drawn).all():
        raise ValueError("a drawing has finite ink in [0, 1], got NaN or infinity")
    return np.clip(drawn, 0, 1)


def _why_unreadable(ink: Ink) -> str:
    """Return "empty", "tiny" (a dot, however wide the pen) or ""."""
    if ink.max() < 0.25:
        return "empty"
    height, width = crop(ink).shape
    longest, canvas = max(height, width), max(ink.shape)
    filled = float((ink > 0.5).sum()) / (height * width)
    dot = longest < 1.4 * min(height, width) and filled > 0.7 and longest < 0.15 * canvas
    return "tiny" if dot or longest < 0.03 * canvas else ""


def _whole_canvas(drawn: Ink, how: Preparation, stages: list[Stage]) -> Prepared:
    """Shrink everything, as most demos do: what the preparation is measured against."""
    side = max(drawn.shape)
    square = np.zeros((side, side), dtype=np.float32)
    top, left = ((side - length) // 2 for length in drawn.shape)
    square[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
    image = resize(square, SIZE_PX)
    stages.append(("scale", "the whole canvas made 28 × 28", image))
    if how.centre:
        image = _moved(image)
        stages.append(("centre", "centred by mass", image))
    return Prepared(_upright(image, how, stages), tuple(stages))


def _upright(image: Ink, how: Preparation, stages: list[Stage]) -> Ink:
    if not how.deskew:
        return image
    image = np.asarray(deskew(image), dtype=np.float32)
    stages.append(("deskew", "made upright", image))
    return image


def crop(ink: Ink) -> Ink:
    """Return the part of `ink` (H, W) that holds everything above 0.4 of its darkest spot."""
    seen = ink > 0.4 * ink.max()
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not len(rows):
        return ink
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def resize(ink: Ink, longest: int) -> Ink:
    """Return `ink` with its longer side `longest` px, aspect kept, anti-aliased (area when shrinking)."""
    H, W = ink.shape
    scale = longest / max(H, W)
    size = max(1, round(W * scale)), max(1, round(H * scale))
    method = Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR
    return np.clip(np.asarray(Image.fromarray(ink).resize(size, method), dtype=np.float32), 0, 1)


def _place(shape: Ink, *, by_mass: bool) -> Ink:
    """Return `shape` in 28 x 28, its longer side 20 px, its centre of mass (or its box) in the middle.

    MNIST moved whole pixels, which leaves up to half a pixel of chance; scaled and moved in one sampling,
    none is.
    """
    h, w = shape.shape
    longest = max(h, w)
    cy, cx = h / 2, w / 2
    if by_mass and shape.sum() > 0:
        total = float(shape.sum())
        cy = (
            float(shape.sum(axis=1) @ np.arange(h)) / total
        )  # MNIST's centre is the middle of pixel 14, not its
        cx = float(shape.sum(axis=0) @ np.arange(w)) / total  # edge; the half pixel comes back below
        middle = (SIZE_PX / 2 + 0.5) / SIZE_PX
        cy, cx = cy + 0.5, cx + 0.5
    else:
        middle = 0.5
    side = longest * SIZE_PX / BOX_PX  # what becomes 28 px
    margin = int(np.ceil(side)) + 1
    left, top = cx - middle * side + margin, cy - middle * side + margin
    framed = Image.fromarray(np.pad(shape, margin))
    method = Image.Resampling.BOX if longest >= BOX_PX else Image.Resampling.BILINEAR
    image = framed.resize((SIZE_PX, SIZE_PX), method, box=(left, top, left + side, top + side))
    return np.clip(np.asarray(image, dtype=np.float32), 0, 1)


def _moved(image: Ink) -> Ink:
    """Return the 28 x 28 image moved by whole pixels so that its centre of mass is in the middle."""
    total = max(float(image.sum()), 1e-9)
    down = round(SIZE_PX / 2 - float(image.sum(axis=1) @ np.arange(SIZE_PX)) / total)
    right = round(SIZE_PX / 2 - float(image.sum(axis=0) @ np.arange(SIZE_PX)) / total)
    return np.asarray(ndimage.shift(image, (down, right), order=0), dtype=np.float32)
