"""Is this a digit at all? How far an image is from everything in the training set, whatever the model says.

Each class of the training set spans a small flat space around its mean image (principal components, as in
eigenfaces: Turk and Pentland 1991). What of an image lies outside that space, compared with what does for
images of that class, is its distance to the class; the nearest class counts. Three more terms catch what the
distance does not: far too much or too little ink, too much grey between ink and paper, and a pen as wide as
the drawing (a filled box). The largest term counts. It judges images only, so that one detector serves every
model trained on the same, equally prepared images.

How finely it looks is a `Grain`. COARSE is quick to fit, to any dataset, when it is first needed. FINE is for digits:
its file comes with Inkling (`core.pretrained.digit_detector`), fitted to more than one way of writing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Grain:
    """How finely a detector looks.

    Images are blurred by `blur_px` and averaged to side x side, which ignores the noise of single pixels; each space
    has `components` directions. A strangeness of 1 is where these shares of the training images lie below: `distances`
    for the distance, `others` for each other term. `unit`: which quantile of a space's own distances is its unit, None
    for their mean. `is_held_out`: distances of training images are measured from spaces of the other half of them,
    since among a few dozen an image is never far from the space that it has made itself. `is_upright`: the images must
    be deskewed, whatever the model that is asked has learned from. `unusual_above`: what is stranger is unusual if two
    models doubt it, too.
    """

    side: int
    components: int
    blur_px: float = 0.0
    distances: float = 0.995
    others: float = 0.995
    unit: float | None = None
    is_held_out: bool = False
    is_upright: bool = False
    unusual_above: float = 0.55


COARSE = Grain(14, 20, is_held_out=True)
# Not held out: each class has hundreds of images or more, and its file and published rates were measured so.
FINE = Grain(
    *(28, 40), blur_px=0.7, distances=0.9875, others=0.9995, unit=0.98, is_upright=True, unusual_above=0.7
)
THICKEST_PEN_PX = 8.0
"""A pen this wide in a box of 20 leaves no strokes to see."""


@dataclass(frozen=True, eq=False)
class Detector:
    """What is kept of a training set of K classes, about 85 KB for ten where coarse: float16 where it is large.

    means (K, side²) and bases (K, side², components): each class's mean image and principal directions. typical (K,):
    the unit of squared distance to it. limits: the largest ordinary (distance, oddity of ink, share of grey).
    """

    means: NDArray[np.float16] | Floats
    bases: NDArray[np.float16] | Floats
    typical: Floats
    ink: Floats
    ordinary: Floats
    limits: Floats
    grain: Grain = COARSE


def fit_detector(images: NDArray[Any], labels: NDArray[np.integer], grain: Grain = COARSE) -> Detector:
    """Return the detector of the training `images` (N, C, H, W) or (N, H, W), uint8 or in [0, 1], labels
    (N,).

    The images are as the model sees them: deskewed, if it is trained on deskewed ones. The same images give
    the same detector. Raises ValueError for a class with fewer images than there are components.
    """
    small = _small(images, grain)
    classes = range(int(labels.max()) + 1)
    counts = np.bincount(labels, minlength=len(classes))
    if counts.min() <= grain.components:
        raise ValueError(
            f"each class needs more than {grain.components} images, class {counts.argmin()} has {counts.min()}"
        )  # not said: for programmers
    detector = _spanned(small, labels, grain)
    outside = _outside_others(small, labels, grain) if grain.is_held_out else _outside(detector, small)
    # Of copies of one image nothing is outside: a unit is at least one grey level everywhere.
    finest = small.shape[1] / 255**2
    typical = [max(_typical(outside[labels == k, k], grain.unit), finest) for k in classes]
    detector = replace(detector, typical=np.array(typical, dtype=np.float32))
    terms = _terms(detector, small, outside, images)
    shares = (grain.distances, grain.others, grain.others)
    limits = [np.quantile(term, share) for term, share in zip(terms, shares, strict=True)]
    ordinary = np.median(terms, axis=1).astype(np.float32)
    return replace(detector, ordinary=ordinary, limits=np.array(limits, dtype=np.float32))


def _spanned(small: Floats, labels: NDArray[np.integer], grain: Grain) -> Detector:
    """Return the classes' spaces, with units and limits of 1."""
    spaces = [_space(small[labels == k], grain.components) for k in range(int(labels.max()) + 1)]
    return Detector(
        means=np.stack([mean for mean, _ in spaces]).astype(np.float16),
        bases=np.stack([basis for _, basis in spaces]).astype(np.float16),
        typical=np.ones(len(spaces), dtype=np.float32),
        ink=np.array([np.median(small.mean(axis=1))], dtype=np.float32),
        ordinary=np.zeros(3, dtype=np.float32),
        limits=np.ones(3, dtype=np.float32),
        grain=grain,
    )


