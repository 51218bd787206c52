"""Small datasets of one's own that lack something, and runs on them: empty, one-sided, changed since, gone.

The ZIP files are what people brought: two classes of 20 under `train/` alone, under `test/` alone, and one image each.
"""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import PurePosixPath
from typing import Final

import numpy as np
from PIL import Image

from core.config.run_config import RunConfig
from core.datasets import DatasetSpec, data_folder, dataset_spec, load
from core.datasets import user_datasets as own
from core.datasets.image_data import ARRAY_NAMES, VALIDATION_NAMES
from core.protocol.events import Event
from core.runs import Store
from core.training.loop import train
from tests.imports import CASES

SHAPE: Final = (1, 28, 28)
SMALL: Final = {"epochs": 2, "batch_size": 5, "hidden_sizes": (8,), "channels": (3, 3), "eval_every": 0}


def brought(name: str) -> DatasetSpec:
    """Return the dataset of the images in one of the files, each in the split of its folder, or else for training."""
    with zipfile.ZipFile(CASES / f"{name}.zip") as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".png"))
        images = np.stack([np.asarray(Image.open(archive.open(name)).convert("L")) for name in names])
    classes = [PurePosixPath(name).parts[-2] for name in names]
    splits = [
        split if (split := PurePosixPath(name).parts[0]) in ("train", "test") else "train" for name in names
    ]
    spec = own.create_own(name, sorted(set(classes)), SHAPE)
    return own.add_images(
        spec.name, images[:, None], [sorted(set(classes)).index(c) for c in classes], splits=splits
    )


def drawn(title: str, train: tuple[int, int], test: tuple[int, int] = (0, 0)) -> DatasetSpec:
    """Return a dataset of two classes with so many images of each to train on, and to test on."""
    spec = own.create_own(title, ["left", "right"], SHAPE)
    labels = np.concatenate([np.repeat(range(len(counts)), counts) for counts in (train, test)]).astype(int)
    splits = ["train"] * sum(train) + ["test"] * sum(test)
    if len(labels):
        own.add_images(spec.name, images_of(labels), labels, splits=splits)
    return dataset_spec(spec.name)


def images_of(labels: np.ndarray) -> np.ndarray:
    """Return an image for each label: a bar at its place, with some noise."""
    noise = np.random.default_rng(len(labels)).integers(0, 60, (len(labels), *SHAPE))
    for image, label in zip(noise, labels, strict=True):
        image[:, 4:24, 6 + 12 * (label % 2) : 10 + 12 * (label % 2)] += 180
    return noise.astype(np.uint8)


def emptied(name: str, *splits: str) -> None:
    """Remove every image of the splits, as somebody who removes one after the other."""
    for split in splits:
        for _image in range(len(getattr(load(name), f"{split}_labels"))):
            own.remove_image(name, split, 0)


SETS: Final[dict[str, Callable[[], DatasetSpec]]] = {  # what can be trained on
    "train-only": lambda: brought("train-only"),
    "one-each": lambda: brought("one-each"),
    "one image": lambda: drawn("One image", (1, 0)),
    "other classes": lambda: drawn("Trained on one class, tested on the other", (6, 0), (0, 6)),
    "one test image": lambda: drawn("One test image", (4, 4), (1, 0)),
    "two classes": lambda: drawn("Two classes", (8, 8), (30, 30)),
}


def _grow(name: str) -> None:
    labels = np.array([0, 1, 1])
    own.add_images(name, images_of(labels), labels, splits=["train", "test", "test"])


def _leave_one_class(name: str) -> None:
    """Write the dataset's record as no form does."""
    data = own.load_own(name, data_folder())
    names = (*ARRAY_NAMES, *VALIDATION_NAMES)
    arrays = {key: np.zeros_like(getattr(data, key)) for key in names}
    own._write(replace(data.spec, class_names=data.spec.class_names[:1]), data_folder(), arrays)


def _shrink(name: str) -> None:
    """Leave 40 images to test on, and fewer to train on than a run sets aside to validate on."""
    for split, gone in (("test", 20), ("train", 13)):
        for _image in range(gone):
            own.remove_image(name, split, 0)


CHANGES: Final[dict[str, Callable[[str], object]]] = {  # what happens to a dataset after a run on it
    "grown": _grow,
    "shrunk": _shrink,
    "no training images": lambda name: emptied(name, "train"),
    "no test images": lambda name: emptied(name, "test"),
    "no images": lambda name: emptied(name, "train", "test"),
    "one class": _leave_one_class,
    "deleted": own.delete_own,
}


def run_on(store: Store, spec: DatasetSpec, **settings: object) -> str:
    """Return the id of a run that was trained on the dataset."""
    config = RunConfig(**{**SMALL, "dataset": spec.name, **settings})  # type: ignore[arg-type]
    return store.add_finished_run(config, said_on(config), name=f"{config.model} on {spec.title}")


@cache
def said_on(config: RunConfig) -> tuple[Event, ...]:
    """Return what a run says."""
    return tuple(train(load(config.dataset), config, threads=1))
