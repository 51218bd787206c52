"""Pixels as the files hold them, 0 to 255, and as models see them, 0 to 1."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def as_unit(images: NDArray[Any]) -> NDArray[np.float32]:
    """Return images as contiguous float32 in [0, 1]; uint8 is divided by 255."""
    if images.dtype == np.uint8:
        return images.astype(np.float32) / np.float32(255)
    return np.ascontiguousarray(images, dtype=np.float32)


def as_uint8(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """Return pixels of any range as the nearest levels 0 to 255, what is beyond [0, 1] cut off."""
    return (255 * np.clip(pixels, 0, 1)).round().astype(np.uint8)
