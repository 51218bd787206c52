"""The page's viewer as the reader of its sentences and numbers: language and time zone are the browser's."""

import zoneinfo
from functools import lru_cache
from typing import Final

from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.i18n.catalogue import language_for
from core.i18n.reader import Reader, find_reader_with

LONGEST_NAME: Final = 64  # of a language or a time zone


def find_viewer() -> None:
    """Have whatever is said while a page or a part of it is drawn be said to the page's viewer."""
    find_reader_with(_viewer)


def _viewer() -> Reader:
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:  # a thread of the server's own
        return Reader()
    # As st.context does, but for the notes that it takes: a page asks for its reader a hundred times.
    said = context.context_info
    language, time_zone = (said.locale, said.timezone) if said else ("", "")
    return _reader_with(*(name if len(name) <= LONGEST_NAME else "" for name in (language, time_zone)))


@lru_cache(maxsize=1024)
def _reader_with(language: str, time_zone: str) -> Reader:
    """Return a reader of the browser's language if there is a catalogue of it, in its zone if this machine knows it."""
    try:
        zoneinfo.ZoneInfo(time_zone)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        time_zone = ""
    return Reader(language_for([language]), time_zone or None)
