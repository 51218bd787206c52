"""Names in Plotly figures: letter by letter, for Plotly reads tags, entities and formulas in all its texts."""

import html
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from core.datasets import CATALOG
from core.figures.charts import class_bars, lines
from core.figures.comparison_chart import compared_curves
from core.figures.dataset_charts import class_counts_figure
from core.insight.run_comparison import Curve
from tests.nasty_names import NASTY_NAMES

N = len(NASTY_NAMES)
XY = np.arange(3.0)


def figures() -> dict[str, go.Figure]:
    spec = replace(CATALOG["mnist"], class_names=NASTY_NAMES)
    curves = {name: Curve(XY, XY) for name in NASTY_NAMES}
    return {
        "bars": class_bars([1 / N] * N, NASTY_NAMES, "light", x_title="probability"),
        "lines": lines(dict.fromkeys(NASTY_NAMES, (XY, XY)), "light", x_title="x", y_title="y"),
        "compared": compared_curves(curves, "light", x_title="x", y_title="y", in_percent=False),
        "counts": class_counts_figure({"train": np.ones(N, int)}, spec, "light"),
    }


def names_in(figure: go.Figure) -> list[str]:
    """Return the categories, names and labels that the figure's traces and notes bring."""
    found: list[str] = []
    for trace in figure.data:
        for values in (trace.x, trace.y, [trace.name]):
            found += [value for value in (() if values is None else values) if isinstance(value, str)]
    notes = [note.text for note in figure.layout.annotations if not note.text.startswith("<b>")]
    return found + [note.replace("<br>", "") for note in notes]  # long ones are wrapped


@pytest.mark.parametrize("kind", ["bars", "lines", "compared", "counts"])
def test_names_have_no_tag_and_no_formula_and_read_as_they_are(kind: str) -> None:
    texts = [text for text in names_in(figures()[kind]) if text and text not in ("training images", "1", "0")]
    assert {html.unescape(text) for text in texts} == set(NASTY_NAMES)
    assert not [text for text in texts if set("<>$") & set(text)]
