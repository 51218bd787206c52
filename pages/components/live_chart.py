"""A chart that grows while a run trains: no flicker, zoom kept, only new points on the wire."""

from typing import Final, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.figures.curves import Chart
from core.figures.stream import ChartStream, TileStream
from pages.components.assets import loader

Stream = TypeVar("Stream", ChartStream, TileStream)

_chart: Final = st.components.v2.component("inkling_chart", js=loader("chart.js"), isolate_styles=False)


def live_chart(key: str, chart: Chart, *, height: int = 300) -> None:
    """Show `chart` under `key`, `height` pixels high. Call it again with more points on every tick."""
    stream = viewer_stream(key, ChartStream)
    message = stream.message(chart)
    _chart(key=key, data=message, height=height, on_resync_change=stream.reset)


def viewer_stream(key: str, kind: type[Stream]) -> Stream:
    """Return this viewer's stream for component `key`, reset when the whole page is drawn anew.

    A page switch or a reconnect mounts the component anew, and both run the whole script; a tick runs a
    fragment only and finds the component where it was.
    """
    name = f"_stream_{key}"
    if name not in st.session_state:
        st.session_state[name] = kind()
    stream: Stream = st.session_state[name]
    context = get_script_run_ctx()
    if context is None or not context.fragment_ids_this_run:
        stream.reset()
    return stream
