"""What a dataset holds, in figures: pure functions of images and labels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.datasets.image_data import Images, Labels


@dataclass(frozen=True, eq=False)
class ClassImages:
    """Mean and standard deviation image of each class: float32 (K, C, H, W), pixels in [0, 1].

    A class without images has zeros in both.
    """

    mean: NDArray[np.float32]
    std: NDArray[np.float32]


def class_counts(labels: Labels, n_classes: int) -> NDArray[np.int64]:
    """Return how many images each class has, int64 (n_classes,)."""
    return np.bincount(labels, minlength=n_classes).astype(np.int64)


def names_without(labels: Labels, names: Sequence[str]) -> list[str]:
    """Return the classes, of these names, that have none of the images."""
    counts = class_counts(labels, len(names))
    return [name for name, count in zip(names, counts, strict=True) if not count]


def class_images(images: Images, labels: Labels, n_classes: int) -> ClassImages:
    """Return the mean and standard deviation image of each class of images (N, C, H, W), labels (N,).

    Summed in whole numbers class by class, so the order of the images does not matter.
    """
    shape = (n_classes, *images.shape[1:])
    totals, squares = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for label in range(n_classes):
        places = np.flatnonzero(labels == label)
        for start in range(0, len(places), 1024):
            block = images[places[start : start + 1024]].astype(np.uint32)  # 1024 * 255 ** 2 fits in uint32
            totals[label] += block.sum(axis=0, dtype=np.uint32)
            squares[label] += (block * block).sum(axis=0, dtype=np.uint32)
    n = np.maximum(class_counts(labels, n_classes), 1)[:, None, None, None]
    mean = totals / n
    variance = np.maximum(squares / n - mean * mean, 0.0)
    return ClassImages((mean / 255).astype(np.float32), (np.sqrt(variance) / 255).astype(np.float32))
