"""Pen width: measured on a drawing, and redrawn to the width that the training set was written with.

MNIST's strokes are 2.5 px wide at the median (1.7-4.1) in its 20 x 20 box. A 20 px brush on a 280 px canvas
gives 1.6 to 6 px there, depending on how large somebody draws; a classifier that looks at pixels sees another
shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import skeletonize

Ink = NDArray[np.float32]
_MARGIN_PX: Final = 2


@dataclass(frozen=True, eq=False)
class Strokes:
    """The ink of a drawing measured, with a margin of paper: what is ink, its middle line, how deep in it lies what.

    mask and skeleton (H + 4, W + 4): the ink, and its middle line (Zhang and Suen 1984). depth, as large: the distance
    to the paper in px. width: of the pen, the median along the middle line, in px.
    """

    mask: NDArray[np.bool_]
    skeleton: NDArray[np.bool_]
    depth: NDArray[np.float64]
    width: float


def strokes_of(ink: Ink) -> Strokes | None:
    """Return the strokes of `ink` (H, W) in [0, 1] with their width; None where there is no ink."""
    mask = np.pad(ink > 0.5, _MARGIN_PX)
    if not mask.any():
        return None
    skeleton, depth = skeletonize(mask), ndimage.distance_transform_edt(mask)
    width = float(2 * np.median(depth[skeleton]) - 1)  # a distance of 1 is half a pixel out
    return Strokes(mask, skeleton, depth, width)


def with_pen(ink: Ink, strokes: Strokes | None, thinnest: float, thickest: float) -> Ink:
    """Return `ink` (H, W) as if written with a pen of `thinnest` to `thickest`, shares of the result's longer
    side. strokes: its own, as `strokes_of` gives them.

    A stroke within that range is left as it is. Otherwise the edge of the ink is moved out or in by the same
    distance everywhere, which keeps its shape; where thinning would break a stroke its middle line is kept. The
    result may have another size: it has a margin, crop it again. Values in [0, 1], float32.
    """
    if strokes is None:
        return ink
    skeleton, measured = strokes.skeleton, strokes.width
    rows, columns = np.nonzero(skeleton)
    middle = float(max(np.ptp(rows), np.ptp(columns)) + 1)  # the longer side without the pen's own width
    wanted = float(np.clip(measured / (middle + measured), thinnest, thickest))
    width = middle * wanted / (1 - wanted)  # so that width / (middle + width) is what is wanted
    if wanted == measured / (middle + measured):
        return ink
    outward = (width - measured) / 2
    margin = int(max(0.0, np.ceil(outward))) + 3
    mask, skeleton = np.pad(strokes.mask, margin), np.pad(skeleton, margin)
    distance = ndimage.distance_transform_edt(~mask) - np.pad(strokes.depth, margin)  # < 0 in the ink
    moved = outward - distance + 0.5
    if outward < 0:
        moved = np.maximum(moved, width / 2 - ndimage.distance_transform_edt(~skeleton) + 0.5)
    return np.clip(moved, 0, 1).astype(np.float32)
