"""Cut to the ink, made to fit, and put in the middle: where a drawing comes to lie in its 28 x 28 pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

Ink = NDArray[np.float32]
Affine = NDArray[np.float64]
"""(2, 3): (x, y, 1) of one picture to (x, y) of the one it was made from; pixel k reaches from k to k + 1."""

SIZE_PX = 28
BOX_PX = 20


def crop_box(ink: Ink) -> tuple[int, int, int, int]:
    """Return (top, left, bottom, right) of what of `ink` (H, W) is above 0.4 of its darkest spot."""
    seen = ink > 0.4 * ink.max()
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not len(rows):
        return 0, 0, *ink.shape
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def crop(ink: Ink) -> Ink:
    """Return the part of `ink` (H, W) that holds everything above 0.4 of its darkest spot."""
    top, left, bottom, right = crop_box(ink)
    return ink[top:bottom, left:right]


def resize(ink: Ink, longest: int) -> Ink:
    """Return `ink` with its longer side `longest` px, aspect kept, anti-aliased (area when shrinking)."""
    H, W = ink.shape
    scale = longest / max(H, W)
    size = max(1, round(W * scale)), max(1, round(H * scale))
    method = Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR
    return np.clip(np.asarray(Image.fromarray(ink).resize(size, method), dtype=np.float32), 0, 1)


def window(shape: Ink, *, by_mass: bool) -> tuple[float, float, float]:
    """Return (top, left, side) of the square around `shape` (h, w) that becomes 28 x 28, in its pixels.

    The longer side of the shape is 20 px there, its centre of mass (or its box) in the middle. MNIST's centre
    is the middle of pixel 14, not its edge: hence the half pixel.
    """
    h, w = shape.shape
    cy, cx, middle = h / 2, w / 2, 0.5
    total = float(shape.sum())
    if by_mass and total > 0:
        cy = float(shape.sum(axis=1) @ np.arange(h)) / total + 0.5
        cx = float(shape.sum(axis=0) @ np.arange(w)) / total + 0.5
        middle = (SIZE_PX / 2 + 0.5) / SIZE_PX
    side = max(h, w) * SIZE_PX / BOX_PX
    return cy - middle * side, cx - middle * side, side


def place(shape: Ink, *, by_mass: bool) -> Ink:
    """Return `shape` in 28 x 28, its longer side 20 px, its centre of mass (or its box) in the middle.

    MNIST moved whole pixels, which leaves up to half a pixel of chance; scaled and moved in one sampling,
    none is.
    """
    top, left, side = window(shape, by_mass=by_mass)
    margin = int(np.ceil(side)) + 1
    top, left = top + margin, left + margin
    framed = Image.fromarray(np.pad(shape, margin))
    method = Image.Resampling.BOX if max(shape.shape) >= BOX_PX else Image.Resampling.BILINEAR
    image = framed.resize((SIZE_PX, SIZE_PX), method, box=(left, top, left + side, top + side))
    return np.clip(np.asarray(image, dtype=np.float32), 0, 1)


def centred_by_mass(image: Ink) -> Ink:
    """Return the 28 x 28 image moved by whole pixels so that its centre of mass is in the middle."""
    total = max(float(image.sum()), 1e-9)
    down = round(SIZE_PX / 2 - float(image.sum(axis=1) @ np.arange(SIZE_PX)) / total)
    right = round(SIZE_PX / 2 - float(image.sum(axis=0) @ np.arange(SIZE_PX)) / total)
    return np.asarray(ndimage.shift(image, (down, right), order=0), dtype=np.float32)


def scale_and_move(across: float, down: float, left: float, top: float) -> Affine:
    """Return the map that stretches by (across, down) and then moves by (left, top)."""
    return np.array([[across, 0.0, left], [0.0, down, top]])


def compose(first: Affine, second: Affine) -> Affine:
    """Return the map that does `first` and then `second`."""
    return np.asarray(second[:, :2] @ first + np.pad(second[:, 2:], ((0, 0), (2, 0))))
