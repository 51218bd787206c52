"""Uploaded bytes to an upright PIL image, or one sentence that says why not. Sizes are checked before
decoding.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from core.i18n.translation import _

FORMATS = ("PNG", "JPEG", "WEBP", "HEIF", "BMP", "GIF", "TIFF")
"""What is opened; HEIF only where pillow-heif is installed."""
_SEVERAL_ARE_FINE = ("MPO", "TIFF")
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
    """More bytes or more pixels than the limits allow."""


class DamagedImageError(ImageError):
    """The image starts well and then ends too early or is damaged."""


class AnimatedImageError(ImageError):
    """Several pictures in one file."""


@dataclass(frozen=True)
class Limits:
    """Largest upload: `max_bytes` of the file, `max_pixels` once decoded, `max_side_px` of the image
    returned.
    """

    max_bytes: int = 25_000_000
    max_pixels: int = 64_000_000
    max_side_px: int = 1600

    def __post_init__(self) -> None:
        if min(self.max_bytes, self.max_pixels, self.max_side_px) <= 0:
            raise ValueError(f"limits must be > 0, got {self}")


def read_image(content: bytes, limits: Limits | None = None) -> Image.Image:
    """Return the image in `content` upright (EXIF), mode L, RGB or RGBA, its longer side at most
    `max_side_px`.

    Raises: EmptyFileError, TooLargeError, NotAnImageError, AnimatedImageError or DamagedImageError, all
    ImageError.
    """
    allowed = limits or Limits()
    if not content:
        raise EmptyFileError(_("This file is empty. Choose one with a picture in it."))
    if len(content) > allowed.max_bytes:
        raise TooLargeError(
            _(
                "This file is too large: its size is {size:size}, and the limit is {most:size}. Save a smaller "
                "version of the picture.",
                size=len(content), most=allowed.max_bytes,
            )
        )  # fmt: skip
    image = _opened(content)
    width, height = image.size
    if width * height > allowed.max_pixels:
        raise TooLargeError(
            _(
                "This picture has {width} × {height} pixels, but at most {most} are allowed. Save a smaller "
                "version of it.",
                width=width, height=height, most=allowed.max_pixels,
            )
        )  # fmt: skip
    if image.format not in _SEVERAL_ARE_FINE and getattr(image, "n_frames", 1) > 1:
        raise AnimatedImageError(
            _("This file has several pictures, as animations do. Choose a still picture.")
        )
    _decode(image, allowed)
    return _shrunk(_plain(ImageOps.exif_transpose(image)), allowed.max_side_px)


def _opened(content: bytes) -> Image.Image:
    """Return the image with its header read and nothing decoded."""
    formats = FORMATS if _learned_heic() else [kind for kind in FORMATS if kind != "HEIF"]
    try:
        return Image.open(io.BytesIO(content), formats=formats)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TooLargeError(
            _(
                "This picture has far more than {most} pixels, which is the limit. Save a smaller version of "
                "it.",
                most=Limits().max_pixels,
            )
        ) from None
    except UnidentifiedImageError:
        raise NotAnImageError(
            _("This file is not a picture that Inkling can read. Use PNG, JPEG, WebP or HEIC.")
        ) from None
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error):
        raise _damaged() from None


def _damaged() -> DamagedImageError:
    return DamagedImageError(_("This picture is damaged or incomplete. Save or send it again."))


def _decode(image: Image.Image, limits: Limits) -> None:
    image.draft(
        "RGB" if image.mode != "L" else "L", (limits.max_side_px, limits.max_side_px)
    )  # JPEG: 1/2, 1/4
    try:
        image.load()
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error, IndexError, MemoryError):
        raise _damaged() from None


def _learned_heic() -> bool:
    """Return whether Pillow reads HEIC, after teaching it once where pillow-heif is installed."""
    if "HEIF" not in Image.OPEN:
        try:
            from pillow_heif import register_heif_opener
        except ImportError:
            return False
        register_heif_opener()
    return True


def _plain(image: Image.Image) -> Image.Image:
    """Return the image in mode L, RGB or RGBA, 16-bit and float greys scaled to 8 bits by their range.

    A camera or scanner with 10 or 12 bits writes them as 16: white is the largest number of so many bits.
    """
    if image.mode in ("L", "RGB", "RGBA"):
        return image
    if image.mode.startswith(("I", "F")):
        grey = np.nan_to_num(np.asarray(image, dtype=np.float64))
        brightest = float(grey.max())
        top = brightest if brightest <= 1 else 2.0 ** np.ceil(np.log2(brightest + 1)) - 1
        return Image.fromarray((np.clip(grey / max(top, 1e-9), 0, 1) * 255).astype(np.uint8))
    if image.mode == "1":
        return image.convert("L")
    transparent = "A" in image.getbands() or "a" in image.mode or "transparency" in image.info
    return image.convert("RGBA" if transparent else "RGB")


def _shrunk(image: Image.Image, longest: int) -> Image.Image:
    if max(image.size) <= longest:
        return image
    scale = longest / max(image.size)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.BOX, reducing_gap=3.0)
