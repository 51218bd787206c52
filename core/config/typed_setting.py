"""One setting as a person types it into a field; a URL or a command line writes it as `query_string` says."""

from dataclasses import replace
from typing import Any, Final

from core.config.query_string import parse_field
from core.config.run_config import ConfigError, FieldError, Range, checked, rule_of
from core.i18n.number_parse import NumberRefused, parse_number, typed_number

LISTS: Final = ("hidden_sizes", "channels")


def typed(value: object) -> str:
    """Return a setting's value as it stands in its field; `parse_typed` gives it back."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return typed_number(value) if isinstance(value, int | float) else str(value)


def parse_typed(name: str, text: str) -> Any:
    """Return the value of setting `name` that was typed.

    Raises: ConfigError naming field, value and what is allowed.
    """
    rule = rule_of(name)
    if name in LISTS or not isinstance(rule, Range):
        return parse_field(name, text.replace(" ", "") if name in LISTS else text)
    try:
        number = parse_number(text)
    except NumberRefused as refused:
        raise ConfigError([FieldError(name, text, refused.sentence, refused.limits)]) from None
    value, error = checked(name, int(number) if rule.integer and number.is_integer() else number)
    if error:
        raise ConfigError([replace(error, value=text)])
    return value
