"""Drawings as a phone would photograph them: uneven light, shadows, ruled paper, noise and JPEG."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

PAPERS = ("clean", "uneven", "shadow", "ruled", "squared", "dark")


def photograph(ink: NDArray[np.float32], paper: str, rng: np.random.Generator) -> Image.Image:
    """Return a photo of the drawing `ink` (square, in [0, 1]) on one of PAPERS, 300 to 700 px wide."""
    side = int(rng.integers(300, 700))
    drawn = np.asarray(Image.fromarray(ink).resize((side, side), Image.Resampling.BILINEAR), dtype=np.float64)
    light = np.ones((side, side)) if paper == "clean" else _light(side, rng)
    if paper == "shadow":
        light = light * _shadow(side, rng)
    white, contrast = rng.uniform(0.55, 0.95), rng.uniform(0.35, 0.85)
    if paper == "dark":
        grey = (1 - white + drawn * contrast * 0.9 * white) * light
    else:
        grey = white * _lines(side, paper, rng) * light * (1 - contrast * drawn)
    if paper == "clean":
        return Image.fromarray((np.clip(grey, 0, 1) * 255).astype(np.uint8))
    grey = ndimage.gaussian_filter(grey, rng.uniform(0.3, 1.5)) + rng.normal(
        0, rng.uniform(0.005, 0.03), grey.shape
    )
    buffer = io.BytesIO()
    pixels = (np.clip(grey, 0, 1) * 255).astype(np.uint8)
    Image.fromarray(pixels).save(buffer, "JPEG", quality=int(rng.integers(40, 95)))
    return Image.open(buffer)


def _light(side: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return light that falls off in one direction by 10 to 50%."""
    ys, xs = np.indices((side, side)) / side
    angle = rng.uniform(0, 2 * np.pi)
    along = np.cos(angle) * xs + np.sin(angle) * ys
    return 1 - rng.uniform(0.1, 0.5) * (along - along.min()) / np.ptp(along)


def _shadow(side: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return half of the light where somebody stands in it, the edge hard or soft."""
    ys, xs = np.indices((side, side)) / side - 0.5
    angle = rng.uniform(0, 2 * np.pi)
    shaded = np.cos(angle) * xs + np.sin(angle) * ys > rng.uniform(-0.2, 0.2)
    return 1 - 0.45 * ndimage.gaussian_filter(shaded.astype(np.float64), rng.uniform(3, 20))


def _lines(side: int, paper: str, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the paper's own brightness: 1, darker along the lines of ruled or squared paper."""
    base = np.ones((side, side))
    if paper not in ("ruled", "squared"):
        return base
    step, width = int(rng.uniform(0.12, 0.2) * side), max(1, side // 250)
    left = 1 - rng.uniform(0.1, 0.35)
    for start in range(int(rng.integers(step)), side, step):
        base[start : start + width] *= left
        if paper == "squared":
            base[:, start : start + width] *= left
    return base
