"""Weights: what did it learn? Its weight images through time, the arithmetic of an answer, one step, edits by hand."""

import streamlit as st

from pages.components.arithmetic import show_arithmetic
from pages.components.border import show_border
from pages.components.entry import enter_by_app
from pages.components.hidden_layers import show_feature_maps, show_feeders
from pages.components.microscope import show_microscope
from pages.components.subject import (
    TICK_S,
    current_run,
    is_broken,
    redraw_at_end,
    run_with_weights,
)
from pages.components.touch import show_touch
from pages.components.weight_travel import PLAY_S, is_playing, show_travel

enter_by_app()  # before anything of the page is drawn

SECTIONS = {
    "softmax": {
        "Through time": None,
        "Two classes": show_border,
        "Arithmetic": show_arithmetic,
        "One step": show_microscope,
        "Touch it": show_touch,
    },
    "mlp": {"Through time": None, "Who feeds a class": show_feeders, "One step": show_microscope},
    "cnn": {"Through time": None, "Feature maps": show_feature_maps, "One step": show_microscope},
}


def look_inside(run_id: str, drawn_status: str, drawn_playing: bool) -> None:
    """Draw the chosen section for the newest weights."""
    run = current_run(run_id)
    redraw_at_end(run, drawn_status)
    if is_broken(run):
        return
    sections = SECTIONS[run.model]
    tabs = st.tabs(list(sections), key=f"weights_section_{run.model}", on_change="rerun")
    for tab, show in zip(tabs, sections.values(), strict=True):
        if tab.open:
            with tab:
                if show is None:
                    show_travel(run, drawn_playing)
                else:
                    show(run)


run_in_sight = run_with_weights("What did it learn?")
playing = is_playing(run_in_sight)
tick = PLAY_S if playing else TICK_S if run_in_sight.is_live else None
st.fragment(look_inside, run_every=tick)(run_in_sight.id, run_in_sight.status, playing)
