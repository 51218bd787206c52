"""A sheet of paper that lies on something darker: where it is on the picture, so that only it is read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError
from skimage.filters import threshold_otsu

Ink = NDArray[np.float32]
Mask = NDArray[np.bool_]

_WORK_PX = 160
_LEAST_SHARE, _MOST_SHARE = 0.15, 0.92  # of the picture
_LEAST_FILLING = 0.84  # of the smallest rectangle around it; an ellipse, as a round zero is, fills 0.79
_LEAST_WHITE = 0.7  # of the sheet; a bold zero has a larger hole
_LEAST_STEP = 0.15  # of white, from the table to the sheet
_LEAST_BAND = 0.25  # of white, from a band along the edge to the rest of the picture
_WHOLE_LINE = 0.99  # of a line across it
_LEAST_BANDED_PX = 40  # on a smaller picture a band is a stroke
_RIM = 0.03  # of the sheet's size: its edge and the shadow there are left out


def find_page(grey: Ink) -> Mask | None:
    """Return where a light sheet lies on a darker table, bool (H, W), its rim left out; None if there is none.

    grey: (H, W) in [0, 1]. A sheet has four corners, ends inside the picture on three sides at least, and is
    mostly blank; half of a page in the shadow is none.
    """
    H, W = grey.shape
    scale = _WORK_PX / max(H, W)
    if scale > 1:
        return None
    size = max(1, round(W * scale)), max(1, round(H * scale))
    small = np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BOX), dtype=np.float32)
    light = small > threshold_otsu(small)
    labels, count = ndimage.label(ndimage.binary_opening(light, np.ones((3, 3))))
    if not count:
        return None
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    part = labels == int(sizes.argmax())
    sheet = ndimage.binary_fill_holes(ndimage.binary_closing(np.pad(part, 12), np.ones((9, 9))))[
        12:-12, 12:-12
    ]
    if not _is_sheet(sheet, part, small):
        return None
    rim = max(2, round(_RIM * np.sqrt(sheet.sum())))
    inner = ndimage.binary_erosion(sheet, iterations=rim)
    return np.asarray(Image.fromarray(inner).resize((W, H), Image.Resampling.NEAREST))


def _is_sheet(sheet: Mask, light: Mask, grey: Ink) -> bool:
    share = float(sheet.mean())
    sides = (sheet[0], sheet[-1], sheet[:, 0], sheet[:, -1])
    if not _LEAST_SHARE <= share <= _MOST_SHARE or sum(float(side.mean()) > 0.05 for side in sides) > 1:
        return False
    if float((light & sheet).sum()) < _LEAST_WHITE * float(sheet.sum()):
        return False
    step = float(np.median(grey[sheet])) - float(np.median(grey[~sheet]))
    return step >= _LEAST_STEP and _filling(sheet) >= _LEAST_FILLING


def _filling(sheet: Mask) -> float:
    """Return which share of the smallest rectangle around it, however turned, the sheet fills."""
    places = np.argwhere(sheet).astype(np.float64)
    try:
        corners = places[ConvexHull(places).vertices]
    except QhullError:
        return 0.0
    edges = np.roll(corners, -1, axis=0) - corners
    angles = np.arctan2(edges[:, 1], edges[:, 0])
    along = np.stack(
        [np.cos(angles), np.sin(angles)]
    )  # one side of the rectangle lies on an edge of the hull
    across = np.stack([-np.sin(angles), np.cos(angles)])
    areas = (np.ptp(corners @ along, axis=0) + 1) * (np.ptp(corners @ across, axis=0) + 1)
    return float(sheet.sum() / areas.min())


def only_page(grey: Ink, page: Mask) -> Ink:
    """Return `grey` (H, W) with everything outside the page as bright as the paper nearest to it."""
    paper = ndimage.maximum_filter(grey, size=max(3, max(grey.shape) // 60) | 1)
    nearest = ndimage.distance_transform_edt(~page, return_distances=False, return_indices=True)
    return np.where(page, grey, paper[tuple(nearest)]).astype(np.float32)


def between_bands(grey: Ink) -> tuple[slice, slice]:
    """Return the rows and columns of the picture `grey` (H, W) without even bands along one to three of its sides.

    Scanners and letter boxes leave such. A band runs from corner to corner, is at most a quarter of the picture deep
    and ends at once, as no shadow does; what is the same on all four sides is the paper's margin.
    """
    H, W = grey.shape
    if max(H, W) <= _LEAST_BANDED_PX:
        return slice(0, H), slice(0, W)
    middle = np.median(grey)
    depths = [_band(side, middle) for side in (grey, grey[::-1], grey.T, grey.T[::-1])]
    top, bottom, left, right = depths if not all(depths) else (0, 0, 0, 0)
    return slice(top, H - bottom), slice(left, W - right)


def _band(grey: Ink, middle: np.float32) -> int:
    """Return how many first lines of `grey` (H, W) are a band and its edge, 0 where there is none."""
    lines = grey[: len(grey) // 4]
    depth = int(((np.abs(lines - middle) > _LEAST_BAND).mean(axis=1) > _WHOLE_LINE).cumprod().sum())
    if not depth:
        return 0
    step = np.abs(np.median(grey[depth - 1]) - np.median(grey[depth + 1]))
    return depth + 1 if step > _LEAST_BAND else 0  # the line where it ends is neither
