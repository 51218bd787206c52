"""Which images that somebody adds are trained on, which are for validation and which for testing."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.datasets.image_data import SPLITS, Labels

TEST_EVERY: Final = 5


def check_splits(splits: Sequence[str] | None, count: int) -> None:
    """Raise ValueError unless there is one of SPLITS for each of `count` images, or none is given."""
    if splits is None:
        return
    if strange := {*splits} - {*SPLITS}:
        raise ValueError(f"a split is one of {SPLITS}, got {sorted(strange)}")  # not said: for programmers
    if len(splits) != count:
        raise ValueError(
            f"{count} images need {count} splits, got {len(splits)}"
        )  # not said: for programmers


def splits_of(there: Labels, labels: Labels, n_classes: int) -> NDArray[np.str_]:
    """Return the split of each new image: of each class the 2nd, 7th, 12th... is for testing."""
    counts = np.bincount(there, minlength=n_classes)
    splits = []
    for label in labels:
        splits.append("test" if counts[label] % TEST_EVERY == 1 else "train")
        counts[label] += 1
    return np.array(splits)
