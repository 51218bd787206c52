"""Pen width: measured on a drawing, and redrawn to the width that the training set was written with.

MNIST's strokes are 2.5 px wide at the median (1.7-4.1) in its 20 x 20 box. A 20 px brush on a 280 px canvas
gives 1.6 to 6 px there, depending on how large somebody draws; a classifier that looks at pixels sees another
shape.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import skeletonize

Ink = NDArray[np.float32]


def pen_width(ink: Ink) -> float:
    """Return the median width in px of the strokes of `ink` (H, W) in [0, 1]; 0.0 where there is no ink."""
    mask = np.pad(ink > 0.5, 1)
    if not mask.any():
        return 0.0
    return _median_width(mask, skeletonize(mask))


def _median_width(mask: NDArray[np.bool_], skeleton: NDArray[np.bool_]) -> float:
    """Return twice the median distance to the paper along the middle line (a distance of 1 is half a pixel
    out).
    """
    return float(2 * np.median(ndimage.distance_transform_edt(mask)[skeleton]) - 1)


def redraw(ink: Ink, share: float) -> Ink:
    """Return `ink` redrawn with a round pen whose width is `share` of the longer side of the result.

    The middle line of each stroke (Zhang and Suen's thinning, 1984) keeps its place; only the width changes.
    The result has a margin, so that a wider pen is never cut off: crop it again. Values in [0, 1], float32.
    """
    smooth = ndimage.gaussian_filter(
        np.pad(ink, 2), 0.12 * max(pen_width(ink), 1.0)
    )  # rough edges grow spurs
    mask = smooth > 0.5
    if not mask.any():
        mask = np.pad(ink, 2) > 0.5
    if not mask.any():
        return ink
    skeleton = skeletonize(mask)
    rows, columns = np.nonzero(skeleton)
    middle = max(np.ptp(rows), np.ptp(columns)) + 1
    width = middle * share / (1 - share)  # so that width / (middle + width) == share
    margin = int(np.ceil(width / 2)) + 2
    distance = ndimage.distance_transform_edt(~np.pad(skeleton, margin))
    return np.clip(width / 2 - distance + 0.5, 0, 1).astype(np.float32)
