"""The INKLING_* environment variables, from which each process of the app has its settings."""

import os
from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any, Final

from core.config.app_settings import Settings, SettingsError
from core.config.field_errors import ONE_OF, FieldError, Sites
from core.i18n.translation import _

PREFIX: Final = "INKLING_"


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the Settings of the INKLING_* variables (default: this process's).

    Raises: SettingsError naming every refused variable, its value and what is allowed.
    """
    given = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    errors: list[str] = []
    for entry in fields(Settings):
        name = PREFIX + entry.name.upper()
        if given.get(name, "") == "":
            continue
        try:
            values[entry.name] = _read(given[name], entry.metadata["rule"])
        except ValueError:
            errors.append(_refused(name, given[name], entry))
    if errors:
        raise SettingsError(errors)
    return Settings(**values)


def _refused(name: str, value: str, entry: Field[Any]) -> str:
    """Return, in sentences, what is allowed in a variable, what it is, and what to do."""
    rule = entry.metadata["rule"]
    refused = (ONE_OF, {"options": rule}) if isinstance(rule, tuple) else (rule.refusal, rule.limits)
    must_be = FieldError(name, value, *refused).said()
    change = (
        _("Change it, or unset it.")
        if entry.default == ""
        else _("Change it, or unset it to use the default, {default}.", default=entry.default)
    )
    return " ".join([must_be, _(entry.metadata["what"]), change])


def to_environment(settings: Settings) -> dict[str, str]:
    """Return the variables from which `from_environment` makes the same settings in another process."""
    given = {PREFIX + entry.name.upper(): getattr(settings, entry.name) for entry in fields(Settings)}
    return {name: str(value) for name, value in given.items()}


def _read(text: str, rule: Any) -> Any:
    """Return the text in the type of its rule.  Raises: ValueError when it does not fit."""
    if rule is str:
        return text
    if isinstance(rule, tuple):
        return rule[rule.index(text)]
    if isinstance(rule, Sites):
        return rule.read(text)
    value = float(text)
    if not rule.low <= value <= rule.high or (rule.integer and value != int(value)):
        raise ValueError(text)
    return int(value) if rule.integer else value
