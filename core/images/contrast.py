"""How far ink stands out from its paper: which of two sides is the paper, and how bright it is under the strokes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.filters import threshold_otsu

Ink = NDArray[np.float32]
Mask = NDArray[np.bool_]

MIN_CONTRAST = 0.06
"""Ink differs from its paper by at least this share of white, or there is none."""
_PAPER_PX, _MEDIAN_PX = 200, 48
"""The longer sides at which light and shadow of the paper, and whether ink is dark, are estimated."""
_STROKE_SHARE = 0.25
"""A stroke on a photo is at most this share of its longer side wide; what is wider is paper or shadow."""
_FLAT = 0.1
"""Paper is even where nine tenths of it lie within this share of the ink's contrast around its median."""


def contrast(grey: Ink) -> Ink:
    """Return how far each pixel stands out from its paper, in [0, 1], whether ink is darker or lighter.

    Even paper has one brightness. Elsewhere light and shadow of the paper are taken out.
    """
    even = even_paper(grey)
    if even is not None:
        paper, is_dark = even
        return np.clip(paper - grey if is_dark else grey - paper, 0, 1)
    if _is_dark_ink(grey):
        under = _without_strokes(grey)
        return np.clip((under - grey) / np.maximum(under, 0.15), 0, 1)  # ink takes a share of the light away
    under = 1 - _without_strokes(1 - grey)
    return np.clip((grey - under) / np.maximum(1 - under, 0.15), 0, 1)


def level(found: Ink) -> tuple[float, float]:
    """Return (the contrast of ink, the noise of the paper): Otsu's split, a high percentile above it, MAD below."""
    if float(found.max()) < MIN_CONTRAST:
        return 0.0, 0.0
    split = float(threshold_otsu(found))
    above, below = found[found > split], found[found <= split]
    noise = 1.4826 * float(np.median(np.abs(below - np.median(below))))
    return float(np.percentile(above, 75)), noise


def even_paper(grey: Ink) -> tuple[float, bool] | None:
    """Return (the paper's brightness, whether ink is darker) of a clean picture, None where light is uneven.

    Most of the edge shows paper: a digit that fills the picture touches each side only here and there.
    """
    small = shrunk(grey, _PAPER_PX)
    if float(np.ptp(small)) < MIN_CONTRAST:
        return None
    paper = small > threshold_otsu(small)
    paper = paper if _border_share(paper) > 0.5 else ~paper
    paper = ~paper if _is_only_in_corners(~paper) else paper
    inner = ndimage.binary_erosion(paper, np.ones((3, 3)), border_value=1)
    levels = small[inner if inner.any() else paper]
    middle, step = float(np.median(levels)), abs(float(np.median(levels) - np.median(small[~paper])))
    uneven = np.percentile(np.abs(levels - middle), 90) > _FLAT * step
    return None if uneven else (middle, bool(np.median(small[~paper]) < middle))


def _border_share(part: Mask) -> float:
    return float(np.concatenate([part[0], part[-1], part[1:-1, 0], part[1:-1, -1]]).mean())


def _is_only_in_corners(part: Mask) -> bool:
    """Return whether `part` has one piece in each corner and none elsewhere: what a tight upright 1 leaves of paper."""
    labels, count = ndimage.label(part)
    corners = {labels[0, 0], labels[0, -1], labels[-1, 0], labels[-1, -1]}
    return bool(count == 4 == len(corners - {0}))


def _is_dark_ink(grey: Ink) -> bool:
    """Return whether the minority is darker: the sign of the third moment of the difference from a wide median."""
    small = shrunk(grey, _MEDIAN_PX)
    difference = small - ndimage.median_filter(small, size=max(small.shape) // 2 | 1, mode="nearest")
    return float((difference.astype(np.float64) ** 3).sum()) < 0


def _without_strokes(grey: Ink) -> Ink:
    """Return the brightness of the paper under dark strokes: a closing, which fills them and keeps a shadow's edge.

    Strokes may be as wide as a quarter of the picture's longer side.
    """
    H, W = grey.shape
    small = shrunk(grey, _PAPER_PX)
    if max(small.shape) == _PAPER_PX:
        small = ndimage.gaussian_filter(small, 0.7)  # the closing would follow the peaks of the noise
    window = max(3, round(max(small.shape) * _STROKE_SHARE)) | 1
    size = tuple(min(window, length) for length in small.shape)
    # white beyond the edge: there only windows inside the picture count
    widest = ndimage.maximum_filter(small, size, mode="constant", cval=1.0)
    closed = ndimage.minimum_filter(widest, size, mode="constant", cval=1.0)
    return np.asarray(Image.fromarray(closed).resize((W, H), Image.Resampling.BILINEAR), dtype=np.float32)


def shrunk(grey: Ink, longest: int) -> Ink:
    """Return the picture with a longer side of at most `longest`, each pixel the mean of those it stands for."""
    size = size_within(grey.shape[::-1], longest)
    return np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BOX), dtype=np.float32)


def size_within(size: tuple[int, ...], longest: int) -> tuple[int, int]:
    """Return (width, height) with a longer side of at most `longest`, in proportion, and at least a pixel each."""
    width, height = size
    scale = min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))
