"""The pen path of a picture: its skeleton, walked from its ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import skeletonize

from core.synthetic_digits.pen_path import Path


def trace(image: NDArray[np.floating] | NDArray[np.uint8], *, zoom: int = 8) -> Path:
    """Return the pen path along the middle of the ink of `image` (H, W), coordinates in [0, 1] of its box.

    The image (ink bright, uint8 or in [0, 1]) is enlarged, thinned to a skeleton and walked from its ends.
    """
    pixels = np.asarray(image, dtype=np.float64)
    pixels = pixels / max(pixels.max(), 1e-9)
    skeleton = skeletonize(ndimage.zoom(pixels, zoom, order=1) > 0.5)
    strokes = [stroke for stroke in _walk(skeleton) if len(stroke) > 1]
    if not strokes:
        return []
    corner = np.min([stroke.min(axis=0) for stroke in strokes], axis=0)
    extent = np.max([stroke.max(axis=0) for stroke in strokes], axis=0) - corner
    longest = max(float(extent.max()), 1.0)
    offset = corner - (longest - extent) / 2
    return [
        ndimage.gaussian_filter1d(stroke - offset, 1.5, axis=0, mode="nearest") / longest
        for stroke in strokes
    ]


def _walk(skeleton: NDArray[np.bool_]) -> Path:
    """Return the strokes (x, y) of a one-pixel-wide `skeleton`, each pixel visited once, ends first."""
    left = {(int(y), int(x)) for y, x in np.argwhere(skeleton)}
    joins = {pixel: [n for n in _around(*pixel) if n in left] for pixel in left}
    starts = sorted(left, key=lambda pixel: len(joins[pixel]))
    strokes = []
    for start in starts:
        if start not in left:
            continue
        line = [next((n for n in joins[start] if n not in left), start)] if joins[start] else [start]
        pixel: tuple[int, int] | None = start
        while pixel is not None:
            line.append(pixel)
            left.discard(pixel)
            pixel = next((n for n in joins[pixel] if n in left), None)
        line.extend(n for n in joins[line[-1]][:1] if n not in line[-3:])
        strokes.append(np.array([(x, y) for y, x in line], dtype=np.float64))
    return strokes


def _around(y: int, x: int) -> list[tuple[int, int]]:
    """Return the eight neighbours, the four that share an edge first."""
    straight = [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]
    return [*straight, (y - 1, x - 1), (y - 1, x + 1), (y + 1, x - 1), (y + 1, x + 1)]
