"""What a live component has been sent by the page itself: everything where it is drawn anew, else what is new."""

from typing import TypeVar

import streamlit as st

from core.live.board_stream import BoardStream
from core.live.messages import ChartStream, PartsStream, TileStream

Stream = TypeVar("Stream", ChartStream, TileStream, PartsStream, BoardStream)


def drawn_stream(key: str, kind: type[Stream]) -> Stream:
    """Return this viewer's stream to component `key`, reset when the whole page is drawn anew.

    A page switch or a reconnect mounts the component anew, and both run the whole script; a fragment that is drawn
    again finds the component where it was.
    """
    stream: Stream = st.session_state.setdefault(f"_stream_{key}", kind(key))
    context = st.runtime.scriptrunner.get_script_run_ctx()
    if context is None or not context.fragment_ids_this_run:
        stream.reset()
    return stream
