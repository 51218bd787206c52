"""A Plotly figure that does not tick, drawn by the small plotly.js that the live chart has loaded already."""

import json
from typing import Any, Final

import plotly.graph_objects as go
import streamlit as st

from core.figures.charts import CONFIG
from core.i18n.translation import _
from pages.components.assets import loader

SMALL_PLOTLY: Final = frozenset({"scatter", "bar", "pie"})  # the traces that plotly-basic.min.js draws
HEIGHT_PX: Final = 450  # where a figure names none: Plotly's own

_figure: Final = st.components.v2.component("inkling_figure", js=loader("figure.js"), isolate_styles=False)


def still_figure(key: str, figure: go.Figure, *, alt: str) -> None:
    """Show `figure` as wide as there is room; alt: what it shows, in words.

    Streamlit's own Plotly, 4.7 MB, comes only where a figure has a trace that the small one cannot draw.
    """
    if not {trace.type for trace in figure.data} <= SMALL_PLOTLY:
        st.plotly_chart(figure, theme=None, config=CONFIG, key=key, alt=alt)
        return
    height = round(figure.layout.height or HEIGHT_PX)
    data: dict[str, Any] = {
        "figure": json.loads(figure.to_json(validate=False)),
        "config": CONFIG,
        "height": height,
        "alt": alt,
        "broken": _("The chart could not be loaded. Reload the page."),
    }
    _figure(key=key, data=data, height=height)
