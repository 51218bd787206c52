"""A config's view of a dataset: which images are learned from, which are held back, as uint8 tensors."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from core.config.dataset_fit import OWN_VALIDATION
from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.datasets.catalog import DatasetSpec
from core.datasets.image_data import Images, Labels
from core.datasets.splits import split_indices
from core.i18n.translation import _
from core.training.deskew_cache import deskew_cached

MIX_IN_SHARE = 0.1  # a mixed-in dataset is repeated until it makes up about this share of an epoch


@dataclass(frozen=True)
class TrainingData:
    """Images uint8 (N, C, H, W), labels int64 (N,), and the positions that a run learns from.

    `train_index` int64 (n,) points into `images`; `evaluation_index` too, where `evaluation_split` is
    "validation"; for "test" the test set is evaluated whole and `evaluation_index` is empty.
    `own_validation`: (images, labels) that the dataset itself sets aside, None where it does not: they are no part of
    `images`, so that nothing learns from them, and "validation" is they; `evaluation_index` is empty.
    """

    spec: DatasetSpec
    images: Tensor
    labels: Tensor
    train_index: Tensor
    evaluation_split: str
    evaluation_index: Tensor
    test_images: Tensor
    test_labels: Tensor
    own_validation: tuple[Tensor, Tensor] | None = None

    @property
    def train_count(self) -> int:
        """Number of images in one epoch."""
        return len(self.train_index)

    def split(self, name: str) -> tuple[Tensor, Tensor]:
        """Return (images, labels) of "train", "validation" or "test"; what is part of the training images is a copy."""
        if name == "test":
            return self.test_images, self.test_labels
        if name == "validation" and self.own_validation is not None:
            return self.own_validation
        index = self.train_index if name == "train" else self.evaluation_index
        return self.images.index_select(0, index), self.labels.index_select(0, index)


def training_data(config: RunConfig, data: ImageData, extra: ImageData | None = None) -> TrainingData:
    """Return what `config` learns from: its split of `data`, with `extra`'s training images mixed in.

    With `config.deskew` every image, the test set's too, is the deskewed one. A class that is left out has no images
    among those that are learned from; all others are those that would be learned from with it.

    Raises: ValueError when the split asks for more images than there are, or for others than the dataset's own
    validation images; when `extra` has another shape or more classes, or images in colour are to be deskewed.
    """
    data = as_learned(config, data)
    own = len(data.validation_labels)
    if own and config.validation_size not in (0, own):
        raise ValueError(_(OWN_VALIDATION, count=own, value=config.validation_size))
    held_out = 0 if own else config.validation_size
    split = split_indices(len(data.train_labels), config.train_size, held_out, config.seed)
    images, labels = torch.from_numpy(data.train_images), torch.from_numpy(data.train_labels)
    train_index = torch.from_numpy(split.train)
    if extra is not None:
        images, labels, train_index = _mixed(images, labels, train_index, data, as_learned(config, extra))
    if config.left_out_class >= 0:
        train_index = train_index[labels[train_index] != config.left_out_class]
    return TrainingData(
        spec=data.spec,
        images=images,
        labels=labels,
        train_index=train_index,
        evaluation_split="validation" if config.validation_size else "test",
        evaluation_index=torch.from_numpy(split.validation),
        test_images=torch.from_numpy(data.test_images),
        test_labels=torch.from_numpy(data.test_labels),
        own_validation=_tensors(data.validation_images, data.validation_labels) if own else None,
    )


def _tensors(images: Images, labels: Labels) -> tuple[Tensor, Tensor]:
    return torch.from_numpy(images), torch.from_numpy(labels)


def as_learned(config: RunConfig, data: ImageData) -> ImageData:
    """Return `data` with its images in the form that a run of `config` is shown: deskewed, or as they are.

    Raises: ValueError for images in colour that are to be deskewed.
    """
    if not config.deskew:
        return data
    own = len(data.validation_labels)  # most datasets have none: that is not worth importing what deskews
    return replace(
        data,
        train_images=deskew_cached(data.train_images),
        validation_images=deskew_cached(data.validation_images) if own else data.validation_images,
        test_images=deskew_cached(data.test_images),
    )


def _mixed(
    images: Tensor, labels: Tensor, train_index: Tensor, data: ImageData, extra: ImageData
) -> tuple[Tensor, Tensor, Tensor]:
    """Return images, labels and index with `extra` appended, repeated to about MIX_IN_SHARE of an epoch."""
    if extra.spec.image_shape != data.spec.image_shape or extra.spec.n_classes > data.spec.n_classes:
        raise ValueError(
            _(
                "{extra} cannot be added to {dataset}. It has images of {theirs:text} values in {n} classes; "
                "images of {ours:text} values in at most {most} classes are needed.",
                extra=extra.spec.title,
                dataset=data.spec.title,
                theirs=_size(extra.spec),
                ours=_size(data.spec),
                n=extra.spec.n_classes,
                most=data.spec.n_classes,
            )
        )
    count = len(extra.train_labels)
    if count == 0:
        return images, labels, train_index
    repeats = max(1, round(MIX_IN_SHARE * len(train_index) / count))
    appended = np.tile(np.arange(len(labels), len(labels) + count), repeats)
    return (
        torch.cat([images, torch.from_numpy(np.asarray(extra.train_images))]),
        torch.cat([labels, torch.from_numpy(np.asarray(extra.train_labels))]),
        torch.cat([train_index, torch.from_numpy(appended)]),
    )


def _size(spec: DatasetSpec) -> str:
    return " × ".join(map(str, spec.image_shape))


class BatchOrder:
    """The order in which images are learned: every epoch a new permutation from its own generator."""

    def __init__(self, train_index: Tensor, batch_size: int, seed: int) -> None:
        self._index = train_index
        self._batch_size = batch_size
        self._generator = torch.Generator().manual_seed(seed + 1)  # the split has seed itself
        self.epoch_state = self._generator.get_state()  # uint8, before this epoch's permutation
        self._batches = train_index.split(batch_size)
        self._epoch = -1

    @property
    def steps_per_epoch(self) -> int:
        """Number of batches in an epoch, the last short one included."""
        return -(-len(self._index) // self._batch_size)

    def batch(self, step: int) -> Tensor:
        """Return the positions int64 (<= batch_size,) of the batch that the update after `step` updates uses.

        Steps must be asked for in order, from 0 or from where `restore` left off.
        """
        epoch, position = divmod(step, self.steps_per_epoch)
        if epoch != self._epoch:
            self.epoch_state = self._generator.get_state()
            permutation = torch.randperm(len(self._index), generator=self._generator)
            self._batches = self._index.index_select(0, permutation).split(self._batch_size)  # views
            self._epoch = epoch
        return self._batches[position]

    def restore(self, epoch_state: Tensor, step: int) -> None:
        """Continue after `step` updates; `epoch_state` is what it was when they had been done."""
        self.epoch_state = epoch_state
        self._generator.set_state(epoch_state)
        if step and step % self.steps_per_epoch == 0:  # that epoch is over: its permutation has been drawn
            torch.randperm(len(self._index), generator=self._generator)
        self._epoch = -1
