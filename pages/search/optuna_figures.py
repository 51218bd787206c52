"""Optuna's figures of a search, in the words of this app."""

from collections.abc import Callable
from typing import Any, Final

import plotly.graph_objects as go
import streamlit as st

from core.config.setting_labels import LABELS
from core.figures.number_texts import percent_affixes, percent_texts
from core.i18n.translation import N_, Sentences
from core.search import SearchRow
from pages.server.visitor import store

FEW: Final = 12  # trials of which each has a tick
ACCURACY: Final = "Accuracy"  # what Optuna is told that the searched figure is called
_WORDS: Final = Sentences(
    {
        ACCURACY: N_("Accuracy"),
        "Best Value": N_("Best so far"),  # not said: Optuna's word
        "Trial": N_("Trial"),
        "Feasible Trial": N_("Trial"),  # not said: Optuna's word
        "Infeasible Trial": N_("Failed trial"),  # not said: Optuna's word
        "Hyperparameter": N_("Setting"),
        "Hyperparameter Importance": N_("Importance"),  # not said: Optuna's word
    }
)


def optuna_figure(search: SearchRow, name: str, count: int) -> go.Figure | None:
    """Return one of Optuna's figures, made anew only when another trial has ended; None where it cannot be made."""
    made = st.session_state.setdefault("search_figures", {})
    if made.get((search.id, name), (0, None))[0] != count:
        from optuna import visualization  # here: it takes a second to import

        from core.search.optuna_study import study_of

        draw: Callable[..., go.Figure] = getattr(visualization, name)
        try:
            made[(search.id, name)] = (count, draw(study_of(search, store().url), target_name=ACCURACY))
        except (ValueError, RuntimeError):  # too few or too equal trials for this figure
            made[(search.id, name)] = (count, None)
    figure = made[(search.id, name)][1]
    return None if figure is None else in_the_words_of_the_app(go.Figure(figure))


def in_the_words_of_the_app(figure: go.Figure) -> go.Figure:
    """Put labels in the place of Optuna's words and of the settings' field names; return the figure.

    Trials are counted from 1, as in their runs' names; their accuracy is in per cent.
    """
    if figure.layout.xaxis.title.text == "Trial":
        for trace in figure.data:
            trace.x = [number + 1 for number in trace.x]
            trace.update(customdata=percent_texts(trace.y), hovertemplate="%{x}: %{customdata}")
            trace.y = [100 * share for share in trace.y]
        figure.update_traces(line_shape="hv", selector={"mode": "lines"})  # a best stays until surpassed
        figure.update_yaxes(percent_affixes())
        last = max((number for trace in figure.data for number in trace.x), default=1)
        few = {"dtick": 1} if last <= FEW else {}
        figure.update_xaxes(range=[0.5, last + 0.5], tick0=1, **few)  # no trial 0, none between two
    for trace in figure.data:
        trace.name = _said(trace.name)
        if trace.type == "bar":  # how much each setting matters
            trace.update(y=[_said(field) for field in trace.y], hovertemplate="%{y}: %{x:.2f}<extra></extra>")
        if trace.type == "contour":
            trace.colorbar.title.text = _said(trace.colorbar.title.text)
        if trace.type == "scatter":
            trace.marker.colorbar.title.text = _said(trace.marker.colorbar.title.text)
            if trace.customdata is not None:  # of all values: (setting, value) of each point
                trace.customdata = [[_said(field), *values] for field, *values in trace.customdata]
    for axis in (*figure.select_xaxes(), *figure.select_yaxes()):
        axis.title.text = _said(axis.title.text)
        if axis.ticktext is not None:
            axis.ticktext = [_said(text) for text in axis.ticktext]
    return figure


def _said(text: Any) -> Any:
    return LABELS.get(text) or _WORDS.get(text, text)