def _outside_others(small: Floats, labels: NDArray[np.integer], grain: Grain) -> Floats:
    """Return `_outside` of each image for the spaces of the half that it is not in: every second of a class, (N, K)."""
    is_second = np.zeros(len(labels), dtype=bool)
    for k in range(int(labels.max()) + 1):
        is_second[np.flatnonzero(labels == k)[1::2]] = True
    outside = np.empty((len(labels), int(labels.max()) + 1), dtype=np.float32)
    for half in (is_second, ~is_second):
        outside[half] = _outside(_spanned(small[~half], labels[~half], grain), small[half])
    return outside


def _typical(distances: Floats, quantile: float | None) -> float:
    return float(distances.mean() if quantile is None else np.quantile(distances, quantile))


def strangeness(
    detector: Detector, images: NDArray[Any], pen_px: NDArray[np.floating] | float = 0.0
) -> NDArray[np.float32]:
    """Return how strange each image is, (N,), >= 0: below 1 as the training set, above 1 "nothing like it".

    `images` as for `fit_detector`; `pen_px`: each drawing's own pen in a box of 20 (`PreprocessedImage.pen_px`), 0 if
    unknown.
    """
    small = _small(images, detector.grain)
    terms = _terms(detector, small, _outside(detector, small), images)
    ordinary, limits = detector.ordinary[:, None], detector.limits[:, None]
    excess = ((terms - ordinary) / np.maximum(limits - ordinary, 1e-6)).max(axis=0)
    return np.maximum(excess, np.asarray(pen_px, dtype=np.float32) / THICKEST_PEN_PX).astype(np.float32)


def _terms(detector: Detector, small: Floats, outside: Floats, images: NDArray[Any]) -> Floats:
    """Return (3, N): the distance to the nearest class, how odd the amount of ink is, the share of grey."""
    distance = (outside / detector.typical).min(axis=1)
    return np.stack([distance, _odd_ink(detector, small), _grey(images)])


def _brightness(images: NDArray[Any]) -> Floats:
    """Return the images' brightness (N, H, W) in [0, 1], colours together."""
    grey = images.mean(axis=1) if images.ndim == 4 and images.shape[1] > 1 else images
    scale = np.float32(255 if images.dtype == np.uint8 else 1)
    return grey.reshape(len(images), *images.shape[-2:]).astype(np.float32) / scale


def _small(images: NDArray[Any], grain: Grain) -> Floats:
    """Return the images' brightness blurred and averaged to (N, side²)."""
    grey, side = _brightness(images), grain.side
    N, H, W = grey.shape
    if min(H, W) < side:
        raise ValueError(
            f"images of at least {side} x {side} pixels are needed, got {H} x {W}"
        )  # not said: for programmers
    if grain.blur_px:
        grey = ndimage.gaussian_filter(grey, (0, grain.blur_px, grain.blur_px))
    rows, columns = (np.linspace(0, length, side + 1).round().astype(int)[:-1] for length in (H, W))
    sums = np.add.reduceat(np.add.reduceat(grey, rows, axis=1), columns, axis=2)
    areas = np.outer(np.diff([*rows, H]), np.diff([*columns, W]))
    return (sums / areas).astype(np.float32).reshape(N, side * side)


def _space(images: Floats, components: int) -> tuple[Floats, Floats]:
    """Return the mean (D,) and the directions of largest variance (D, components) of images (N, D)."""
    mean = images.mean(axis=0)
    _, directions = np.linalg.eigh(np.cov(images.T))
    return mean, directions[:, ::-1][:, :components].astype(np.float32)


def _outside(detector: Detector, small: Floats) -> Floats:
    """Return the squared length of what lies outside each class's space, (N, K)."""
    columns = []
    means, bases = (array.astype(np.float32, copy=False) for array in (detector.means, detector.bases))
    for mean, basis in zip(means, bases, strict=True):
        away = small - mean
        columns.append((away**2).sum(axis=1) - ((away @ basis) ** 2).sum(axis=1))
    return np.maximum(np.stack(columns, axis=1), 0)


def _odd_ink(detector: Detector, small: Floats) -> Floats:
    """Return how many times more or less ink than the median each image has, as |log|, (N,)."""
    return np.abs(np.log((small.mean(axis=1) + 1e-3) / (detector.ink[0] + 1e-3))).astype(np.float32)


def _grey(images: NDArray[Any]) -> Floats:
    """Return how much of each image's brightness is neither ink nor paper, (N,): 0 for pure black and
    white.
    """
    brightness = _brightness(images)
    return (
        4
        * (brightness * (1 - brightness)).mean(axis=(1, 2))
        / (brightness.mean(axis=(1, 2)) + np.float32(1e-3))
    )
