"""What a dataset has too little of, in words: the one place that the form, pages, exports and commands ask."""

from collections.abc import Sequence
from typing import Final

from core.datasets.catalog import DatasetSpec
from core.datasets.errors import NoTestImages
from core.i18n.translation import N_, Sentence, _, ngettext

NOTHING_TO_LEARN: Final = N_("“{title}” has no training images. Add some to it, or choose another dataset.")
NOTHING_TO_MIX_IN: Final = N_(
    "“{title}” has no training images that could be added. Add some to it, or choose another dataset."
)
MOST_NAMED: Final = 8  # classes in one sentence


def no_test_images(spec: DatasetSpec) -> NoTestImages:
    """Return the error for what needs test images where there are none."""
    return NoTestImages(
        _("“{title}” has no test images, so no test accuracy can be given.", title=spec.title),
        _("Add some to it. In a ZIP, they belong in a folder called “test”."),
    )


def never_tested(names: Sequence[str]) -> Sentence:
    """Return what is said of classes (one or more) that have no test images, beside figures of the others."""
    shown = list(names[:MOST_NAMED])
    if others := len(names) - len(shown):
        shown.append(ngettext("{n} more class", "{n} more classes", others))
    return ngettext(
        "{names:list} was never tested: it has no test images.",
        "{names:list} were never tested: they have no test images.",
        len(names),
        names=shown,
    )


def marked_untested(name: str) -> Sentence:
    """Return how a table names a class that has no test images."""
    return _("{name} (never tested)", name=name)


def changed_since_tested(spec: DatasetSpec) -> Sentence:
    """Return what is said of final scores whose images are not those that the dataset holds now."""
    return _("The test images of “{title}” have changed since this run was tested on them.", title=spec.title)


def changed_since_begun(spec: DatasetSpec) -> Sentence:
    """Return what is said of a split that is not the one that a run was trained on."""
    return _("The training images of “{title}” have changed since this run began.", title=spec.title)
