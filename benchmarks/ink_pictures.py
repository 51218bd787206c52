"""Pictures whose ink is hard to find: tight crops of thick digits, colours of equal brightness, bands, grain."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from core.synthetic_digits import Handwriting, draw, paint, random_hand, styles, template

Ink = NDArray[np.float32]
Colour = tuple[int, int, int]

EQUAL: dict[str, tuple[Colour, Colour]] = {
    "red on green": ((220, 40, 40), (40, 130, 47)),
    "blue on brown": ((50, 80, 220), (130, 74, 40)),
    "yellow on light grey": ((250, 225, 60), (213, 213, 213)),
}
"""(Ink, paper) of one brightness each, as 0.299 R + 0.587 G + 0.114 B weighs it."""


def shapes(pen: float, seed: int | None = None) -> tuple[list[Ink], NDArray[np.int64]]:
    """Return the 79 templates as tight crops, their path 200 px long, and the digits that they show.

    pen: its width in px. seed: of hands that slant, turn and bend them; None draws each as it was made.
    """
    rng = np.random.default_rng(seed)
    ways = [(digit, style) for digit in range(10) for style in range(styles(digit))]
    inks = []
    for digit, style in ways:
        chance = random_hand(rng)
        bent = Handwriting(
            200, (0.5, 0.5), chance.rotation_deg, chance.slant, chance.aspect, chance.bend, chance.wobble
        )
        hand = Handwriting(200) if seed is None else bent
        inks.append(_tight(paint(draw(template(digit, style), hand, rng), pen)))
    return inks, np.array([digit for digit, _ in ways])


def _tight(ink: Ink) -> Ink:
    rows, columns = np.flatnonzero((ink > 0.5).any(axis=1)), np.flatnonzero((ink > 0.5).any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def cropped(ink: Ink, longest: int, margin_px: int, *, dark: bool, two_valued: bool) -> Image.Image:
    """Return the ink as a clean grey picture, its longer side `longest` px and the margin around it."""
    inner = longest - 2 * margin_px
    H, W = ink.shape
    size = max(1, round(W * inner / max(H, W))), max(1, round(H * inner / max(H, W)))
    small = np.pad(np.asarray(Image.fromarray(ink).resize(size, Image.Resampling.BOX)), margin_px)
    small = (small > 0.5) * 1.0 if two_valued else small
    return Image.fromarray(np.rint(255 * (1 - small if dark else small)).astype(np.uint8))


def coloured(ink: Ink, ink_colour: Colour, paper: Colour, rng: np.random.Generator) -> Image.Image:
    """Return the drawing in colour with slightly uneven light and the noise of a camera, as a JPEG."""
    light = 1 - rng.uniform(0, 0.15) * np.indices(ink.shape)[1] / ink.shape[1]
    mixed = _mixed(ink, ink_colour, paper) * light[:, :, None]
    return as_jpeg(mixed + rng.normal(0, rng.uniform(0.5, 4), mixed.shape), rng)


def textured(ink: Ink, ink_colour: Colour, paper: Colour, rng: np.random.Generator) -> Image.Image:
    """Return the drawing in colour on coarse paper, as a JPEG."""
    grain = ndimage.gaussian_filter(rng.normal(0, 1, ink.shape), rng.uniform(0.8, 2.5))
    grain *= rng.uniform(4, 10) / grain.std()
    return as_jpeg(_mixed(ink, ink_colour, paper) + grain[:, :, None], rng)


def _mixed(ink: Ink, ink_colour: Colour, paper: Colour) -> NDArray[np.float64]:
    return np.array(paper) + ink[:, :, None] * (np.array(ink_colour) - np.array(paper, dtype=np.float64))


def scanned(ink: Ink, rng: np.random.Generator) -> Image.Image:
    """Return the drawing as a scan with dark bands along one to three of its edges."""
    scan = 240 - rng.uniform(90, 210) * ink.astype(np.float64) + rng.normal(0, 1.5, ink.shape)
    for turn in rng.permutation(4)[: rng.integers(1, 4)]:
        np.rot90(scan, turn)[: int(rng.integers(4, 24))] = rng.uniform(5, 60)
    return Image.fromarray(np.clip(scan, 0, 255).astype(np.uint8))


def as_jpeg(pixels: NDArray[np.floating], rng: np.random.Generator) -> Image.Image:
    """Return the picture (H, W) or (H, W, 3) of 0 to 255 as a JPEG of a quality of 50 to 95 shows it."""
    buffer = io.BytesIO()
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    picture.save(buffer, "JPEG", quality=int(rng.integers(50, 96)))
    return Image.open(buffer)


def transparent(ink: Ink, colour: Colour) -> Image.Image:
    """Return the drawing in one colour on nothing."""
    rgba = np.empty((*ink.shape, 4), dtype=np.uint8)
    rgba[:, :, :3] = colour
    rgba[:, :, 3] = np.rint(ink * 255)
    return Image.fromarray(rgba)


def enlarged(ink: Ink, longest: int) -> Image.Image:
    """Return the drawing as dark ink on a huge white picture."""
    grey = Image.fromarray(np.rint(255 * (1 - ink)).astype(np.uint8))
    return grey.resize((longest, longest), Image.Resampling.BICUBIC)


def blanks(rng: np.random.Generator, count: int) -> Sequence[Image.Image]:
    """Return pictures of nothing: even, uneven and grainy paper, grey and coloured."""
    made = []
    for i in range(count):
        paper = np.array(rng.uniform(20, 250, 3)) if i % 2 else np.full(3, rng.uniform(0, 255))
        light = 1 - (i % 3 > 0) * rng.uniform(0, 0.4) * np.indices((240, 320))[1] / 320
        noise = (i % 4 > 0) * rng.normal(0, rng.uniform(0.5, 5), (240, 320, 3))
        made.append(as_jpeg(paper * light[:, :, None] + noise, rng))
    return made
