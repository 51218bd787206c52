"""A page that plays a recorded run through the live components, ten steps a tick. Run by test_live_components.py."""

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

sys.path.insert(0, os.environ["INKLING_ROOT"])
st.set_page_config(layout="wide")

from core.figures.run_curves import Curves  # noqa: E402
from core.live.messages import HtmlPatch, WeightImages  # noqa: E402
from core.protocol.events import Evaluated, Started, Steps  # noqa: E402
from pages.components.live_chart import live_chart  # noqa: E402
from pages.components.live_html import live_parts  # noqa: E402
from pages.components.live_updates import live_update  # noqa: E402
from pages.components.theme import apply_style, current_theme  # noqa: E402
from pages.components.weight_tiles import weight_tiles  # noqa: E402

RECORD = np.load(Path(os.environ["TICKING_RECORD"]))
TOTAL = len(RECORD["losses"])
DIGITS = [*"0123456789"]
HEAD = '<b data-part="step"></b> <i data-part="bar" style="width:0"></i>'


def fresh() -> Curves:
    curves = Curves("recorded")
    curves.add([Started(0, TOTAL, TOTAL // 2, 6000, "test", 10_000, 7850, "closed-form", 1)])
    return curves


def advance(curves: Curves) -> None:
    first = curves.last_step + 1
    part = slice(first - 1, first + 9)
    curves.add([Steps(first, RECORD["losses"][part], RECORD["accuracies"][part], 0.1, 1.0, 1000.0)])
    if curves.last_step % 20 == 0:
        step = curves.last_step
        curves.add([Evaluated(step, "test", float(RECORD["losses"][step - 1]), 0.8)])


def news(curves: Curves) -> dict[str, Any]:
    share = 100 * curves.last_step // TOTAL
    return {
        "head": HtmlPatch(HEAD, {"step": f"step {curves.last_step}", "bar@style": f"width:{share}%"}),
        "weights": WeightImages(RECORD["weights"][curves.last_step], (1, 28, 28), DIGITS, curves.last_step),
        "loss": curves.loss_chart(),
        "accuracy": curves.accuracy_chart(),
    }


def watch() -> None:
    if st.button("Play", shortcut="T"):
        st.session_state.curves, st.session_state.playing = fresh(), True
    now = news(st.session_state.setdefault("curves", fresh()))
    live_parts("head", now["head"])
    weights = now["weights"]
    weight_tiles("weights", weights.weights, weights.shape, DIGITS, step=weights.step)
    live_chart("loss", now["loss"], height=260)
    live_chart("accuracy", now["accuracy"], height=260)

    @st.fragment(run_every=0.4)
    def tick() -> None:
        curves = st.session_state.curves
        if st.session_state.get("playing") and curves.last_step < TOTAL:
            advance(curves)
        live_update("feed", news(curves))

    tick()


def elsewhere() -> None:
    st.write(f"The theme is {current_theme()}.")


apply_style()
st.navigation(
    [st.Page(watch, title="Watch", default=True), st.Page(elsewhere, title="Elsewhere")], position="top"
).run()
