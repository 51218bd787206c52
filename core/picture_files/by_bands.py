"""A large picture made into another a piece at a time, so that what is computed in floats never is the whole."""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from PIL import Image

_PIECE_PX: Final = 1_000_000


def by_bands(image: Image.Image, mode: str, made: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """Return the image of `mode` whose pieces are what `made` makes of the image's; each pixel by itself."""
    result = Image.new(mode, image.size)
    for box in _boxes(*image.size):
        result.paste(made(image.crop(box)), box)
    return result


def highest_level(image: Image.Image) -> float:
    """Return the largest number in an image of 16-bit, 32-bit or float greys; what is no number counts 0."""
    return max(float(levels_of(image.crop(box)).max()) for box in _boxes(*image.size))


def levels_of(image: Image.Image) -> np.ndarray:
    """Return a piece's greys as float64 (H, W), 0 for what is no number."""
    return np.nan_to_num(np.asarray(image, np.float64))


def _boxes(width: int, height: int) -> Iterator[tuple[int, int, int, int]]:
    across = min(width, _PIECE_PX)
    down = max(1, _PIECE_PX // across)
    for top in range(0, height, down):
        for left in range(0, width, across):
            yield left, top, min(left + across, width), min(top + down, height)
