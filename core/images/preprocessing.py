"""From a drawing of any size to the 28 x 28 pixels that a model was trained on, every stage kept for display.

MNIST was made like this (LeCun et al. 1998, section III.A): "size normalized to fit in a 20x20 pixel box
while preserving their aspect ratio", grey levels from the anti-aliasing, then centred "by computing the
center of mass of the pixels" in 28 x 28. On top of that the width of the pen is brought to MNIST's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.i18n.translation import N_, Sentences, _
from core.images.centering import (
    BOX_PX,
    SIZE_PX,
    Affine,
    centred_by_mass,
    compose,
    crop,
    crop_box,
    place,
    resize,
    scale_and_move,
    window,
)
from core.images.deskew import deskew, straightening
from core.images.stroke_width import Strokes, strokes_of, with_pen

Ink = NDArray[np.float32]
Stage = tuple[str, str, Ink]

STAGE_LABELS = Sentences(
    {
        "drawn": N_("drawn"),
        "photo": N_("photo"),
        "test image": N_("test image"),  # not said: the key
        "crop": N_("crop"),
        "cut out": N_("cut out"),  # not said: the key
        "pen": N_("pen"),
        "scale": N_("scale"),
        "centre": N_("centre"),
        "deskew": N_("deskew"),
    }
)
"""Stages by their name, which stands in names of files and never changes."""

_WORK_PX = 160
"""Longer side at which the pen is changed: 8 times the box."""


@dataclass(frozen=True)
class PreprocessingOptions:
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


@dataclass(frozen=True)
class PreprocessedImage:
    """A drawing ready for a model.

    `image`: (28, 28) float32 in [0, 1], ink bright on black. `stages`: (name, caption, array in [0, 1]) in
    order; what people read for a name is in `STAGE_LABELS`.
    `reason` is "" for a drawing, "empty" or "tiny" for what cannot be a digit. `pen_px`: how wide the pen
    was, measured in the box of 20, before the pen stage; 0 where that is unknown. `way_back`: where a point of
    the image lies on the drawing (see placing.Affine); None where it has none.
    """

    image: Ink
    stages: tuple[Stage, ...]
    reason: str = ""
    pen_px: float = 0.0
    way_back: Affine | None = None

    @property
    def empty(self) -> bool:
        """True if there is nothing to read: no ink, or a mere dot."""
        return self.reason != ""


def prepare(ink: NDArray[np.floating], preparation: PreprocessingOptions | None = None) -> PreprocessedImage:
    """Return the 28 x 28 image of the drawing `ink` (H, W) in [0, 1], ink = 1, as the training set was made.

    Raises ValueError for an array that is not two-dimensional or not finite.
    """
    options = preparation or PreprocessingOptions()
    drawn = _checked(ink)
    stages: list[Stage] = [("drawn", _("as it was drawn"), drawn)]
    reason = _why_unreadable(drawn)
    if reason:
        return PreprocessedImage(np.zeros((SIZE_PX, SIZE_PX), dtype=np.float32), tuple(stages), reason)
    if not options.crop:
        return _whole_canvas(drawn, options, stages)
    top, left, bottom, right = crop_box(drawn)
    shape, back = drawn[top:bottom, left:right], scale_and_move(1, 1, left, top)
    stages.append(("crop", _("cropped to the ink"), shape))
    large = resize(shape, _WORK_PX)
    strokes = strokes_of(large)
    pen_px = strokes.width * BOX_PX / max(large.shape) if strokes else 0.0
    if options.pen_width:
        shape, back = _with_even_pen(shape, large, strokes, options, back)
        caption = _(
            "strokes made {thinnest} to {thickest} pixels thick",
            thinnest=options.thinnest_px, thickest=options.thickest_px,
        )  # fmt: skip
        stages.append(("pen", caption, shape))
    stages.append(("scale", _("scaled to fit {n} × {n} pixels", n=BOX_PX), resize(shape, BOX_PX)))
    image = place(shape, by_mass=options.centre)
    caption = _("centred by its centre of mass") if options.centre else _("centred by its outer edges")
    stages.append(("centre", caption, image))
    top28, left28, side = window(shape, by_mass=options.centre)
    back = compose(scale_and_move(side / SIZE_PX, side / SIZE_PX, left28, top28), back)
    if options.deskew:
        back = compose(straightening(image), back)
    return PreprocessedImage(_deskewed(image, options, stages), tuple(stages), pen_px=pen_px, way_back=back)


def _with_even_pen(
    shape: Ink, large: Ink, strokes: Strokes | None, options: PreprocessingOptions, back: Affine
) -> tuple[Ink, Affine]:
    """Return `large`, which is `shape` enlarged, with the width of its strokes evened out, and its way back."""
    redrawn = with_pen(large, strokes, options.thinnest_px / BOX_PX, options.thickest_px / BOX_PX)
    margin = (len(redrawn) - len(large)) // 2
    top, left, bottom, right = crop_box(redrawn)
    down, across = shape.shape[0] / large.shape[0], shape.shape[1] / large.shape[1]
    here = scale_and_move(across, down, across * (left - margin), down * (top - margin))
    return redrawn[top:bottom, left:right], compose(here, back)


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


def _whole_canvas(drawn: Ink, options: PreprocessingOptions, stages: list[Stage]) -> PreprocessedImage:
    """Shrink everything, as most demos do: what the preparation is measured against."""
    side = max(drawn.shape)
    square = np.zeros((side, side), dtype=np.float32)
    top, left = ((side - length) // 2 for length in drawn.shape)
    square[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
    image = resize(square, SIZE_PX)
    stages.append(("scale", _("the whole canvas scaled to {n} × {n} pixels", n=SIZE_PX), image))
    if options.centre:
        image = centred_by_mass(image)
        stages.append(("centre", _("centred by its centre of mass"), image))
    return PreprocessedImage(_deskewed(image, options, stages), tuple(stages))


def _deskewed(image: Ink, options: PreprocessingOptions, stages: list[Stage]) -> Ink:
    if not options.deskew:
        return image
    image = np.asarray(deskew(image), dtype=np.float32)
    stages.append(("deskew", _("straightened"), image))
    return image
