"""A picture's brightness; where ink and paper are equally bright, how far it is from one colour to the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from skimage.color import rgb2lab
from skimage.filters import threshold_otsu

from core.images.contrast import contrast, level, shrunk, size_within

Ink = NDArray[np.float32]
Array = NDArray[np.float64]

WORK_PX = 800
"""A photo's longer side while its ink is looked for."""
_COLOUR_PX = 160
"""The longer side at which the colours of ink and paper are looked for."""
_LEAST_COLOUR = 15.0
_LEAST_GAIN = 1.5
"""Colours are looked at where they are so far apart in CIELAB, and so many times further than brightness is."""


def brightness(image: Image.Image | NDArray[Any]) -> Ink:
    """Return the picture's brightness (H, W) in [0, 1], upright, at working size, on paper where transparent.

    Where ink and paper differ in colour and hardly in brightness: how near each pixel is to the one or the other.
    """
    picture = image if isinstance(image, Image.Image) else _picture(image)
    picture = ImageOps.exif_transpose(picture)
    if picture.mode == "P" or "A" in picture.getbands():
        picture = _on_paper(picture.convert("RGBA"))
    picture = picture if picture.mode == "L" else picture.convert("RGB")
    if max(picture.size) > WORK_PX:
        picture = picture.resize(size_within(picture.size, WORK_PX), Image.Resampling.BOX)
    grey = np.asarray(picture.convert("L"), dtype=np.float32) / np.float32(255)
    direction = _direction(picture, grey) if picture.mode == "RGB" else None
    if direction is None:
        return grey
    along = np.asarray(picture, dtype=np.float32) @ direction.astype(np.float32)
    return np.clip(0.5 + along - np.median(along), 0, 1).astype(np.float32)


def _direction(picture: Image.Image, grey: Ink) -> Array | None:
    """Return the direction in RGB that tells two colours apart best, None where brightness does.

    Fisher's linear discriminant (1936) of the two sides of Otsu's split along the main direction of colour. Its
    length brings the distance of the two in CIELAB, divided by 100.
    """
    small = picture.resize(shrunk(grey, _COLOUR_PX).shape[::-1], Image.Resampling.BOX)
    rgb = np.asarray(small, dtype=np.float64).reshape(-1, 3)
    lab = rgb2lab(rgb / 255)
    colour = lab[:, 1:] - lab[:, 1:].mean(axis=0)
    along = colour @ np.linalg.eigh(colour.T @ colour)[1][:, 1]
    if np.ptp(along) < _LEAST_COLOUR:
        return None
    first = along > threshold_otsu(along)
    apart = float(np.linalg.norm(lab[first].mean(axis=0) - lab[~first].mean(axis=0)))
    if apart < max(_LEAST_COLOUR, _LEAST_GAIN * 100 * level(contrast(shrunk(grey, _COLOUR_PX)))[0]):
        return None
    within = sum(np.cov(rgb[side].T) * side.mean() for side in (first, ~first)) + np.eye(3)
    difference = rgb[first].mean(axis=0) - rgb[~first].mean(axis=0)
    direction = np.linalg.solve(within, difference)
    return np.asarray(direction * apart / 100 / float(direction @ difference))


def _picture(array: NDArray[Any]) -> Image.Image:
    if array.ndim not in (2, 3) or 0 in array.shape or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise ValueError(f"a picture is (H, W), (H, W, 3) or (H, W, 4), got shape {array.shape}")
    if array.dtype != np.uint8:
        array = (np.clip(np.nan_to_num(array.astype(np.float64)), 0, 1) * 255).round().astype(np.uint8)
    return Image.fromarray(array)


def _on_paper(picture: Image.Image) -> Image.Image:
    """Return the RGBA picture on white where its ink is dark, on black where it is light."""
    pixels = np.asarray(picture, dtype=np.float32)
    weight = pixels[:, :, 3]
    lightness = float((pixels[:, :, :3].mean(axis=2) * weight).sum() / max(float(weight.sum()), 1.0))
    opaque = float(weight.mean()) / 255
    paper = (255, 255, 255) if lightness < 128 or opaque > 0.95 else (0, 0, 0)
    sheet = Image.new("RGBA", picture.size, (*paper, 255))
    return Image.alpha_composite(sheet, picture).convert("RGB")
