"""One setting as a person types it into a field; a URL or a command line writes it as `query_string` says."""

from typing import Any, Final

from core.config.app_settings import WIDEST, Settings
from core.config.query_string import parse_field
from core.config.run_config import ConfigError, FieldError, Range
from core.i18n.number_parse import ONE_WAY, NumberRefused, parse_number, typed_number

LISTS: Final = ("hidden_sizes", "channels")


def typed(value: object) -> str:
    """Return a setting's value as it stands in its field; `parse_typed` gives it back."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return typed_number(value) if isinstance(value, int | float) else str(value)


def parse_typed(name: str, text: str, settings: Settings = WIDEST) -> Any:
    """Return the value of setting `name` that was typed.

    settings: those of the installation whose limits hold.

    Raises: ConfigError naming field, value and what is allowed.
    """
    rule = settings.rule_of(name)
    if name in LISTS or not isinstance(rule, Range):
        return parse_field(name, text.replace(" ", "") if name in LISTS else text)
    return parse_in(rule, name, text)


def parse_in(rule: Range, name: str, text: str) -> float:
    """Return the number of the range that was typed, an int where the range is of whole numbers.

    Raises: ConfigError naming the field `name`, the value and what is allowed.
    """
    try:
        number = parse_number(text)
    except NumberRefused as refused:
        raise ConfigError([_refused(rule, name, text, refused)]) from None
    if not _is_in(rule, number):
        raise ConfigError([FieldError(name, text, rule.refusal, rule.limits)])
    return int(number) if rule.integer else number


def _is_in(rule: Range, number: float) -> bool:
    return rule.low <= number <= rule.high and (number.is_integer() or not rule.integer)


def _refused(rule: Range, name: str, text: str, refused: NumberRefused) -> FieldError:
    """Return why a text is refused; of what it could be, only what is allowed is offered."""
    if not refused.readings:
        sentence = rule.refusal if rule.integer else refused.sentence
        return FieldError(name, text, sentence, rule.limits)
    fitting = [typed_number(number) for number in refused.readings if _is_in(rule, number)]
    if not fitting:
        return FieldError(name, text, rule.refusal, rule.limits)
    if len(fitting) == 1:
        return FieldError(name, text, ONE_WAY, {"number": fitting[0]})
    return FieldError(name, text, refused.sentence, dict(zip(("more", "less"), fitting, strict=True)))
