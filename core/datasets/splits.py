"""The one place where training images are divided into train and validation."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.i18n.translation import _


@dataclass(frozen=True, eq=False)
class Split:
    """Positions of training images, int64: `train` in the order of first use, `validation` apart from it."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]


def split_indices(n_train: int, train_size: int, validation_size: int, seed: int) -> Split:
    """Return which of `n_train` images are trained on and which are kept for validation.

    With both sizes 0 all images in file order. Else one `torch.randperm` seeded by `seed`: its first
    `validation_size` entries are the validation set, the next `train_size` (0 = all the rest) the training
    set; so the validation set does not change with `train_size`.
    A dataset with validation images of its own sets none of these aside: `core.training.data` asks for 0 then.
    Of no images the split is empty, whatever it was to be. Raises: ValueError, for people to read, naming the value
    and its range if a size is negative or more is asked than there is.
    """
    if not n_train:
        return Split(np.empty(0, np.int64), np.empty(0, np.int64))
    if not 0 <= validation_size <= n_train - 1:
        raise ValueError(
            _(
                "The number of validation images must be from 0 to {most}, not {given}: at least one image must be "
                "left to train on.",
                most=n_train - 1, given=validation_size,
            )
        )  # fmt: skip
    if not 0 <= train_size <= n_train - validation_size:
        raise ValueError(
            _(
                "The number of training images must be from 0 to {most}, not {given}: of {total} images, {held_out} "
                "are for validation.",
                most=n_train - validation_size, given=train_size, total=n_train, held_out=validation_size,
            )
        )  # fmt: skip
    if train_size == 0 and validation_size == 0:
        return Split(np.arange(n_train), np.empty(0, np.int64))
    order = torch.randperm(n_train, generator=torch.Generator().manual_seed(seed)).numpy()
    end = validation_size + train_size if train_size else n_train
    return Split(order[validation_size:end], order[:validation_size])


def sizes_within(n_train: int, n_own: int, train_size: int, validation_size: int) -> tuple[int, int]:
    """Return the sizes cut down to what `n_train` images allow: to look at a dataset that was larger once.

    n_own: how many validation images the dataset has of its own: they are the ones, or none are.
    """
    if n_own:
        return min(train_size, n_train), n_own if validation_size else 0
    validation_size = min(validation_size, max(n_train - 1, 0))
    return min(train_size, n_train - validation_size), validation_size
