"""Is this a digit at all? How far an image is from everything in the training set, whatever the model says.

Each class of the training set spans a small flat space around its mean image (principal components, as in
eigenfaces: Turk and Pentland 1991). What of an image lies outside that space, compared with what does for
images of that class, is its distance to the class; the nearest class counts. Three more terms catch what the
distance does not: far too much or too little ink, too much grey between ink and paper, and a pen as wide as
the drawing (a filled box). The largest term counts. It judges images only, so that one detector serves every
model trained on the same, equally prepared images.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SIDE = 14
"""Images are averaged to SIDE x SIDE first: it ignores the noise of single pixels and keeps the detector
small.
"""
COMPONENTS = 20
LIMIT_QUANTILE = 0.995
"""A strangeness of 1 is where this share of the training images lies below, for each term."""
THICKEST_PEN_PX = 8.0
"""A pen this wide in a box of 20 leaves no strokes to see."""


@dataclass(frozen=True, eq=False)
class Detector:
    """What is kept of a training set of K classes, about 85 KB for ten: float16 where it is large.

    means (K, SIDE²) and bases (K, SIDE², COMPONENTS): each class's mean image and principal directions.
    typical (K,): mean squared distance of a class's own images. limits: the largest ordinary (distance, lack
    or excess of ink).
    """

    means: NDArray[np.float16]
    bases: NDArray[np.float16]
    typical: Floats
    ink: Floats
    ordinary: Floats
    limits: Floats


def fit_detector(images: NDArray[Any], labels: NDArray[np.integer]) -> Detector:
    """Return the detector of the training `images` (N, C, H, W) or (N, H, W), uint8 or in [0, 1], labels
    (N,).

    The images are as the model sees them: deskewed, if it is trained on deskewed ones. The same images give
    the same detector. Raises ValueError for a class with fewer images than there are components.
    """
    small = _small(images)
    classes = range(int(labels.max()) + 1)
    counts = np.bincount(labels, minlength=len(classes))
    if counts.min() <= COMPONENTS:
        raise ValueError(
            f"each class needs more than {COMPONENTS} images, class {counts.argmin()} has {counts.min()}"
        )  # not said: for programmers
    spaces = [_space(small[labels == k]) for k in classes]
    detector = Detector(
        means=np.stack([mean for mean, _ in spaces]).astype(np.float16),
        bases=np.stack([basis for _, basis in spaces]).astype(np.float16),
        typical=np.ones(len(spaces), dtype=np.float32),
        ink=np.array([np.median(small.mean(axis=1))], dtype=np.float32),
        ordinary=np.zeros(3, dtype=np.float32),
        limits=np.ones(3, dtype=np.float32),
    )
    outside = _outside(detector, small)
    typical = np.array([outside[labels == k, k].mean() for k in classes], dtype=np.float32)
    detector = replace(detector, typical=typical)
    terms = _terms(detector, images)
    return replace(
        detector,
        ordinary=np.median(terms, axis=1).astype(np.float32),
        limits=np.quantile(terms, LIMIT_QUANTILE, axis=1).astype(np.float32),
    )


def strangeness(
    detector: Detector, images: NDArray[Any], pen_px: NDArray[np.floating] | float = 0.0
) -> NDArray[np.float32]:
    """Return how strange each image is, (N,), >= 0: below 1 as the training set, above 1 "nothing like it".

    `images` as for `fit_detector`; `pen_px`: each drawing's own pen in a box of 20 (`PreprocessedImage.pen_px`), 0 if
    unknown.
    """
    terms = _terms(detector, images)
    ordinary, limits = detector.ordinary[:, None], detector.limits[:, None]
    excess = ((terms - ordinary) / np.maximum(limits - ordinary, 1e-6)).max(axis=0)
    return np.maximum(excess, np.asarray(pen_px, dtype=np.float32) / THICKEST_PEN_PX).astype(np.float32)


def _terms(detector: Detector, images: NDArray[Any]) -> Floats:
    """Return (3, N): the distance to the nearest class, how odd the amount of ink is, the share of grey."""
    small = _small(images)
    distance = (_outside(detector, small) / detector.typical).min(axis=1)
    return np.stack([distance, _odd_ink(detector, small), _grey(images)])


def _brightness(images: NDArray[Any]) -> Floats:
    """Return the images' brightness (N, H, W) in [0, 1], colours together."""
    grey = images.mean(axis=1) if images.ndim == 4 and images.shape[1] > 1 else images
    scale = np.float32(255 if images.dtype == np.uint8 else 1)
    return grey.reshape(len(images), *images.shape[-2:]).astype(np.float32) / scale


def _small(images: NDArray[Any]) -> Floats:
    """Return the images' brightness averaged to (N, SIDE²)."""
    grey = _brightness(images)
    N, H, W = grey.shape
    if min(H, W) < SIDE:
        raise ValueError(
            f"images of at least {SIDE} x {SIDE} pixels are needed, got {H} x {W}"
        )  # not said: for programmers
    rows, columns = (np.linspace(0, length, SIDE + 1).round().astype(int)[:-1] for length in (H, W))
    sums = np.add.reduceat(np.add.reduceat(grey, rows, axis=1), columns, axis=2)
    areas = np.outer(np.diff([*rows, H]), np.diff([*columns, W]))
    return (sums / areas).astype(np.float32).reshape(N, SIDE * SIDE)


def _space(images: Floats) -> tuple[Floats, Floats]:
    """Return the mean (D,) and the COMPONENTS directions of largest variance (D, COMPONENTS) of images (N,
    D).
    """
    mean = images.mean(axis=0)
    _, directions = np.linalg.eigh(np.cov(images.T))
    return mean, directions[:, ::-1][:, :COMPONENTS].astype(np.float32)


def _outside(detector: Detector, small: Floats) -> Floats:
    """Return the squared length of what lies outside each class's space, (N, K)."""
    columns = []
    for mean, basis in zip(detector.means.astype(np.float32), detector.bases.astype(np.float32), strict=True):
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
