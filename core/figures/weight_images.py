"""Weights and images as small PNG pictures: native pixels, thin gutters, no text (that is the page's)."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from PIL import Image

from core.figures.palette import Theme, diverging_lut, palette, to_rgb
from core.i18n.number_format import listed, number
from core.i18n.translation import _, pgettext

LIVE_VALUES: Final = 12_000  # numbers in a live picture
LEVELS: Final = 15  # a weight is one of 2 * 15 + 1 shades: 10 images of 28x28 fit into 3 to 5 KB
_PAPER_SHADE: Final = 1  # the grey that is lent to the gutters; images show it as black
_STEP: Final = 10 ** (1 / 10)  # limits rise in steps of 26%, so that the scale seldom changes while training


def as_images(weights: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """Return weights (K, C*H*W) or (K, C, H, W) as float32 (K, C, H, W), shape = (C, H, W).

    Raises: ValueError where the numbers do not fit the shape.
    """
    C, H, W = shape
    if weights.size == 0 or weights.size % (C * H * W):
        raise ValueError(
            f"weights of shape {weights.shape} are no images of {C}x{H}x{W}"
        )  # not said: for programmers
    return np.ascontiguousarray(weights, np.float32).reshape(-1, C, H, W)


def tile_columns(count: int) -> int:
    """Return how many of `count` images stand in a row: five, fewer if there are fewer, eight beyond twenty."""
    return 8 if count > 20 else min(5, max(count, 1))


def live_floor(shape: tuple[int, int, int]) -> float:
    """Return the least limit of a live picture: 2.5 times the bound of PyTorch's initial weights.

    An untrained layer is uniform within 1 / sqrt(C*H*W); so it is pale noise, and learning brings the colour.
    """
    C, H, W = shape
    return float(f"{2.5 / (C * H * W) ** 0.5:.2g}")


def symmetric_limit(weights: np.ndarray) -> float:
    """Return a round L such that [-L, L] holds 99.5% of the weights; 1e-6 for weights that are all zero."""
    size = np.abs(weights[np.isfinite(weights)])
    bound = float(np.quantile(size, 0.995)) if size.size else 0.0
    if bound <= 1e-6:
        return 1e-6
    return float(f"{_STEP ** np.ceil(np.log(bound) / np.log(_STEP) - 1e-9):.2g}")


def quantise(weights: np.ndarray, limit: float) -> np.ndarray:
    """Return weights as int8 codes in [-15, 15], clipped at +-limit; what is not finite becomes 0."""
    places = np.nan_to_num(weights / limit * LEVELS, nan=0.0, posinf=LEVELS, neginf=-LEVELS)
    return np.rint(np.clip(places, -LEVELS, LEVELS)).astype(np.int8)


def halved(images: np.ndarray) -> np.ndarray:
    """Return images (K, C, H, W) at half the height and width, each pixel the mean of four."""
    K, C, H, W = images.shape
    return images[:, :, : H // 2 * 2, : W // 2 * 2].reshape(K, C, H // 2, 2, W // 2, 2).mean(axis=(3, 5))


def weight_tile(
    weights: np.ndarray,
    shape: tuple[int, int, int],
    *,
    theme: Theme,
    limit: float | None = None,
    columns: int = 5,
    scale: Literal["shared", "each"] = "shared",
    zoom: int = 1,
    gutter: int = 2,
) -> bytes:
    """Return K weight images side by side as a palette PNG, `columns` to a row, `zoom` pixels to a weight.

    Blue is against, red is for, the page's background is zero; scale "each" gives every image a limit of
    its own. Three channels are drawn as colours around mid-grey = 0: the picture that the class looks for.
    """
    images = as_images(weights, shape)
    if scale == "each":
        codes = np.stack([quantise(one, symmetric_limit(one)) for one in images])
    else:
        codes = quantise(images, symmetric_limit(images) if limit is None else limit)
    if shape[0] == 3:
        grey = np.rint(127.5 + codes * (127.5 / LEVELS)).astype(np.uint8)
        return _png(Image.fromarray(_sheet(grey.transpose(0, 2, 3, 1), columns, gutter, _paper(theme), zoom)))
    shades = (codes.astype(np.float32).mean(axis=1).round() + LEVELS).astype(np.uint8)
    sheet = Image.fromarray(_sheet(shades, columns, gutter, LEVELS, zoom)).convert("P")
    sheet.putpalette(_weight_palette(theme))
    return _png(sheet)


def _weight_palette(theme: Theme) -> list[int]:
    places = np.rint(128 + 127 * np.arange(-LEVELS, LEVELS + 1) / LEVELS).astype(int)
    return diverging_lut(theme)[places].ravel().tolist()


def image_strip(
    images: np.ndarray, *, columns: int | None = None, gutter: int = 2, zoom: int = 1, theme: Theme = "light"
) -> bytes:
    """Return images, uint8 (N, C, H, W), C = 1 or 3, as one PNG, `columns` to a row (default: one row).

    Raises: ValueError for images that are not uint8 with one or three channels.
    """
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[1] not in (1, 3):
        raise ValueError(
            f"images must be uint8 (N, 1 or 3, H, W), got {images.dtype} {images.shape}"
        )  # not said: for programmers
    columns = columns or max(len(images), 1)
    paper = _paper(theme)
    if images.shape[1] == 3:
        return _png(Image.fromarray(_sheet(images.transpose(0, 2, 3, 1), columns, gutter, paper, zoom)))
    shades = np.where(images[:, 0] == _PAPER_SHADE, 0, images[:, 0]).astype(np.uint8)
    palette = np.arange(256).repeat(3).reshape(256, 3)
    palette[_PAPER_SHADE] = paper
    sheet = Image.fromarray(_sheet(shades, columns, gutter, _PAPER_SHADE, zoom)).convert("P")
    sheet.putpalette(palette.ravel().tolist())
    return _png(sheet)


def data_uri(png: bytes) -> str:
    """Return `png` as a data URI, for an <img> that needs no request."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _paper(theme: Theme) -> np.ndarray:
    return np.array(to_rgb(palette(theme).paper), np.uint8)


