"""Ink from pixels: what was drawn on a canvas, or written on light or dark paper and photographed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.filters import apply_hysteresis_threshold

from core.images.brightness import brightness
from core.images.contrast import MIN_CONTRAST, contrast, even_paper, level
from core.images.paper_detection import between_bands, find_page, only_page
from core.images.ruled_lines import without_lines

Ink = NDArray[np.float32]
Mask = NDArray[np.bool_]


def ink_from_canvas(rgba: NDArray[np.uint8]) -> Ink:
    """Return the ink (H, W) float32 in [0, 1] of a canvas (H, W, 4) uint8: what differs from its background.

    The background is what most of the canvas's edge shows, transparent or of any colour.
    """
    if rgba.ndim != 3 or rgba.shape[2] != 4:
        raise ValueError(f"a canvas is an array (H, W, 4) of RGBA bytes, got shape {rgba.shape}")
    *colours, alpha = np.ascontiguousarray(rgba.transpose(2, 0, 1)).astype(np.float32) / 255
    contrast = np.zeros_like(alpha)
    for seen in (*(colour * alpha for colour in colours), alpha):
        paper = np.median(np.concatenate([seen[0], seen[-1], seen[:, 0], seen[:, -1]]))
        np.maximum(contrast, np.abs(seen - paper), out=contrast)
    darkest = float(contrast.max())
    ink = contrast / darkest if darkest > MIN_CONTRAST else np.zeros_like(contrast)
    return np.asarray(ink, dtype=np.float32)


def ink_from_photo(image: Image.Image | NDArray[Any]) -> Ink:
    """Return the ink (H, W) float32 in [0, 1] of a photo, scan or clean picture; ink = 1, paper = 0.

    Dark ink on light paper and light on dark are told apart. Light and shadow of the paper are taken out,
    ruled lines and specks removed; of a sheet on a darker table only the sheet is read. `image`: PIL, or an
    array (H, W) or (H, W, 3 or 4), uint8 or float in [0, 1]. A longer side over 800 px is shrunk first. An array
    of zeros means that nothing on it stands out.
    """
    grey = brightness(image)
    ink = np.zeros_like(grey)
    place = between_bands(grey)
    ink[place] = _on_page(grey[place])
    return ink


def _on_page(grey: Ink) -> Ink:
    """Return the ink of what is on the sheet that the picture shows, of all of the picture where there is none.

    On a clean picture a blank sheet is no sheet but a thick 1, or the hole of a 0.
    """
    page = find_page(grey)
    if page is None:
        return _ink(grey)
    rows, columns = np.flatnonzero(page.any(axis=1)), np.flatnonzero(page.any(axis=0))
    place = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    ink = np.zeros_like(grey)
    ink[place] = _ink(only_page(grey[place], page[place])) * page[place]
    return ink if ink.any() or even_paper(grey) is None else _ink(grey)


def _ink(grey: Ink) -> Ink:
    found = contrast(grey)
    darkest, noise = level(found)
    if darkest < max(MIN_CONTRAST, 4 * noise):
        return np.zeros_like(grey)
    low = max(0.45 * darkest, 2.5 * noise)
    ink = apply_hysteresis_threshold(found, low, max(0.6 * darkest, 1.2 * low))
    kept = without_specks(without_lines(_without_frame(ink)))
    soft = ndimage.binary_dilation(kept, iterations=max(1, round(max(grey.shape) / 400)))  # edges stay grey
    return np.where(soft, np.clip(found / darkest, 0, 1), 0).astype(np.float32)


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
