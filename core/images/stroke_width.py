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


def with_pen(ink: Ink, thinnest: float, thickest: float) -> Ink:
    """Return `ink` (H, W) as if written with a pen of `thinnest` to `thickest`, shares of the result's longer
    side.

    A stroke within that range is left as it is. Otherwise the edge of the ink is moved out or in by the same
    distance everywhere, which keeps its shape; where thinning would break a stroke its middle line (Zhang and
    Suen 1984) is kept. The result may have another size: it has a margin, crop it again. Values in [0, 1],
    float32.
    """
    mask = np.pad(ink > 0.5, 2)
    if not mask.any():
        return ink
    skeleton = skeletonize(mask)
    measured = _median_width(mask, skeleton)
    rows, columns = np.nonzero(skeleton)
    middle = float(max(np.ptp(rows), np.ptp(columns)) + 1)  # the longer side without the pen's own width
    wanted = float(np.clip(measured / (middle + measured), thinnest, thickest))
    width = middle * wanted / (1 - wanted)  # so that width / (middle + width) is what is wanted
    if wanted == measured / (middle + measured):
        return ink
    outward = (width - measured) / 2
    margin = int(max(0.0, np.ceil(outward))) + 3
    mask, skeleton = np.pad(mask, margin), np.pad(skeleton, margin)
    distance = ndimage.distance_transform_edt(~mask) - ndimage.distance_transform_edt(mask)  # < 0 in the ink
    moved = outward - distance + 0.5
    if outward < 0:
        moved = np.maximum(moved, width / 2 - ndimage.distance_transform_edt(~skeleton) + 0.5)
    return np.clip(moved, 0, 1).astype(np.float32)
