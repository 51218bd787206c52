"""Ink from pixels: what was drawn on a canvas, or written on light or dark paper and photographed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from scipy import ndimage
from skimage.filters import apply_hysteresis_threshold, threshold_otsu

from core.images.paper_detection import find_page, only_page
from core.images.ruled_lines import without_lines

Ink = NDArray[np.float32]
Mask = NDArray[np.bool_]

WORK_PX = 800
"""A photo's longer side while its ink is looked for."""
_PAPER_PX, _MEDIAN_PX = 200, 48
"""The longer sides at which light and shadow of the paper, and whether ink is dark, are estimated."""
_STROKE_SHARE = 0.25
"""A stroke is at most this share of the picture's longer side wide; what is wider is paper or shadow."""
_MIN_CONTRAST = 0.06
"""Ink differs from its paper by at least this share of white, or there is none."""


def ink_from_canvas(rgba: NDArray[np.uint8]) -> Ink:
    """Return the ink (H, W) float32 in [0, 1] of a canvas (H, W, 4) uint8: what differs from its background.

    The background is what most of the canvas's edge shows, transparent or of any colour.
    """
    if rgba.ndim != 3 or rgba.shape[2] != 4:
        raise ValueError(f"a canvas is an array (H, W, 4) of RGBA bytes, got shape {rgba.shape}")
    alpha = rgba[:, :, 3:].astype(np.float32) / 255
    seen = np.concatenate([rgba[:, :, :3].astype(np.float32) / 255 * alpha, alpha], axis=2)
    paper = np.median(np.concatenate([seen[0], seen[-1], seen[:, 0], seen[:, -1]]), axis=0)
    contrast = np.abs(seen - paper).max(axis=2)
    darkest = float(contrast.max())
    ink = contrast / darkest if darkest > _MIN_CONTRAST else np.zeros_like(contrast)
    return np.asarray(ink, dtype=np.float32)


def ink_from_photo(image: Image.Image | NDArray[Any]) -> Ink:
    """Return the ink (H, W) float32 in [0, 1] of a photo, scan or clean picture; ink = 1, paper = 0.

    Dark ink on light paper and light on dark are told apart. Light and shadow of the paper are taken out,
    ruled lines and specks removed; of a sheet on a darker table only the sheet is read. `image`: PIL, or an
    array (H, W) or (H, W, 3 or 4), uint8 or float in [0, 1]. A longer side over 800 px is shrunk first. An array
    of zeros means that nothing on it stands out.
    """
    grey = _grey(image)
    page = find_page(grey)
    if page is None:
        return _ink(grey)
    rows, columns = np.flatnonzero(page.any(axis=1)), np.flatnonzero(page.any(axis=0))
    place = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    ink = np.zeros_like(grey)
    ink[place] = _ink(only_page(grey[place], page[place])) * page[place]
    return ink


def _ink(grey: Ink) -> Ink:
    contrast = _contrast(grey)
    level, noise = _level(contrast)
    if level < max(_MIN_CONTRAST, 4 * noise):
        return np.zeros_like(grey)
    low = max(0.45 * level, 2.5 * noise)
    ink = apply_hysteresis_threshold(contrast, low, max(0.6 * level, 1.2 * low))
    kept = without_specks(without_lines(_without_frame(ink)))
    soft = ndimage.binary_dilation(kept, iterations=max(1, round(max(grey.shape) / 400)))  # edges stay grey
    return np.where(soft, np.clip(contrast / level, 0, 1), 0).astype(np.float32)


def _grey(image: Image.Image | NDArray[Any]) -> Ink:
    """Return the picture's brightness (H, W) in [0, 1], upright, at working size, on paper where
    transparent.
    """
    picture = image if isinstance(image, Image.Image) else _picture(image)
    picture = ImageOps.exif_transpose(picture)
    if picture.mode == "P" or "A" in picture.getbands():
        picture = _on_paper(picture.convert("RGBA"))
    picture = picture if picture.mode == "L" else picture.convert("RGB").convert("L")
    if max(picture.size) > WORK_PX:
        picture = ImageOps.contain(picture, (WORK_PX, WORK_PX), Image.Resampling.BOX)
    return np.asarray(picture, dtype=np.float32) / np.float32(255)


def _picture(array: NDArray[Any]) -> Image.Image:
    if array.ndim not in (2, 3) or 0 in array.shape or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise ValueError(f"a picture is (H, W), (H, W, 3) or (H, W, 4), got shape {array.shape}")
    if array.dtype != np.uint8:
        array = (np.clip(np.nan_to_num(array.astype(np.float64)), 0, 1) * 255).round().astype(np.uint8)
    return Image.fromarray(array)


def _on_paper(picture: Image.Image) -> Image.Image:
    """Return the RGBA picture on white where its ink is dark, on black where it is light."""
    pixels = np.asarray(picture, dtype=np.float32)
    weight = pixels[:, :, 3]
    brightness = float((pixels[:, :, :3].mean(axis=2) * weight).sum() / max(float(weight.sum()), 1.0))
    opaque = float(weight.mean()) / 255
    paper = (255, 255, 255) if brightness < 128 or opaque > 0.95 else (0, 0, 0)
    sheet = Image.new("RGBA", picture.size, (*paper, 255))
    return Image.alpha_composite(sheet, picture).convert("RGB")


