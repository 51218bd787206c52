"""How fast a model breaks: its accuracy on one fixed subset against the strength of a damage."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.datasets.pixel_values import as_unit
from core.insight.corruptions import DAMAGES, Images
from core.insight.metrics import Interval, Labels, wilson

LogitsOf = Callable[[Images], NDArray]  # float32 images (n, C, H, W), pixels in [0, 1] -> logits (n, K)


@dataclass(frozen=True)
class Curve:
    """Accuracy against the strength of one damage: one 95% interval for each strength."""

    damage: str
    strengths: tuple[float, ...]
    accuracy: tuple[Interval, ...]

    @property
    def shares(self) -> tuple[float, ...]:
        """The accuracies, 0..1."""
        return tuple(interval.share for interval in self.accuracy)

    @property
    def half_gone(self) -> float | None:
        """The mildest strength tried that leaves less than half of the undamaged accuracy, or None."""
        neutral = DAMAGES[self.damage].neutral
        best = self.shares[int(np.argmin(np.abs(np.array(self.strengths) - neutral)))]
        broken = [s for s, share in zip(self.strengths, self.shares, strict=True) if share < best / 2]
        return min(broken, key=lambda s: abs(s - neutral), default=None)


def balanced_subset(labels: Labels, size: int, seed: int = 0) -> NDArray[np.int64]:
    """Return the indices of about `size` images in rising order, as many of each class as of another.

    The same labels, size and seed always give the same images, so that runs can be compared.
    """
    rng = np.random.default_rng(seed)
    classes = np.unique(labels)
    share = max(1, size // max(1, len(classes)))
    chosen = [rng.permutation(np.flatnonzero(labels == k))[:share] for k in classes]
    return np.sort(np.concatenate(chosen)) if chosen else np.zeros(0, np.int64)


def damaged_images(images: NDArray, damage: str, seed: int = 0) -> list[Images]:
    """Return images (N, C, H, W), uint8 or in [0, 1], at each strength of `damage` (a key of DAMAGES), in [0, 1].

    They are the same for every model that is shown them.
    """
    way, pixels = DAMAGES[damage], as_unit(images)
    return [way.apply(pixels, strength, seed) for strength in way.strengths]


def accuracy_curve(
    logits_of: LogitsOf,
    damaged: Sequence[Images],
    labels: Labels,
    damage: str,
    undamaged_logits: NDArray | None = None,
) -> Curve:
    """Return a model's accuracy on what `damaged_images` returned for images with these labels (N,).

    undamaged_logits: (N, K), the model's of the images as they are, where these are known already.
    """
    way, counts = DAMAGES[damage], []
    for strength, images in zip(way.strengths, damaged, strict=True):
        is_known = undamaged_logits is not None and strength == way.neutral
        logits = np.asarray(undamaged_logits if is_known else logits_of(images))
        counts.append(int((logits.argmax(axis=1) == labels).sum()))
    return Curve(damage, way.strengths, tuple(wilson(count, len(labels)) for count in counts))
