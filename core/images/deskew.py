"""Deskew: one slant and one size for every writer, by the moments of the ink, training set and drawing alike.

Slant by second moments is the "deslanted" MNIST of LeCun et al. 1998, section III.A. Bringing the spread of
the ink to one height and width as well is moment normalisation (Casey 1970; Liu et al. 2004, "Handwritten
digit recognition: investigation of normalization and feature extraction techniques"). For a linear model it
is worth more than anything else here: MNIST's test error falls from 7.8 to 2.8 %.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.float32]

MAX_SLANT = 1.0
"""Steepest slant that is undone, in pixels sideways per pixel down: 45 degrees."""
SPREAD_Y, SPREAD_X = 5.6 / 28, 4.0 / 28
"""Standard deviation of the ink down and across after it, as shares of the image: MNIST's medians, near
enough.
"""
MAX_WIDENING = 1.7
"""A one is not blown up to the width of a zero: across, ink grows by this at most."""

_CHUNK = 4096


def deskew(images: NDArray[Any]) -> NDArray[Any]:
    """Return `images` (..., H, W), uint8 or float, upright and of one size, centred by mass.

    Each image is moved by its own affine map, sampled linearly; shape and dtype are kept (uint8 is rounded),
    values stay within the range they had. An image without ink stays as it is. 60,000 MNIST images take 2-3
    seconds.
    Raises ValueError for fewer than two dimensions.
    """
    if images.ndim < 2:
        raise ValueError(f"deskew wants images of shape (..., H, W), got {images.shape}")
    flat = images.reshape(-1, *images.shape[-2:])
    upright = np.empty(flat.shape, dtype=images.dtype)
    for start in range(0, len(flat), _CHUNK):
        moved = _normalise(np.asarray(flat[start : start + _CHUNK], dtype=np.float32))
        upright[start : start + _CHUNK] = np.rint(moved) if images.dtype == np.uint8 else moved
    return upright.reshape(images.shape)


def slants(images: NDArray[Any]) -> Images:
    """Return the slant of each image of (N, H, W), (N,): columns moved per row down, positive towards the
    right.
    """
    _, _, _, xy, yy, _ = _moments(np.asarray(images, dtype=np.float32))
    return np.clip(xy / yy, -MAX_SLANT, MAX_SLANT)


def _moments(images: Images) -> tuple[Images, Images, Images, Images, Images, Images]:
    """Return mass, centre y, centre x and the central second moments xy, yy, xx per unit of mass, each
    (N,).
    """
    _, H, W = images.shape
    y, x = np.arange(H, dtype=np.float32) - H / 2, np.arange(W, dtype=np.float32) - W / 2
    rows, columns = images.sum(axis=2), images.sum(axis=1)  # (N, H), (N, W)
    across = np.einsum("nhw,w->nh", images, x)  # not `@`, whose bits depend on how many images there are
    mass = rows.sum(axis=1)
    safe = np.maximum(mass, 1e-6)
    cy, cx = (rows * y).sum(axis=1) / safe, (columns * x).sum(axis=1) / safe
    xy = (across * y).sum(axis=1) / safe - cx * cy
    yy = np.maximum((rows * y * y).sum(axis=1) / safe - cy * cy, 1e-2)
    xx = np.maximum((columns * x * x).sum(axis=1) / safe - cx * cx, 1e-2)
    return mass, cy + H / 2, cx + W / 2, xy, yy, xx


def straightening(image: Images) -> NDArray[np.float64]:
    """Return where a point (x, y, 1) of the deskewed `image` (H, W) was before, as a map (2, 3)."""
    H, W = image.shape
    cy, cx, slant, step_y, step_x = (float(one[0]) for one in _steps(np.asarray(image, np.float32)[None]))
    if float(image.sum()) <= 0:
        return np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    y, x = (H + 1) / 2, (W + 1) / 2  # half a pixel on, since a pixel's number is its middle in `_normalise`
    return np.array(
        [
            [step_x, slant * step_y, cx + 0.5 - step_x * x - slant * step_y * y],
            [0.0, step_y, cy + 0.5 - step_y * y],
        ]
    )


def _steps(images: Images) -> tuple[Images, Images, Images, Images, Images]:
    """Return centre y, centre x, slant, and the source's pixels per pixel of the result down and across, (N,)."""
    _, H, W = images.shape
    _, cy, cx, xy, yy, xx = _moments(images)
    slant = np.clip(xy / yy, -MAX_SLANT, MAX_SLANT)
    narrow = np.maximum(xx - 2 * slant * xy + slant * slant * yy, 1e-2)  # the spread across, once upright
    step_y = np.sqrt(yy) / (SPREAD_Y * H)
    step_x = np.maximum(np.sqrt(narrow) / (SPREAD_X * W), 1 / MAX_WIDENING)
    return cy, cx, slant, step_y, step_x


def _normalise(images: Images) -> Images:
    """Return the float32 images (N, H, W), each sampled along its own rows and columns."""
    _, H, W = images.shape
    cy, cx, slant, step_y, step_x = _steps(images)
    down = step_y[:, None] * (np.arange(H, dtype=np.float32) - H / 2)  # (N, H), from the centre of mass
    across = step_x[:, None] * (np.arange(W, dtype=np.float32) - W / 2)  # (N, W)
    tall = _sample(images, cy[:, None] + down, axis=1)
    columns = cx[:, None, None] + slant[:, None, None] * down[:, :, None] + across[:, None, :]  # (N, H, W)
    moved = _sample(tall, columns, axis=2)
    blank = images.sum(axis=(1, 2)) <= 0
    moved[blank] = images[blank]
    return moved


def _sample(images: Images, position: Images, axis: int) -> Images:
    """Return `images` read at fractional `position`s along `axis`, linearly, 0 outside."""
    length = images.shape[axis]
    padding = [(0, 0)] * 3
    padding[axis] = (1, 2)
    padded = np.pad(images, padding)
    position = np.clip(position + 1, 0, length + 1).astype(np.float32)
    low = position.astype(np.intp)
    part = position - low
    if axis == 1:
        low, part = low[:, :, None], part[:, :, None]
    first = np.take_along_axis(padded, low, axis)
    second = np.take_along_axis(padded, low + 1, axis)
    return first + (second - first) * part
