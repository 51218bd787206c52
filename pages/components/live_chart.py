"""A chart that grows while a run trains: no flicker, zoom kept, only new points on the wire."""

from typing import Final

import streamlit as st

from core.figures.run_curves import Chart
from core.live.messages import ChartStream
from pages.components.assets import loader
from pages.components.live_streams import drawn_stream

_chart: Final = st.components.v2.component("inkling_chart", js=loader("chart.js"), isolate_styles=False)


def live_chart(key: str, chart: Chart, *, height: int | None = None) -> None:
    """Show `chart` under `key`, `height` pixels high (default: as theme.css says).

    The live channel brings it new points.
    """
    stream = drawn_stream(key, ChartStream)
    _chart(key=key, data=stream.message(chart), height=height or "content", on_resync_change=stream.reset)
