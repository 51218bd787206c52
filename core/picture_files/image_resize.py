"""One image file of any size, mode and orientation -> uint8 (C, H, W)."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.i18n.translation import _
from core.picture_files.by_bands import by_bands, highest_level, levels_of
from core.picture_files.decoding import (
    Damaged,
    NotAPicture,
    decode,
    decoded_bytes,
    opened,
    turn_upright,
)

_DRAFT_PX: Final = 1600


class Refused(ValueError):  # noqa: N818 - as in core.datasets.errors
    """An image cannot be used; str() is the reason in a sentence."""


def open_image(content: bytes, most_bytes: int) -> Image.Image:
    """Return the decoded image, upright. How much memory it takes is known before it is decoded.

    Raises: Refused if it is no image, truncated, or takes more than `most_bytes`.
    """
    image = open_header(content, most_bytes)
    try:
        decode(image)
    except Damaged as error:
        raise _no_image() from error
    turn_upright(image)
    return image


def open_header(content: bytes, most_bytes: int) -> Image.Image:
    """Return the image, not decoded yet.  Raises: Refused as `open_image` does."""
    try:
        image = opened(content)
    except (NotAPicture, Damaged) as error:
        raise _no_image() from error
    size, full_size = decoded_bytes(image), image.size
    if size > most_bytes:  # of a large JPEG a half, a quarter or an eighth can be decoded alone
        image.draft(None, (_DRAFT_PX, _DRAFT_PX))
        size = decoded_bytes(image, full_size)
    if size > most_bytes:
        width, height = full_size
        raise Refused(
            _(
                "It has {width} × {height} pixels and would take {size:size} of memory, but at most {most:size} are "
                "allowed.",
                width=width, height=height, size=size, most=most_bytes,
            )
        )  # fmt: skip
    return image


def _no_image() -> Refused:
    return Refused(_("It is not an image that can be read."))


def fit_image(image: Image.Image, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Return the image as uint8 of `shape` (C, H, W), C 1 (grey) or 3, whole and with its proportions kept.

    What is transparent becomes white; the bands that keep the proportions take the border's median colour.
    An image that has the size already keeps its pixels.
    """
    channels, height, width = shape
    mode = "L" if channels == 1 else "RGB"
    image = _opaque(image, "L" if image.mode in ("1", "L") or _has_deep_greys(image) else mode)
    if image.size != (width, height):
        scale = min(width / image.width, height / image.height)
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        inside = image.resize(size, Image.Resampling.LANCZOS if scale < 1 else Image.Resampling.BICUBIC)
        canvas = Image.new(image.mode, (width, height), _border_colour(image))
        canvas.paste(inside, ((width - size[0]) // 2, (height - size[1]) // 2))
        image = canvas
    pixels = np.asarray(
        image.convert(mode), np.uint8
    )  # greys get their colours here, where the image is small
    return pixels[None] if channels == 1 else np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _opaque(image: Image.Image, mode: str) -> Image.Image:
    """Return the image on white, in `mode`, L or RGB."""
    if image.mode == mode and not image.has_transparency_data:
        return image
    if _has_deep_greys(image):
        top = 65535 if image.mode.startswith("I;16") or highest_level(image) > 255 else 255
        return by_bands(image, mode, lambda piece: _scaled(levels_of(piece), top))
    return by_bands(image, mode, lambda piece: _on_white(piece).convert(mode))


def _has_deep_greys(image: Image.Image) -> bool:
    """Return whether the image has greys of 16 or 32 bits, which `convert` would clip."""
    return image.mode.startswith(("I", "F"))


def _scaled(levels: np.ndarray, top: int) -> Image.Image:
    return Image.fromarray((levels.clip(0, top) * (255 / top)).round().astype(np.uint8))


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image
    ink = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", ink.size, "white"), ink)


def _border_colour(image: Image.Image) -> int | tuple[int, ...]:
    width, height = image.size
    sides = [
        *((0, 0, width, 1), (0, height - 1, width, height)),
        *((0, 0, 1, height), (width - 1, 0, width, height)),
    ]
    border = [np.asarray(image.crop(side)).reshape(-1, len(image.getbands())) for side in sides]
    colour = np.median(np.concatenate(border), axis=0)
    return int(colour[0]) if image.mode == "L" else tuple(int(c) for c in colour)
