"""What is allowed in a setting, and the sentences that refuse what is not: said when somebody reads them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.i18n.literal_text import visible_text
from core.i18n.translation import N_, Sentence, _

WHOLE_NUMBER: Final = N_("{field} must be a whole number from {low} to {high}, not “{value:text}”.")
NUMBER: Final = N_("{field} must be a number from {low} to {high}, not “{value:text}”.")
ONE_OF: Final = N_("{field} must be one of {options:list}, not “{value:text}”.")
SITES: Final = N_(
    "{field} must be sites such as https://school.example, separated by spaces, not “{value:text}”."
)
NOT_JSON: Final = N_("The settings must be a JSON object, not “{value:text}”.")
_SITE: Final = re.compile(r"https?://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:\d{1,5})?")
MOST_SHOWN: Final = 80  # characters of a value


@dataclass(frozen=True)
class Range:
    """Allowed numbers: low <= value <= high, whole numbers only if `integer`."""

    low: float
    high: float
    integer: bool = False

    def __str__(self) -> str:
        if self.integer:
            return _("a whole number from {low} to {high}", low=self.low, high=self.high)
        return _("a number from {low} to {high}", low=self.low, high=self.high)

    @property
    def refusal(self) -> str:
        """The sentence, yet to be said, that refuses another value; its limits are `low` and `high`."""
        return WHOLE_NUMBER if self.integer else NUMBER

    @property
    def limits(self) -> dict[str, float]:
        """The range as the values of a sentence."""
        return {"low": self.low, "high": self.high}


@dataclass(frozen=True)
class Sites:
    """Allowed lists of sites: scheme, host and port of each, with spaces or commas between."""

    refusal = SITES
    limits: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        return _("sites such as https://school.example, separated by spaces or commas")

    @staticmethod
    def read(text: str) -> str:
        """Return the sites with one space between, in small letters.  Raises: ValueError for what is none."""
        sites = [site.rstrip("/") for site in re.findall(r"[^\s,]+", text.lower())]
        if not all(map(_SITE.fullmatch, sites)):
            raise ValueError(text)
        return " ".join(sites)


@dataclass(frozen=True)
class FieldError:
    """One refused setting: which field, the value given, and what is allowed there.

    allowed: the whole sentence that says so, in English and marked by N_; it may name {field}, {value} and what
    `limits` holds.
    """

    field: str
    value: object
    allowed: str
    limits: Mapping[str, Any] | None = None

    def said(self, name: str = "") -> Sentence:
        """Return the sentence in the reader's language; the field is called `name`, or as RunConfig calls it.

        Scripts get RunConfig's name as well, as the value `setting`.
        """
        is_number = isinstance(self.value, (int, float))
        value = self.value if is_number else visible_text(str(self.value)[:MOST_SHOWN])
        setting = visible_text(self.field[:MOST_SHOWN])
        names = {"field": setting if name in ("", self.field) else name, "setting": setting}
        return _(self.allowed, **names, value=value, **(self.limits or {}))

    def __str__(self) -> str:
        return self.said()


class ConfigError(ValueError):
    """A configuration was refused; `errors` holds one FieldError for each refused field."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__(errors)
        self.errors = tuple(errors)

    def __str__(self) -> str:
        return " ".join(map(str, self.errors))
