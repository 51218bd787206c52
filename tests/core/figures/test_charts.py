"""Plotly figures that do not tick."""

import numpy as np
import plotly.graph_objects as go
import pytest

from core.figures.charts import (
    FRAME_PX,
    LABEL_PX,
    apply_look,
    class_bars,
    lines,
)
from core.figures.comparison_chart import compared_curves
from core.figures.palette import THEMES, Theme, class_colours, palette
from core.insight.run_comparison import Curve

NAMES = ["cat", "dog", "bird"]


@pytest.mark.parametrize("theme", THEMES)
def test_the_look_is_ink_on_whatever_paper_is_beneath(theme: Theme) -> None:
    fig = apply_look(go.Figure(go.Scatter(x=[0, 1], y=[1, 2])), theme, height=200)
    assert fig.layout.font.color == palette(theme).ink
    assert fig.layout.paper_bgcolor == fig.layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert fig.layout.xaxis.gridcolor == palette(theme).hairline
    assert fig.layout.colorway[:2] == (palette(theme).train, palette(theme).held_out)
    assert fig.layout.height == 200


def test_bars_carry_their_class_colour_and_their_value() -> None:
    fig = class_bars([0.5, 0.25, 0.125], NAMES, "light", x_title="Accuracy", highlight=1)
    (bar,) = fig.data
    assert list(bar.x) == [50, 25, 12.5]
    assert list(bar.text) == ["50.0%", "25.0%", "12.5%"]
    assert list(bar.marker.color) == class_colours(3)
    assert bar.marker.opacity[1] > bar.marker.opacity[0]
    assert fig.layout.yaxis.autorange == "reversed", "class 0 on top"


def test_a_full_bars_value_has_room_on_a_phone() -> None:
    """220 px are left for bars at 390 px of screen, and "over 99.9%" takes 70 of them."""
    fig = class_bars([1.0, 0.0, 0.0], NAMES, "light", x_title="probability")
    low, high = fig.layout.xaxis.range
    assert (high - 100) / (high - low) * 220 > 72
    assert fig.layout.xaxis.ticktext == ("0%", "50%", "100%")


def test_lines_are_labelled_where_they_end() -> None:
    x = np.array([0.0, 10.0, 100.0])
    fig = lines({"mine": (x, x), "theirs": (x, 2 * x)}, "light", x_title="Images", y_title="Time")
    labels = {a.text: (a.x, a.y) for a in fig.layout.annotations}
    assert labels == {"mine": (100.0, 100.0), "theirs": (100.0, 200.0)}
    low, high = fig.layout.xaxis.range
    assert (low, high) == pytest.approx((0, 100), abs=2.5)  # the labels stand outside


def test_no_line_but_the_curves_stands_upright_in_a_chart_of_steps() -> None:
    steps = np.array([0, 3000, 6000])
    fig = lines({"norm": (steps, steps / 1000)}, "light", x_title="step", y_title="norm")
    assert fig.layout.xaxis.zeroline is False, "at step 0 it would be taken for the mark of a chosen step"
    assert fig.layout.xaxis.tickformat == ",", "6,000, as everywhere"


def test_labels_of_lines_that_end_together_stand_apart_and_in_order() -> None:
    x = np.array([0.0, 10.0])
    ends = {"softmax": 13.2, "this run": 13.0, "CNN": 15.6, "far": 90.0}
    fig = lines(
        {name: (x, np.array([80.0, end])) for name, end in ends.items()},
        "dark", x_title="pixels", y_title="accuracy, %", height=300, y_range=(0, 103),
    )  # fmt: skip
    px = {a.text: a.y / 103 * (300 - FRAME_PX) + a.yshift for a in fig.layout.annotations}
    assert sorted(px, key=lambda name: px[name]) == ["this run", "softmax", "CNN", "far"]
    places = sorted(px.values())
    assert np.diff(places).min() >= LABEL_PX - 1e-6
    assert fig.layout.annotations[3].yshift == 0  # one that stands alone stays where its line ends
    moves = [a.yshift for a in fig.layout.annotations]
    assert sum(moves) == pytest.approx(0, abs=1e-6)  # a stack is centred where its lines end
    assert [a.font.color for a in fig.layout.annotations] == [t.line.color for t in fig.data]
    assert not fig.layout.showlegend


def test_a_long_name_of_a_line_is_wrapped_and_has_room() -> None:
    x = np.array([0.0, 10.0])
    long, short = "Abstand der Gewichte vom Anfang", "Norm"
    ends = {long: (x, np.array([0.0, 9.0])), short: (x, np.array([0.0, 9.1]))}
    fig = lines(ends, "light", x_title="Schritt", y_title="Norm", height=190)
    wrapped, whole = fig.layout.annotations
    assert (wrapped.text.replace("<br>", ""), whole.text) == (long, short)
    written = [line.strip() for line in wrapped.text.split("<br>")]
    assert len(written) == 2
    assert fig.layout.margin.r >= max(map(len, written)) * 6
    px = [note.y / 9.1 * (190 - FRAME_PX) + note.yshift for note in (wrapped, whole)]
    assert px[1] - px[0] >= 2 * LABEL_PX - 1e-6  # two lines each have room


def test_lines_and_curves_in_per_cent_say_less_than_all_as_less_than_all() -> None:
    x, share = np.array([0.0, 1.0]), np.array([0.5, 0.9999])
    fig = lines({"mine": (x, 100 * share)}, "light", x_title="pixels", y_title="accuracy", in_percent=True)
    assert list(fig.data[0].customdata) == ["50.0%", "over 99.9%"]
    fig = compared_curves(
        {"mine": Curve(x, share)}, "light", x_title="Step", y_title="Accuracy", in_percent=True
    )
    assert list(fig.data[0].customdata) == ["50.0%", "over 99.9%"]
    assert list(fig.data[0].y) == [50, 99.99]
    assert fig.layout.yaxis.ticksuffix == "%"
    loss = compared_curves(
        {"mine": Curve(x, share)}, "light", x_title="Step", y_title="Loss", in_percent=False
    )
    assert loss.data[0].hovertemplate is None
    assert not loss.layout.yaxis.ticksuffix
