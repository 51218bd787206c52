"""What a page watches: its live components are told what is new, and a mark that changes has it drawn anew."""

import math
import time
from collections.abc import Mapping
from typing import Final

import streamlit as st

from core.i18n.reader import reader
from pages.components.unseen import unseen

SOON_MS: Final = 300  # at least, between two drawings of a page
JUST_S: Final = 2.0  # that a drawing takes which news have begun
FIGURES_MS: Final = 3_000  # where figures follow a run that goes on

_AS: Final = "_live_as"
_NEWS: Final = "_live_news"

_channel: Final = unseen("live")


def follow_as(token: str) -> None:
    """Have what this session's pages follow be asked for by who the token says: no cookie comes with its channel."""
    st.session_state[_AS] = token


def follow(key: str, topics: Mapping[tuple[str, str], Mapping[str, str]], gap_ms: int = SOON_MS) -> None:
    """Have the components that stand on the page follow `topics`, (kind, name) -> its marks as they are drawn now.

    Once a mark is another, what `follow` stands in is drawn anew, the page or a fragment, `gap_ms` after it was drawn
    last. With nothing to follow it holds its place: else all that stands after it would be made anew when a run ends.
    """
    watched = {f"{kind}:{name}": dict(marks) for (kind, name), marks in topics.items()}
    data = {
        "watch": watched,
        "language": reader().language,
        "gapMs": gap_ms,
        "as": st.session_state.get(_AS, ""),
    }
    _channel(key, data, on_changed_change=_note_news)


def drawn_by_news() -> bool:
    """Return whether the page is drawn because of what it follows, and not, so far as is known, of anything done."""
    return time.monotonic() - st.session_state.get(_NEWS, -math.inf) < JUST_S


def _note_news() -> None:
    st.session_state[_NEWS] = time.monotonic()
