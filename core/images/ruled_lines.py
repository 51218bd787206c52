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
    """Return `ink` (H, W) without the paper's lines, down or across and up to 2 degrees askew.

    A line is taken out when it runs through most of the picture, or where it is far thinner than the pen.
    """
    if min(ink.shape) < 60 or not ink.any():
        return ink
    thick_enough = ink & ~_hairlines(ink)
    through = _lines(thick_enough) | _lines(thick_enough.T).T
    left = thick_enough & ~through
    if left.sum() < 0.1 * ink.sum():
        return ink
    if not through.any():
        return left
    gap = 2 * _thickness(through) + 1
    mended = ndimage.binary_closing(np.pad(left, gap), np.ones((gap, gap)))[gap:-gap, gap:-gap]
    return left | (mended & ink)


def _hairlines(ink: Mask) -> Mask:
    """Return straight upright or level parts of `ink` that are thinner than 0.4 of the pen."""
    inside = ndimage.distance_transform_edt(ink)
    reach = 0.2 * 2 * float(np.percentile(inside[skeletonize(ink)], 80))
    if reach < 1:
        return np.zeros_like(ink)
    opened = ndimage.distance_transform_edt(inside <= reach) <= reach + 0.5
    labels, _ = ndimage.label(ink & ~opened, np.ones((3, 3)))
    found = np.zeros_like(ink)
    for number, place in enumerate(ndimage.find_objects(labels), start=1):
        height, width = (side.stop - side.start for side in place)
        long, short = max(height, width), min(height, width)
        if long >= 0.04 * max(ink.shape) and short <= max(0.12 * long, 2 * reach):
            found[place] |= labels[place] == number
    return found


def _lines(ink: Mask) -> Mask:
    """Return the pixels of horizontal lines: thin parts in bands that are inked through most of the width."""
    H, W = ink.shape
    lean = max(1, round(W * 0.02))  # a line 2 degrees askew climbs 3.5 % of the width
    thin = ndimage.binary_opening(ink, np.ones((1, max(8, W // 20))))
    thin &= ~ndimage.binary_opening(ink, np.ones((max(4, H // 40), 1)))
    labels, _ = ndimage.label(ndimage.binary_dilation(thin, np.ones((3, 2 * lean + 1))), np.ones((3, 3)))
    found = np.zeros_like(ink)
    for numbers in _in_one_line(ndimage.find_objects(labels), W):
        part = np.isin(labels, numbers) & thin
        columns = np.flatnonzero(part.any(axis=0))
        if len(columns) >= 0.5 * _SPAN * W and np.ptp(columns) + 2 * lean + 1 >= _SPAN * W:
            found |= part
    return ndimage.binary_dilation(found, np.ones((3, 1))) & ink


def _in_one_line(places: list[tuple[slice, slice]], width: int) -> list[list[int]]:
    """Return the numbers (from 1) of flat parts, those together that go on at the same height: a stroke that
    crosses a line breaks it.
    """
    lines: list[tuple[slice, list[int]]] = []
    for number, (rows, columns) in enumerate(places, start=1):
        length = columns.stop - columns.start
        if rows.stop - rows.start >= 0.08 * length + 6 or length < 0.15 * width:
            continue
        for other, numbers in lines:
            if min(rows.stop, other.stop) - max(rows.start, other.start) >= 3:
                numbers.append(number)
                break
        else:
            lines.append((rows, [number]))
    return [numbers for _, numbers in lines]


def _thickness(lines: Mask) -> int:
    middle = skeletonize(lines)
    if not middle.any():
        return 1
    return max(1, round(2 * float(np.median(ndimage.distance_transform_edt(lines)[middle]))))
