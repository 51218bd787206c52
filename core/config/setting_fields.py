"""Fields of the installation's settings: each with the rule that a value is checked by, and what it is in words."""

from dataclasses import field
from typing import Any

from core.config.run_config import Range


def whole(default: int, low: int, high: int, what: str) -> Any:
    """Return a field for a whole number from `low` to `high`."""
    return field(default=default, metadata={"rule": Range(low, high, integer=True), "what": what})


def number(default: float, low: float, high: float, what: str) -> Any:
    """Return a field for a number from `low` to `high`."""
    return field(default=default, metadata={"rule": Range(low, high), "what": what})


def choice(default: str, options: tuple[str, ...], what: str) -> Any:
    """Return a field for one of a few words."""
    return field(default=default, metadata={"rule": options, "what": what})


def text(default: str, what: str) -> Any:
    """Return a field for any text."""
    return field(default=default, metadata={"rule": str, "what": what})
