"""Ruled and squared paper: long thin straight lines are found and taken out, strokes across them mended."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import skeletonize

Mask = NDArray[np.bool_]

_SPAN = 0.75
"""A ruled line runs through at least this share of the picture; a digit's own bar does not."""


def without_lines(ink: Mask) -> Mask:
    """Return `ink` (H, W) without lines that run through the picture, down or across, up to 2 degrees
    askew.
    """
    if min(ink.shape) < 60 or not ink.any():
        return ink
    across = _lines(ink)
    down = _lines(ink.T).T
    if not (across.any() or down.any()):
        return ink
    left = ink & ~across & ~down
    if left.sum() < 0.1 * ink.sum():
        return ink
    gap = 2 * _thickness(across | down) + 1
    mended = ndimage.binary_closing(np.pad(left, gap), np.ones((gap, gap)))[gap:-gap, gap:-gap]
    return left | (mended & ink)


def _lines(ink: Mask) -> Mask:
    """Return the pixels of horizontal lines: thin parts in bands that are inked through most of the width."""
    H, W = ink.shape
    lean = max(1, round(W * 0.02))  # a line 2 degrees askew climbs 3.5 % of the width
    thin = ndimage.binary_opening(ink, np.ones((1, max(8, W // 20))))
    thin &= ~ndimage.binary_opening(ink, np.ones((max(4, H // 40), 1)))
    labels, _ = ndimage.label(ndimage.binary_dilation(thin, np.ones((3, 2 * lean + 1))), np.ones((3, 3)))
    found = np.zeros_like(ink)
    for number, place in enumerate(ndimage.find_objects(labels), start=1):
        rows, columns = place
        part = (labels[place] == number) & thin[place]
        covered = float(part.any(axis=0).sum()) / W
        flat = (rows.stop - rows.start) < 0.08 * (columns.stop - columns.start) + 6
        if flat and (columns.stop - columns.start) >= _SPAN * W and covered >= 0.5 * _SPAN:
            found[place] |= part
    return ndimage.binary_dilation(found, np.ones((3, 1))) & ink


def _thickness(lines: Mask) -> int:
    middle = skeletonize(lines)
    if not middle.any():
        return 1
    return max(1, round(2 * float(np.median(ndimage.distance_transform_edt(lines)[middle]))))
