"""Folders and files that are named after a split: train, Training, train_set, mnist_test, val2017, ..."""

import re
from typing import Final

from core.datasets.image_data import SPLITS

TRAIN, VALIDATION, TEST = SPLITS
LEFT_OUT: Final = "none"
"""What may be said of a folder besides: that it is of no split."""

_SPLIT_OF: Final = {
    **dict.fromkeys(
        ("train", "training", "trn", "tr", "trainset", "trainingset", "traindata", "learn"), TRAIN
    ),
    **dict.fromkeys(("valid", "validation", "val", "dev", "validate", "validset", "valset"), VALIDATION),
    **dict.fromkeys(
        ("test", "testing", "tst", "te", "testset", "testingset", "testdata", "t10k", "holdout"), TEST
    ),
}  # not said: names in files
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LETTERS: Final = re.compile(r"t10k|[^\W\d_]+", re.IGNORECASE)


def words_in(name: str) -> list[str]:
    """Return the words of a name in small letters: "trainImages-idx3" -> train, images, idx."""
    return [word.casefold() for word in _LETTERS.findall(_CAMEL.sub(" ", name))]


def split_of(name: str) -> str | None:
    """Return which split a folder or file is named after; None where it names none, or two."""
    found = {_SPLIT_OF[word] for word in words_in(name) if word in _SPLIT_OF}
    return found.pop() if len(found) == 1 else None
