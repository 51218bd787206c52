"""What will come of a dataset as it was understood: classes that are never tested, or outnumbered."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from core.dataset_import.names_in_words import first_of
from core.dataset_import.split_names import TEST, TRAIN
from core.datasets.image_data import Images
from core.i18n.translation import _, ngettext

UNEVEN: Final = 3  # times as many images
NEARLY_BLACK: Final = 64  # of 255: the brightest level of all
_ON_PAPER: Final = 0.75  # of pictures that are dark on light


def warnings_about(names: Sequence[str], counts: Mapping[str, Sequence[int]]) -> Iterator[str]:
    """Yield a sentence for each thing that whoever brings the dataset should know before it is made."""
    train, test = counts[TRAIN], counts[TEST]
    untested = [name for name, n in zip(names, test, strict=True) if not n]
    if len(untested) == len(names):
        yield _(
            "No class will ever be tested: each needs at least two images, one to learn from and one to test."
        )
    elif untested:
        yield ngettext(
            "{names:list} will never be tested: it has no test images.",
            "{names:list} will never be tested: they have no test images.",
            len(untested),
            names=first_of(untested),
        )
    if unlearned := [name for name, n in zip(names, train, strict=True) if not n]:
        yield ngettext(
            "{names:list} will never be learned: it has no training images.",
            "{names:list} will never be learned: they have no training images.",
            len(unlearned),
            names=first_of(unlearned),
        )
    most, least = max(train), min(n for n in train if n)
    if most > UNEVEN * least:
        yield _(
            "The classes are uneven: {largest} has {most} training images, {smallest} has {least}. A model tends to "
            "answer with the larger ones.",
            largest=names[train.index(most)],
            smallest=names[train.index(least)],
            most=most,
            least=least,
        )


def leak_warning(images: Images, splits: Sequence[str]) -> Iterator[str]:
    """Yield a sentence if images to learn from are there for testing as well."""
    marks = [hash(image.tobytes()) for image in images]
    known = {mark for mark, split in zip(marks, splits, strict=True) if split == TRAIN}
    tested = [mark for mark, split in zip(marks, splits, strict=True) if split == TEST]
    if again := sum(mark in known for mark in tested):
        yield ngettext(
            "{n} of {total} test images is a training image, too: what it tells of a model is too good.",
            "{n} of {total} test images are training images, too: what they tell of a model is too good.",
            again,
            total=len(tested),
        )


def level_warnings(images: Images) -> Iterator[str]:
    """Yield what is odd about the levels of images (N, C, H, W)."""
    if (brightest := int(images.max(initial=0))) < NEARLY_BLACK:
        yield _(
            "The images are nearly black: their brightest level is {level} of 255. Bring them as levels from 0 to 255.",
            level=brightest,
        )


def are_dark_on_light(images: Images) -> bool:
    """Return whether grey images (N, 1, H, W) are dark on light, as writing on paper is and MNIST's is not."""
    if images.shape[1] != 1:
        return False
    grey = images[:, 0]
    border = np.concatenate([grey[:, 0], grey[:, -1], grey[:, :, 0], grey[:, :, -1]], axis=1)
    darkest, lightest = np.percentile(grey.reshape(len(grey), -1), [2, 98], axis=1)
    paper = np.median(border, axis=1)
    return bool((paper - darkest > lightest - paper).mean() >= _ON_PAPER)
