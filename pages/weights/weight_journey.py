"""How far the weights have moved: their norm and their distance from the start at every step that was kept."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from core.figures.charts import lines
from core.i18n.literal_text import markdown_text
from core.i18n.translation import _
from core.insight.captions.weights import journey as journey_caption
from core.insight.weight_analysis import WeightTrajectory, weight_trajectory
from core.runs import RunRow
from pages.components.captioned_figure import chart
from pages.components.theme import current_theme
from pages.server.visitor import store


@st.cache_resource(show_spinner=False, max_entries=24)
def _journey(run_id: str, newest: int) -> WeightTrajectory:  # noqa: ARG001 - a new step is a new journey
    steps = store().snapshots(run_id)
    return weight_trajectory(steps, (_weights(run_id, step) for step in steps))


def _weights(run_id: str, step: int) -> np.ndarray:
    state = store().snapshot(run_id, step)
    names = sorted(name for name in state if name.endswith("weight"))  # stored in any order
    return np.concatenate([state[name].reshape(-1) for name in names])


def show_journey(run: RunRow, newest: int) -> None:
    """Show how large the weights are and how far they have come, step by step."""
    trip = _journey(run.id, newest)
    sentence = journey_caption(trip)
    if len(trip.steps) < 3:
        none = _("The weights of too few steps were kept for a chart.")
        st.caption(markdown_text(" ".join([sentence, none])))
        return
    chart(
        f"journey_{run.id}",
        _journey_figure(trip),
        caption=sentence,
        alt=" ".join([_("The norm of the weights and their distance from the start, by step."), sentence]),
        table=lambda: {"step": trip.steps, "length": trip.norm, "distance": trip.distance, "path": trip.path},
    )


def _journey_figure(trip: WeightTrajectory) -> go.Figure:
    series: dict[str, tuple[np.ndarray, np.ndarray]] = {
        _("weight norm"): (trip.steps, trip.norm),
        _("distance from start"): (trip.steps, trip.distance),
    }
    figure = lines(series, current_theme(), x_title=_("step"), y_title=_("norm"), height=190)
    figure.update_yaxes(rangemode="tozero")
    return figure
