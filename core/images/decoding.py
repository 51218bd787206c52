"""Uploaded bytes to an upright PIL image, or one sentence that says why not. Its memory is known before it is
decoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from core.i18n.translation import _
from core.picture_files.by_bands import by_bands, highest_level, levels_of
from core.picture_files.decoding import (
    Damaged,
    DecodersBusy,
    NotAPicture,
    decode,
    decoded_bytes,
    decoder,
    has_several,
    opened,
    turn_upright,
)

MOST_SIDE_PX: Final = 100_000
_SEVERAL_ARE_FINE: Final = ("MPO", "TIFF")
"""A JPEG with a second picture behind it, as many phones write them, and pages of a scan: the first one
counts.
"""


class ImageError(ValueError):
    """An image cannot be used; its text is one sentence for the person who chose the file."""


class EmptyFileError(ImageError):
    """The file has no bytes."""


class NotAnImageError(ImageError):
    """The bytes are no image of a kind that is read here."""


class TooLargeError(ImageError):
    """More bytes than the limits allow, in the file or once decoded."""


class BusyError(ImageError):
    """Others' pictures are being decoded."""


class DamagedImageError(ImageError):
    """The image starts well and then ends too early or is damaged."""


class AnimatedImageError(ImageError):
    """Several pictures in one file."""


@dataclass(frozen=True)
class Limits:
    """Largest upload: `max_bytes` of the file, `max_decoded_bytes` in memory, `max_side_px` of the image
    returned.
    """

    max_bytes: int = 25_000_000
    max_decoded_bytes: int = 100_000_000
    max_side_px: int = 1600

    def __post_init__(self) -> None:
        if min(self.max_bytes, self.max_decoded_bytes, self.max_side_px) <= 0:
            raise ValueError(f"limits must be > 0, got {self}")


def read_image(content: bytes, limits: Limits | None = None) -> Image.Image:
    """Return the image in `content` upright (EXIF), mode L, RGB or RGBA, its longer side at most
    `max_side_px`.

    Raises: EmptyFileError, TooLargeError, NotAnImageError, AnimatedImageError, DamagedImageError or BusyError,
    all ImageError.
    """
    allowed = limits or Limits()
    if not content:
        raise EmptyFileError(_("This file is empty. Choose one with a picture in it."))
    check_size(len(content), allowed)
    try:
        with decoder():
            return _read(content, allowed)
    except NotAPicture:
        raise NotAnImageError(
            _("This file is not a picture that Inkling can read. Use PNG, JPEG, WebP or HEIC.")
        ) from None
    except Damaged:
        raise DamagedImageError(_("This picture is damaged or incomplete. Save or send it again.")) from None
    except DecodersBusy as busy:
        raise BusyError(str(busy)) from None


def check_size(size: int, allowed: Limits) -> None:
    """Raise TooLargeError for a file of more bytes than are allowed."""
    if size > allowed.max_bytes:
        raise TooLargeError(
            _(
                "This file is too large: its size is {size:size}, and the limit is {most:size}. Save a smaller "
                "version of the picture.",
                size=size, most=allowed.max_bytes,
            )
        )  # fmt: skip


def _read(content: bytes, allowed: Limits) -> Image.Image:
    image = opened(content)
    _check(image, allowed)
    decode(image)
    turn_upright(image)
    return _shrunk(_plain(image), allowed.max_side_px)


def _check(image: Image.Image, allowed: Limits) -> None:
    """Refuse what is beyond the limits; of a large JPEG, a draft is decoded.  Raises: ImageError."""
    width, height = full_size = image.size
    image.draft("L" if image.mode == "L" else "RGB", (allowed.max_side_px, allowed.max_side_px))
    size = decoded_bytes(image, full_size)
    if size > allowed.max_decoded_bytes:
        raise TooLargeError(
            _(
                "This picture has {width} × {height} pixels and would take {size:size} of memory, but at most "
                "{most:size} are allowed. Save a smaller version of it.",
                width=width, height=height, size=size, most=allowed.max_decoded_bytes,
            )
        )  # fmt: skip
    if max(full_size) > MOST_SIDE_PX:
        raise TooLargeError(
            _(
                "This picture has {width} × {height} pixels, but a side may have at most {most}. Save a smaller "
                "version of it.",
                width=width, height=height, most=MOST_SIDE_PX,
            )
        )  # fmt: skip
    if image.format not in _SEVERAL_ARE_FINE and has_several(image):
        raise AnimatedImageError(
            _("This file has several pictures, as animations do. Choose a still picture.")
        )


def _plain(image: Image.Image) -> Image.Image:
    """Return the image in mode L, RGB or RGBA, 16-bit and float greys scaled to 8 bits by their range.

    A camera or scanner with 10 or 12 bits writes them as 16: white is the largest number of so many bits.
    """
    if image.mode in ("L", "RGB", "RGBA"):
        return image
    if image.mode.startswith(("I", "F")):
        brightest = highest_level(image)
        top = max(brightest if brightest <= 1 else 2.0 ** np.ceil(np.log2(brightest + 1)) - 1, 1e-9)
        return by_bands(image, "L", lambda piece: _scaled(levels_of(piece), top))
    if image.mode == "1":
        return image.convert("L")
    transparent = "A" in image.getbands() or "a" in image.mode or "transparency" in image.info
    return image.convert("RGBA" if transparent else "RGB")


def _scaled(levels: np.ndarray, top: float) -> Image.Image:
    return Image.fromarray((np.clip(levels / top, 0, 1) * 255).astype(np.uint8))


def _shrunk(image: Image.Image, longest: int) -> Image.Image:
    if max(image.size) <= longest:
        return image
    scale = longest / max(image.size)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.BOX, reducing_gap=3.0)
