"""Labelled images as arrays: what every dataset becomes, whatever it came as."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.datasets.catalog import DatasetSpec

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ImageData:
    """A dataset in memory maps: processes share the pages, and writing to them never reaches the disk.

    The images are uint8, shape (N, C, H, W); the labels int64, shape (N,), 0 <= label < spec.n_classes. `spec`
    carries the true sizes, mean and std of these arrays. `fingerprint` changes with the content. `notes` tells, in
    sentences, what had to be repaired on the way. `validation_images` are those that the dataset itself sets aside,
    which are never trained on nor counted as test images; most datasets have none.
    """

    spec: DatasetSpec
    train_images: Images
    train_labels: Labels
    test_images: Images
    test_labels: Labels
    fingerprint: str
    notes: tuple[str, ...] = ()
    validation_images: Images = field(default_factory=lambda: np.empty(0, np.uint8))
    validation_labels: Labels = field(default_factory=lambda: np.empty(0, np.int64))

    def __post_init__(self) -> None:
        if not len(self.validation_labels):
            none = np.empty((0, *self.spec.image_shape), np.uint8)
            object.__setattr__(self, "validation_images", none)  # the instance is frozen


ARRAY_NAMES = ("train_images", "train_labels", "test_images", "test_labels")  # of every dataset
VALIDATION_NAMES = ("validation_images", "validation_labels")  # beside them, where there are any
SPLITS = ("train", "validation", "test")


def level_counts(images: Images) -> NDArray[np.int64]:
    """Return how often each of the 256 levels occurs per channel, int64 (C, 256), for images (N, C, H, W)."""
    counts = np.zeros((images.shape[1], 256), np.int64)
    for start in range(0, len(images), 4096):  # bincount widens to int64: keep that small
        block = images[start : start + 4096]
        for channel in range(images.shape[1]):
            counts[channel] += np.bincount(block[:, channel].reshape(-1), minlength=256)
    return counts


def channel_moments(counts: NDArray[np.int64]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return (mean, std) per channel, pixels scaled to [0, 1], of `level_counts`; zeros where it is empty.

    In whole numbers to the last division, so it is exact where a float sum over millions of pixels is not.
    """
    means, stds = [], []
    levels = np.arange(256)
    for channel in counts:
        n, total, squares = (int(channel @ power) for power in (levels**0, levels, levels**2))
        means.append(total / n / 255 if n else 0.0)
        stds.append((squares * n - total * total) ** 0.5 / n / 255 if n else 0.0)
    return tuple(means), tuple(stds)
