"""A photo of a garment, made as much like Fashion-MNIST as honest means allow.

Zalando's pictures were cut-outs on white, shrunk to 28 px, negated and stretched (Xiao et al. 2017, section
2). A phone's photo on a bed is far from that: no preparation here takes a person or a patterned background
away.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from scipy import ndimage

from core.i18n.translation import _
from core.images.centering import SIZE_PX, crop
from core.images.preprocessing import PreprocessedImage, Stage

Ink = NDArray[np.float32]

_WORK_PX = 400


def prepare_garment(image: Image.Image) -> PreprocessedImage:
    """Return the garment on `image` as 28 x 28, bright on black, in [0, 1], with its stages.

    The background is the colour that most of the edge shows; a picture of one colour is "empty".
    """
    rgb = ImageOps.exif_transpose(image)
    if "A" in rgb.getbands() or rgb.mode == "P":
        rgba = rgb.convert("RGBA")
        rgb = Image.alpha_composite(Image.new("RGBA", rgba.size, (255, 255, 255, 255)), rgba)
    rgb = rgb.convert("RGB")
    width, height = (max(1, round(side * _WORK_PX / max(rgb.size))) for side in rgb.size)
    rgb = rgb.resize((width, height), Image.Resampling.BOX)
    colour = np.asarray(rgb, dtype=np.float32) / np.float32(255)
    grey = np.asarray(rgb.convert("L"), dtype=np.float32) / np.float32(255)
    stages: list[Stage] = [("photo", _("the photo in grey"), grey)]
    garment, backdrop = _garment(colour)
    if not garment.any():
        return PreprocessedImage(np.zeros((SIZE_PX, SIZE_PX), dtype=np.float32), tuple(stages), "empty")
    bright = _negated(grey, garment, backdrop)
    stages.append(("cut out", _("background made black, garment bright"), bright))  # not said: a stage's name
    image28 = _fit(crop(np.where(garment, np.maximum(bright, 0.02), 0).astype(np.float32)))
    stages.append(("scale", _("scaled to fit {n} × {n} pixels", n=SIZE_PX), image28))
    return PreprocessedImage(image28, tuple(stages))


def _garment(colour: NDArray[np.float32]) -> tuple[NDArray[np.bool_], float]:
    """Return (the mask of what is not background, the background's brightness)."""
    edge = np.concatenate([colour[0], colour[-1], colour[:, 0], colour[:, -1]])
    backdrop = np.median(edge, axis=0)
    spread = float(np.median(np.abs(edge - backdrop)))
    differs = np.abs(colour - backdrop).max(axis=2) > max(0.08, 5 * spread)
    filled = ndimage.binary_fill_holes(ndimage.binary_opening(differs, np.ones((2, 2))))
    labels, count = ndimage.label(filled)
    if not count:
        return filled, float(backdrop.mean())
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return (sizes >= 0.2 * sizes.max())[labels] & (sizes.max() >= 0.01 * filled.size), float(backdrop.mean())


def _negated(grey: Ink, garment: NDArray[np.bool_], backdrop: float) -> Ink:
    """Return the grey levels of the garment, negated when it lies on something light, stretched to reach
    1.
    """
    level = 1 - grey if backdrop > 0.5 else grey
    level = np.where(garment, level, 0)
    brightest = float(np.percentile(level[garment], 99))
    return np.clip(level / max(brightest, 0.05), 0, 1).astype(np.float32)


def _fit(garment: Ink) -> Ink:
    """Return the garment in the middle of 28 x 28, its longer side from edge to edge, as Zalando's are."""
    h, w = garment.shape
    square = np.zeros((max(h, w), max(h, w)), dtype=np.float32)
    top, left = (len(square) - h) // 2, (len(square) - w) // 2
    square[top : top + h, left : left + w] = garment
    small = Image.fromarray(square).resize((SIZE_PX, SIZE_PX), Image.Resampling.BOX)
    return np.clip(np.asarray(small, dtype=np.float32), 0, 1)