def _sheet(images: np.ndarray, columns: int, gutter: int, fill: int | np.ndarray, zoom: int) -> np.ndarray:
    """Return images (N, H, W) or (N, H, W, 3) laid out in rows, `gutter` pixels of `fill` between them."""
    N, H, W = images.shape[:3]
    columns = min(columns, N) or 1
    rows = -(-N // columns)
    size = (rows * (H + gutter) - gutter, columns * (W + gutter) - gutter, *images.shape[3:])
    sheet = np.empty(size, np.uint8)
    sheet[...] = fill
    for i, image in enumerate(images):
        top, left = i // columns * (H + gutter), i % columns * (W + gutter)
        sheet[top : top + H, left : left + W] = image
    return sheet.repeat(zoom, axis=0).repeat(zoom, axis=1)


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def weights_sentence(labels: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Return (the alternative text of weight images, the values in it but for {step}), for a script to put together."""
    if len(labels) > 12:
        sentence = _(
            "{n} weight images at training step {step}; the first are {names}. Red speaks for, blue against."
        )
        return sentence, {"n": number(len(labels)), "names": listed(labels[:12])}
    sentence = _("Weight images at training step {step}: {names}. Red speaks for, blue against.")
    return sentence, {"names": listed(labels)}


@dataclass(frozen=True)
class WeightImages:
    """Weights to be shown as one image each: float32 (K, C*H*W) or (K, C, H, W), shape (C, H, W).

    `limit` fixes the symmetric scale (default: a round number that holds 99.5% of the weights, and never
    less than makes untrained weights pale). `classes`: the labels are classes and carry their colours.
    `max_values`: pictures of more numbers in all are halved in size, for a live view of colour weights.
    """

    weights: np.ndarray
    shape: tuple[int, int, int]
    labels: Sequence[str]
    step: int = 0
    limit: float | None = None
    classes: bool = True
    max_values: int | None = LIVE_VALUES

    def __post_init__(self) -> None:
        if len(self.labels) != len(self.weights):
            raise ValueError(
                f"{len(self.weights)} weight images need as many labels, got {len(self.labels)}"
            )  # not said: for programmers

    def scaled(self) -> tuple[np.ndarray, float]:
        """Return (images (K, C, H, W) at the size to be shown, the limit of their scale)."""
        images = as_images(self.weights, self.shape)
        while self.max_values is not None and images.size > self.max_values and min(images.shape[2:]) > 8:
            images = halved(images)
        if self.limit is not None:
            return images, self.limit
        return images, max(symmetric_limit(images), live_floor(self.shape))


def scale_ends(*, of_classes: bool = True) -> tuple[str, str]:
    """Return what the two ends of the diverging scale mean, blue first: for a class or against it, else the sign."""
    if not of_classes:
        return pgettext("end of a scale", "negative"), pgettext("end of a scale", "positive")
    return pgettext("end of a scale", "speaks against"), pgettext("end of a scale", "speaks for")
