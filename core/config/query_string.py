"""Settings as text: RunConfig <-> URL query, and single settings as an address or a command line writes them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.config.app_settings import WIDEST, Settings
from core.config.run_config import FIELD_NAMES, ConfigError, FieldError, Range, RunConfig, rule_of
from core.i18n.translation import N_


def to_query(config: RunConfig, base: RunConfig) -> dict[str, str]:
    """Return the settings that differ from `base` as URL query parameters."""
    return {
        name: _to_text(getattr(config, name))
        for name in FIELD_NAMES
        if getattr(config, name) != getattr(base, name)
    }


def from_query(
    query: Mapping[str, str], base: RunConfig, settings: Settings = WIDEST
) -> tuple[RunConfig, list[FieldError]]:
    """Return (config, errors): `base` with the query's settings laid over it, refused ones left out and told.

    Parameters that are no setting are somebody else's (`run`, `preset`) and are passed over.
    """
    wanted: dict[str, Any] = {}
    errors: list[FieldError] = []
    for name in FIELD_NAMES:
        if name not in query:
            continue
        value, error = settings.checked(name, _from_text(name, query[name]))
        if error:
            errors.append(replace(error, value=query[name][:80]))
        else:
            wanted[name] = value
    try:
        return replace(base, **wanted), errors
    except ConfigError as error:  # fields that are right alone and wrong together
        for wrong in error.errors:
            wanted.pop(wrong.field, None)
        return replace(base, **wanted), [*errors, *error.errors]


def parse_field(name: str, text: str, settings: Settings = WIDEST) -> Any:
    """Return the value of field `name` written as text, as a URL or a command line writes it.

    settings: those of the installation whose limits hold.

    Raises: ConfigError naming field, value and what is allowed.
    """
    if name not in FIELD_NAMES:
        unknown = N_("There is no setting “{field}”. The settings are {settings:list}.")
        raise ConfigError([FieldError(name, text, unknown, {"settings": FIELD_NAMES})])
    value, error = settings.checked(name, _from_text(name, text))
    if error:
        raise ConfigError([replace(error, value=text[:80])])
    return value


def _to_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(f"{v[0]}:{v[1]!r}" if isinstance(v, tuple) else str(v) for v in value)
    return repr(value) if isinstance(value, float) else str(value)


def _from_text(name: str, text: str) -> Any:
    """Return `text` in the type that field `name` wants, or the text itself where it does not read so."""
    rule = rule_of(name)
    try:
        if name in ("hidden_sizes", "channels"):
            return tuple(int(part) for part in text.split(","))
        if rule == "changes":
            return tuple((int(s), float(r)) for s, r in (p.split(":") for p in text.split(",") if p))
        if isinstance(rule, Range):
            return int(text) if rule.integer else float(text)
        if rule is bool:
            return {"true": True, "false": False}.get(text.lower(), text)
    except ValueError:
        return text
    return text
