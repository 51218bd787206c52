"""Numbers as people type them: one comma or one point is the decimal mark, in every language."""

import re
from decimal import Decimal
from typing import Final

from core.i18n.reader import locale
from core.i18n.translation import N_

_NUMBER: Final = re.compile(r"[-+]?(\d+[.,]?\d*|[.,]\d+)(e[-+]?\d+)?", re.IGNORECASE)
_THOUSANDS: Final = re.compile(r"[-+]?[1-9]\d{0,2}[.,]\d{3}")  # a thousand to one reader, one to another


TWO_MARKS: Final = N_(
    "{field} must have at most one decimal point or comma, as in 0.001 or 0,001, not “{value:text}”."
)
TWO_WAYS: Final = N_(
    "{field} is ambiguous: “{value:text}” can be read in two ways. Write {more:text} or {less:text}."
)
ONE_WAY: Final = N_(
    "{field} is ambiguous: “{value:text}” can be read in two ways. Write {number:text} instead."
)
NO_NUMBER: Final = N_("{field} must be a number, such as 0.5 or 1e-3, not “{value:text}”.")


class NumberRefused(ValueError):  # noqa: N818 - the name says what happened
    """A text is no number, or could be two.

    sentence: what says so, marked by N_, with {field} and {value} to be filled in; readings: the numbers it could be.
    """

    def __init__(self, sentence: str, readings: tuple[float, ...] = ()) -> None:
        super().__init__(sentence)
        self.sentence, self.readings = sentence, readings


def parse_number(text: str) -> float:
    """Return the number that was typed: "0,001" and "0.001" are a thousandth, "1e-3" is, too.

    Raises: NumberRefused for what is none, for two marks, and for what reads as thousands to some: "1,000".
    """
    typed = text.strip().replace("−", "-").replace("٫", ".")
    if len(re.findall("[.,]", typed)) > 1:
        raise NumberRefused(TWO_MARKS)
    if _THOUSANDS.fullmatch(typed):
        whole, decimals = re.split("[.,]", typed)
        raise NumberRefused(TWO_WAYS, (float(whole + decimals), float(f"{whole}.{decimals}")))
    if not _NUMBER.fullmatch(typed):
        raise NumberRefused(NO_NUMBER)
    return float(typed.replace(",", "."))


def typed_number(value: float) -> str:
    """Return a number as its reader would type it, for a field to begin with; `parse_number` gives it back exactly."""
    digits = f"{Decimal(repr(float(value))):f}"
    if digits.endswith(".0"):
        digits = digits[:-2]
    text = digits.replace(".", locale().number_symbols["latn"]["decimal"])
    return f"{text}0" if _THOUSANDS.fullmatch(text) else text
