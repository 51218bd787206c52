"""What will come of a dataset as it was understood: classes that are never tested, or outnumbered."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from core.dataset_import.names_in_words import first_of
from core.dataset_import.split_names import TEST, TRAIN
from core.i18n.translation import _, ngettext

UNEVEN: Final = 3  # times as many images


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
