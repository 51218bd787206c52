"""A run, and a class's board, as all their viewers see them: read from the store once, whoever looks."""

import streamlit as st

from core.live.board_feed import BoardFeed
from core.live.run_feed import Feed
from core.runs import RunRow, Store


@st.cache_resource(show_spinner=False, max_entries=128)
def feed(run_id: str) -> Feed:
    """Return the run's feed, shared by all its viewers."""
    return Feed(run_id)


def current(run_id: str, source: Store, max_age_s: float = 0.0) -> tuple[RunRow, Feed]:
    """Return (the run as it stands in this store, or stood at most `max_age_s` ago, its feed).

    Raises: UnknownRun, StoreError.
    """
    shared = feed(run_id)
    return shared.refresh(source, max_age_s), shared


@st.cache_resource(show_spinner=False, max_entries=16)
def board_feed(classroom_id: str) -> BoardFeed:
    """Return the class's board, one for all languages that it is watched in."""
    return BoardFeed(classroom_id)
