"""Names of files, folders and classes as the items of a list in a sentence."""

from collections.abc import Sequence
from typing import Final

from core.i18n.translation import _, ngettext

MOST_NAMED: Final = 5
_LONGEST: Final = 160  # letters of a name


def first_of(names: Sequence[str]) -> list[str]:
    """Return the first few names, and how many more there are."""
    shown = [str(name)[:_LONGEST] for name in names[:MOST_NAMED]]
    others = len(names) - MOST_NAMED
    return [*shown, ngettext("{n} more", "{n} more", others)] if others > 0 else shown


def quoted(names: Sequence[str]) -> list[str]:
    """Return the first few names, each in quotation marks, and how many more there are."""
    shown = first_of(names)
    return [*(_("“{name}”", name=name) for name in shown[:MOST_NAMED]), *shown[MOST_NAMED:]]
