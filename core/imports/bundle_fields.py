"""The fields of a run bundle's manifest: each of its own type and within reason, or the bundle is refused."""

import math
from typing import Any, Final

from core.i18n.kept_sentences import from_kept, problem_of
from core.i18n.literal_text import text_problem
from core.i18n.translation import N_, _
from core.runs.errors import ImportRefused

LARGEST: Final = 10**12  # number in an event
MAX_SENTENCE: Final = 4000
_ODD: Final = N_("The bundle has a character that cannot be shown, {character}, in “{near}”.")


def refused(message: str) -> ImportRefused:
    return ImportRefused(message, _("Export it again as a run bundle from the Inkling that has the run."))


def list_field(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise refused(_("The bundle's “{field}” is not a list.", field=name))
    return value


def text_field(value: Any, length: int) -> str:
    """Return words of the bundle, at most `length` characters.  Raises: ImportRefused for what cannot be shown."""
    if not isinstance(value, str):
        raise refused(_("The bundle has “{value}” where text belongs.", value=str(value)[:40]))
    if problem := text_problem(_ODD, value, lines=True):
        raise ImportRefused(
            problem[0], _("Correct this in the Inkling that has the run, then export it again.")
        )
    return value[:length]


def sentence_field(value: Any) -> str:
    """Return a sentence as core.i18n.kept_sentences keeps it, or plain text as bundles of earlier versions have it."""
    if not isinstance(value, str) or from_kept(value) is value:
        return text_field(value, 500)
    if len(value) > MAX_SENTENCE or problem_of(value):
        raise refused(_("The bundle has a sentence that cannot be read: {text}.", text=value[:60]))
    text_field(from_kept(value), 500)  # refuses what is no text
    return from_kept(value)


def loss_field(value: Any) -> float:
    """Return the loss of an evaluation: any size, and no number at all for a run that was about to diverge."""
    if isinstance(value, float) and (value >= 0 or math.isnan(value)):
        return value
    return float(number_field(value, "loss"))


def number_field(value: Any, name: str, whole: bool = False) -> Any:
    is_number = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= LARGEST or not math.isfinite(value):
        told = _(
            "The bundle's “{field}” must be a number from 0 to {most}, not “{value}”.",
            field=name, most=LARGEST, value=str(value)[:40],
        )  # fmt: skip
        raise refused(told)
    return int(value) if whole else float(value)
