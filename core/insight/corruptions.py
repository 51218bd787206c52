"""Ways to damage images, each with a strength: shift, rotation, scale, noise, blur, thickness, inversion.

All take float32 images (N, C, H, W) with pixels in [0, 1] and return the like; what comes in from outside
the frame is 0, the background of MNIST and Fashion-MNIST.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, radians, sin, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.i18n.translation import N_, _

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Images = NDArray[np.float32]
_SLANT = sqrt(0.5)
COMPASS = (
    (1, 0),
    (_SLANT, _SLANT),
    (0, 1),
    (-_SLANT, _SLANT),
    (-1, 0),
    (-_SLANT, -_SLANT),
    (0, -1),
    (_SLANT, -_SLANT),
)


@dataclass(frozen=True)
class Corruption:
    """One way to damage images.

    title, unit: what it and its strength are called in English; strengths: from mild to absurd; neutral: the
    strength that changes nothing.
    """

    name: str
    title: str
    unit: str
    strengths: tuple[float, ...]
    neutral: float
    apply: Callable[[Images, float, int], Images]

    @property
    def label(self) -> str:
        """What to call it."""
        return _(self.title)

    @property
    def axis(self) -> str:
        """The strength in words, with its unit."""
        return _(self.unit)


def shift(images: Images, strength_px: float, seed: int = 0) -> Images:
    """Return each image moved by `strength_px` pixels in one of eight directions, drawn for it from `seed`."""
    directions = np.random.default_rng(seed).integers(0, len(COMPASS), len(images))
    moved = np.empty_like(images)
    for number, (right, down) in enumerate(COMPASS):
        own = directions == number
        moved[own] = _resampled(images[own], np.eye(2), (-strength_px * right, -strength_px * down))
    return moved


def rotation(images: Images, strength_degrees: float, seed: int = 0) -> Images:  # noqa: ARG001
    """Return the images turned by `strength_degrees` about their centre, counter-clockwise if > 0."""
    angle = radians(strength_degrees)
    return _resampled(images, np.array([[cos(angle), -sin(angle)], [sin(angle), cos(angle)]]))


def scale(images: Images, strength: float, seed: int = 0) -> Images:  # noqa: ARG001
    """Return the images `strength` times as large about their centre.

    Raises: ValueError for a strength that is not > 0.
    """
    if not strength > 0:
        raise ValueError(f"scale must be > 0, got {strength}")  # not said: for programmers
    return _resampled(images, np.eye(2) / strength)


def noise(images: Images, strength: float, seed: int = 0) -> Images:
    """Return the images with normal noise of standard deviation `strength` added, cut to [0, 1]."""
    added = np.random.default_rng(seed).standard_normal(images.shape, np.float32) * np.float32(strength)
    return np.clip(images + added, 0, 1)


def blur(images: Images, strength_px: float, seed: int = 0) -> Images:  # noqa: ARG001
    """Return the images blurred by a Gaussian with a standard deviation of `strength_px` pixels."""
    from scipy.ndimage import gaussian_filter  # here: only two ways of damage need it

    return gaussian_filter(images, (0, 0, strength_px, strength_px), mode="constant")


def thickness(images: Images, strength_px: float, seed: int = 0) -> Images:  # noqa: ARG001
    """Return the images with strokes about `strength_px` pixels wider (> 0) or thinner (< 0) on each side.

    Grey dilation and erosion (Serra: Image analysis and mathematical morphology, 1982) by a plus of 3 x 3
    pixels, once for each whole pixel; a fraction is mixed from the two whole numbers around it.
    """
    whole, fraction = divmod(abs(strength_px), 1)
    before = _thickened(images, int(whole), strength_px > 0)
    if not fraction:
        return before
    after = _thickened(before, 1, strength_px > 0)
    return (1 - np.float32(fraction)) * before + np.float32(fraction) * after


def inversion(images: Images, strength: float, seed: int = 0) -> Images:  # noqa: ARG001
    """Return the images mixed with their negative: 0 leaves them, 0.5 is plain grey, 1 is black on white."""
    mix = np.float32(strength)
    return (1 - mix) * images + mix * (1 - images)


def _thickened(images: Images, times: int, wider: bool) -> Images:
    from scipy.ndimage import grey_dilation, grey_erosion

    plus = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], bool)[None, None]
    for _time in range(times):
        change = grey_dilation if wider else grey_erosion
        images = change(images, footprint=plus, mode="constant", cval=0.0)
    return images


def _resampled(
    images: Images, matrix: NDArray[np.float64], offset_px: tuple[float, float] = (0, 0)
) -> Images:
    """Return images (N, C, H, W) in which the pixel at (x, y) from the centre is read at matrix @ (x, y) + offset.

    Bilinear, 0 outside; x points right, y down, in pixels. All images share the map, so it is one sparse matrix.
    """
    N, C, H, W = images.shape
    reading = _reading_matrix(H, W, matrix, offset_px)
    return (reading @ images.reshape(N * C, H * W).T).T.reshape(images.shape).astype(np.float32)


def _reading_matrix(H: int, W: int, matrix: NDArray[np.float64], offset_px: tuple[float, float]) -> csr_array:
    """Return the sparse (H*W, H*W) matrix that takes each new pixel from the four old ones around its source."""
    from scipy.sparse import csr_array  # here: only moving images needs it

    rows, columns = np.mgrid[0:H, 0:W].reshape(2, -1)
    centre = np.array([[(W - 1) / 2], [(H - 1) / 2]])
    x, y = matrix @ (np.stack([columns, rows]) - centre) + np.array(offset_px)[:, None] + centre
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    entries = []
    for column, row in ((left, top), (left + 1, top), (left, top + 1), (left + 1, top + 1)):
        weight = (1 - np.abs(x - column)) * (1 - np.abs(y - row))
        inside = (weight > 0) & (column >= 0) & (column < W) & (row >= 0) & (row < H)
        entries.append((weight[inside], np.flatnonzero(inside), (row * W + column)[inside]))
    values, targets, sources = (np.concatenate(parts) for parts in zip(*entries, strict=True))
    return csr_array((values.astype(np.float32), (targets, sources)), shape=(H * W, H * W))


_TURNS = (-90, -60, -45, -30, -15, 0, 15, 30, 45, 60, 90)
_SIZES = (0.3, 0.5, 0.7, 0.85, 1, 1.15, 1.3, 1.5, 2)
_PENS = (-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3)
_MIXES = (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1)

_ALL = (
    Corruption("shift", N_("Shift"), N_("pixels moved"), (0, 1, 2, 3, 4, 6, 8, 10), 0, shift),
    Corruption("rotation", N_("Rotation"), N_("degrees turned"), _TURNS, 0, rotation),
    Corruption("scale", N_("Scale"), N_("times its size"), _SIZES, 1, scale),
    Corruption(
        "noise",
        N_("Noise"),
        N_("noise strength, 1 is full brightness"),
        (0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1),
        0,
        noise,
    ),
    Corruption("blur", N_("Blur"), N_("blur radius in pixels"), (0, 0.5, 1, 1.5, 2, 3, 4, 6), 0, blur),
    Corruption("thickness", N_("Thickness"), N_("pixels added on each side"), _PENS, 0, thickness),
    Corruption(
        "inversion",
        N_("Inversion"),
        N_("how far inverted, 0 to 1"),
        _MIXES,
        0,
        inversion,
    ),
)

DAMAGES = {damage.name: damage for damage in _ALL}
