"""A page that plays a recorded run through the live components. Run by recorded_app.py."""

from secrets import token_hex

import streamlit as st

from core.figures.run_curves import Curves
from core.figures.weight_images import WeightImages
from pages.components.live_channel import follow
from pages.components.live_chart import live_chart
from pages.components.live_html import live_parts
from pages.components.theme import apply_style, current_theme
from pages.components.weight_tiles import weight_tiles
from tests.e2e.recorded_run import DIGITS, PLAYED, Playing, shown

st.set_page_config(layout="wide")


def watch() -> None:
    if st.button("Play", shortcut="T"):
        st.session_state.playing = token_hex(4)
        PLAYED[st.session_state.playing] = Playing()
    playing = st.session_state.get("playing")
    now = PLAYED[playing].moment().shown if playing else shown(Curves("recorded"))
    live_parts("head", now["head"])
    weights = now["weights"]
    assert isinstance(weights, WeightImages)
    weight_tiles("weights", weights.weights, weights.shape, DIGITS, step=weights.step)
    live_chart("loss", now["loss"], height=260)
    live_chart("accuracy", now["accuracy"], height=260)
    if playing:
        follow("record", {("recorded", playing): {"page": "playing"}})


def elsewhere() -> None:
    st.write(f"The theme is {current_theme()}.")


apply_style()
st.navigation(
    [st.Page(watch, title="Watch", default=True), st.Page(elsewhere, title="Elsewhere")], position="top"
).run()