def _contrast(grey: Ink) -> Ink:
    """Return how far each pixel stands out from its paper, in [0, 1], whether ink is darker or lighter."""
    if _is_dark_ink(grey):
        paper = _without_strokes(grey)
        return np.clip((paper - grey) / np.maximum(paper, 0.15), 0, 1)  # ink takes a share of the light away
    paper = 1 - _without_strokes(1 - grey)
    return np.clip((grey - paper) / np.maximum(1 - paper, 0.15), 0, 1)


def _is_dark_ink(grey: Ink) -> bool:
    """Return whether the minority is darker: the sign of the third moment of the difference from a wide
    median.
    """
    small = _without_bands(_shrunk(grey, _MEDIAN_PX))
    difference = small - ndimage.median_filter(small, size=max(small.shape) // 2 | 1, mode="nearest")
    return float((difference.astype(np.float64) ** 3).sum()) < 0


def _without_bands(grey: Ink) -> Ink:
    """Return the picture without even bands along its edges, as scanners and letter boxes leave: at most a quarter
    of each side.
    """
    middle = float(np.median(grey))
    for _ in range(4):  # one side after another
        depth = 0
        while depth < len(grey) // 4 and _is_band(grey[depth], middle):
            depth += 1
        depth += bool(depth)  # the line where the band ends is neither
        grey = np.rot90(grey[depth:])
    return grey


def _is_band(line: Ink, middle: float) -> bool:
    low, high = np.percentile(line, [15, 85])
    return bool(high - low < 0.1 and abs(float(np.median(line)) - middle) > 0.25)


def _without_strokes(grey: Ink) -> Ink:
    """Return the brightness of the paper under dark strokes: a closing, which fills them and keeps a shadow's
    edge.

    Strokes may be as wide as a quarter of the picture's longer side.
    """
    H, W = grey.shape
    small = _shrunk(grey, _PAPER_PX)
    if max(small.shape) == _PAPER_PX:
        small = ndimage.gaussian_filter(small, 0.7)  # the closing would follow the peaks of the noise
    window = max(3, round(max(small.shape) * _STROKE_SHARE)) | 1
    size = tuple(min(window, length) for length in small.shape)
    widest = ndimage.maximum_filter(
        small, size, mode="constant", cval=1.0
    )  # white beyond the edge: there only
    closed = ndimage.minimum_filter(
        widest, size, mode="constant", cval=1.0
    )  # windows inside the picture count
    return np.asarray(Image.fromarray(closed).resize((W, H), Image.Resampling.BILINEAR), dtype=np.float32)


def _shrunk(grey: Ink, longest: int) -> Ink:
    H, W = grey.shape
    scale = min(1.0, longest / max(H, W))
    size = max(1, round(W * scale)), max(1, round(H * scale))
    return np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BOX), dtype=np.float32)


def _level(contrast: Ink) -> tuple[float, float]:
    """Return (the contrast of ink, the noise of the paper): Otsu's split, a high percentile above it, MAD
    below.
    """
    if float(contrast.max()) < _MIN_CONTRAST:
        return 0.0, 0.0
    split = float(threshold_otsu(contrast))
    above, below = contrast[contrast > split], contrast[contrast <= split]
    noise = 1.4826 * float(np.median(np.abs(below - np.median(below))))
    return float(np.percentile(above, 75)), noise


def _without_frame(ink: Mask) -> Mask:
    """Return `ink` without what comes in from the picture's edge (a table, a shadow, a thumb, another word).

    A part at the edge goes if it is smaller than the largest part inside, or while something of a digit's size is
    inside: if it lies along the edge for long, or is far thicker than the pen inside. A digit that fills the
    picture and touches its edge stays.
    """
    labels, count = ndimage.label(ink, np.ones((3, 3)))
    if count < 2 or min(ink.shape) < 40:
        return ink
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    contact = np.bincount(border, minlength=count + 1)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    contact[0] = sizes[0] = 0
    inside = np.where(contact == 0, sizes, 0)
    biggest = int(inside.argmax())
    along = (contact > 0.3 * min(ink.shape)) & (inside.max() > 0.005 * ink.size)
    foreign = (contact > 0) & ((sizes < inside.max()) | along)
    if inside.max() and _longer_side(labels == biggest) > 0.2 * min(ink.shape):
        reach = ndimage.maximum(ndimage.distance_transform_edt(ink), labels, np.arange(count + 1))
        foreign |= (contact > 0) & (np.asarray(reach) > 2 * reach[biggest])
    return ink & ~foreign[labels]


def _longer_side(part: Mask) -> int:
    return int(max(np.ptp(np.flatnonzero(part.any(axis=axis))) for axis in (0, 1))) + 1


def without_specks(ink: Mask, share: float = 0.04) -> Mask:
    """Return `ink` (H, W) without parts smaller than `share` of the largest one."""
    labels, count = ndimage.label(ink, np.ones((3, 3)))
    if count < 2:
        return ink
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return np.asarray((sizes >= share * sizes.max())[labels])
