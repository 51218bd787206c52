"""The page's viewer as the reader of its sentences and numbers: the time zone is the browser's."""

import zoneinfo
from functools import lru_cache
from typing import Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.i18n.reader import Reader, find_reader_with

LONGEST_NAME: Final = 64  # of a time zone


def find_viewer() -> None:
    """Have whatever is said while a page or a part of it is drawn be said to the page's viewer."""
    find_reader_with(_viewer)


def _viewer() -> Reader:
    if get_script_run_ctx(suppress_warning=True) is None:  # a thread of the server's own
        return Reader()
    named = st.context.timezone or ""
    return _reader_in(named) if len(named) <= LONGEST_NAME else Reader()


@lru_cache(maxsize=1024)
def _reader_in(time_zone: str) -> Reader:
    """Return a reader in the zone that a browser names; in none where this machine does not know it."""
    try:
        zoneinfo.ZoneInfo(time_zone)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return Reader()
    return Reader(time_zone=time_zone)
