"""Who reads what is said: the language and the time zone of a page's viewer, a command's user or an export's owner.

Both are looked up when a sentence is made, never at import: one process serves readers of several languages.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.core import Locale


@dataclass(frozen=True)
class Reader:
    """language: a code such as "en"; time_zone: an IANA name such as "Europe/Berlin", None = not known."""

    language: str = "en"
    time_zone: str | None = None


_READER: ContextVar[Reader | None] = ContextVar("reader", default=None)
_find_reader: Callable[[], Reader] = Reader


def reader() -> Reader:
    """Return who reads: as `read_by` says, else as the way of `find_reader_with` finds, else English without a zone."""
    return _READER.get() or _find_reader()


@contextmanager
def read_by(someone: Reader) -> Iterator[None]:
    """Make `someone` the reader of all that is said inside, in this thread or task alone."""
    token = _READER.set(someone)
    try:
        yield
    finally:
        _READER.reset(token)


def find_reader_with(find: Callable[[], Reader]) -> None:
    """Have `find` say who reads wherever nobody is set; pages install it once, since each rerun is another thread."""
    global _find_reader
    _find_reader = find


def locale() -> "Locale":
    """Return the reader's locale; plain "en" is British, as the sentences are."""
    return locale_named(reader().language) or _english()


@cache
def locale_named(language: str) -> "Locale | None":
    """Return the locale with this code, None where there is none."""
    from babel.core import Locale, UnknownLocaleError

    if language == "en":
        return _english()
    try:
        return Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return None


@cache
def _english() -> "Locale":
    from babel.core import Locale

    return Locale.parse("en_GB")
