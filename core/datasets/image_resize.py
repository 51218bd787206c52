"""One image file of any size, mode and orientation -> uint8 (C, H, W)."""

import io

import numpy as np
from PIL import Image, ImageOps

from core.datasets.image_data import Images
from core.i18n.translation import _


class Refused(ValueError):  # noqa: N818 - as in core.datasets.errors
    """An image cannot be used; str() is the reason in a sentence."""


def open_image(content: bytes, max_px: int) -> Image.Image:
    """Return the decoded image, upright. Its pixels are counted before it is decoded.

    Raises: Refused if it is no image, truncated, or has more than `max_px` pixels.
    """
    try:
        image = Image.open(io.BytesIO(content))
        width, height = image.size
        if width * height > max_px:
            raise Refused(
                _(
                    "It has {width} × {height} pixels, but at most {most} are allowed.",
                    width=width, height=height, most=max_px,
                )
            )  # fmt: skip
        image.load()
        return ImageOps.exif_transpose(image)
    except Refused:
        raise
    except (
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:  # Pillow's own, higher limit
        raise Refused(_("It has more than {most} pixels, which is the limit.", most=max_px)) from error
    except (
        Exception
    ) as error:  # why: Pillow's decoders raise OSError, SyntaxError, ValueError, struct.error...
        raise Refused(_("It is not an image that can be read.")) from error


def fit_image(image: Image.Image, shape: tuple[int, int, int]) -> Images:
    """Return the image as uint8 of `shape` (C, H, W), C 1 (grey) or 3, whole and with its proportions kept.

    What is transparent becomes white; the bands that keep the proportions take the border's median colour.
    An image that has the size already keeps its pixels.
    """
    channels, height, width = shape
    image = _opaque(image).convert("L" if channels == 1 else "RGB")
    if image.size != (width, height):
        scale = min(width / image.width, height / image.height)
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        inside = image.resize(size, Image.Resampling.LANCZOS if scale < 1 else Image.Resampling.BICUBIC)
        canvas = Image.new(image.mode, (width, height), _border_colour(image))
        canvas.paste(inside, ((width - size[0]) // 2, (height - size[1]) // 2))
        image = canvas
    pixels = np.asarray(image, np.uint8)
    return pixels[None] if channels == 1 else np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _opaque(image: Image.Image) -> Image.Image:
    """Return the image on white, in a mode of 8 bits."""
    if image.mode.startswith(("I", "F")):  # 16 and 32 bits: `convert` would clip them
        levels = np.asarray(image, np.float64)
        top = 65535 if image.mode.startswith("I;16") or levels.max() > 255 else 255
        return Image.fromarray((levels.clip(0, top) * (255 / top)).round().astype(np.uint8))
    if not image.has_transparency_data:
        return image
    ink = image.convert("RGBA")
    paper = Image.new("RGBA", ink.size, "white")
    return Image.alpha_composite(paper, ink)


def _border_colour(image: Image.Image) -> int | tuple[int, ...]:
    pixels = np.asarray(image)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    colour = np.median(border, axis=0)
    return int(colour) if image.mode == "L" else tuple(int(c) for c in colour)
