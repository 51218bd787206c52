"""Weights: what did it learn? Its weight images through time, the arithmetic of an answer, one step, edits by hand."""

import streamlit as st

from pages.run_context.guards import (
    TICK_S,
    current_run,
    redraw_on_change,
    run_with_weights_or_stop,
    warn_if_diverged,
)
from pages.weights.class_boundary import show_class_boundary
from pages.weights.gradient_step import show_gradient_step
from pages.weights.hidden_layers import show_feature_maps, show_unit_contributions
from pages.weights.logit_breakdown import show_logit_breakdown
from pages.weights.weight_editor import show_weight_editor
from pages.weights.weight_history import PLAY_S, is_playing, show_weight_history

SECTIONS = {
    "softmax": {
        "Through time": None,
        "Two classes": show_class_boundary,
        "Arithmetic": show_logit_breakdown,
        "One step": show_gradient_step,
        "Touch it": show_weight_editor,
    },
    "mlp": {
        "Through time": None,
        "Who feeds a class": show_unit_contributions,
        "One step": show_gradient_step,
    },
    "cnn": {"Through time": None, "Feature maps": show_feature_maps, "One step": show_gradient_step},
}


def show_sections(run_id: str, drawn_status: str, drawn_playing: bool) -> None:
    """Draw the chosen section for the newest weights."""
    run = current_run(run_id)
    redraw_on_change(run, drawn_status)
    if warn_if_diverged(run):
        return
    sections = SECTIONS[run.model]
    tabs = st.tabs(list(sections), key=f"weights_section_{run.model}", on_change="rerun")
    for tab, show in zip(tabs, sections.values(), strict=True):
        if tab.open:
            with tab:
                if show is None:
                    show_weight_history(run, drawn_playing)
                else:
                    show(run)


selected = run_with_weights_or_stop("What did it learn?")
playing = is_playing(selected)
tick = PLAY_S if playing else TICK_S if selected.is_live else None
st.fragment(show_sections, run_every=tick)(selected.id, selected.status, playing)
