"""Charts of a dataset: images per class, and how often each pixel level occurs."""

import numpy as np
import plotly.graph_objects as go

from core.datasets import DatasetSpec
from core.figures.charts import look
from core.figures.palette import Theme, palette
from core.i18n.literal_text import plotly_text
from core.i18n.translation import N_, Sentences, _

SPLITS = Sentences(
    {"train": N_("training images"), "test": N_("test images"), "validation": N_("validation images")}
)


def class_counts_figure(counts: dict[str, np.ndarray], spec: DatasetSpec, theme: Theme) -> go.Figure:
    """Return a bar for each class and split; counts: split -> (K,)."""
    colours = {
        "train": palette(theme).train,
        "test": palette(theme).held_out,
        "validation": palette(theme).muted,
    }
    bars = [
        {
            "type": "bar",
            "x": [plotly_text(name) for name in spec.class_names],
            "y": numbers,
            "name": SPLITS[split],
            "marker": {"color": colours[split]},
            "hovertemplate": "%{x}, %{fullData.name}: %{y:,}<extra></extra>",
        }
        for split, numbers in counts.items()
    ]
    x, y = {"type": "category", "showgrid": False}, {"title": _("images")}
    return go.Figure(bars, look(theme, height=260, x=x, y=y, barmode="group"))


def pixel_levels_figure(xs: list[np.ndarray], levels: np.ndarray, theme: Theme, x_title: str) -> go.Figure:
    colours = [palette(theme).train] if len(levels) == 1 else ["#D55E00", "#009E73", "#0072B2"]
    hover = _("{value}, number of pixels: {pixels}", value="%{x:.3g}", pixels="%{customdata:,}")
    curves = [
        {
            "type": "scatter",
            "x": x,
            "y": np.maximum(counts, 0.5),
            "mode": "lines",
            "line": {"color": colour, "width": 1.5, "shape": "hvh"},
            "fill": "tozeroy" if len(levels) == 1 else None,
            "customdata": counts,
            "hovertemplate": hover + "<extra></extra>",
        }
        for x, counts, colour in zip(xs, levels, colours, strict=True)
    ]
    across = {"title": x_title, "showgrid": False}
    up = {"title": _("pixels (log scale)"), "type": "log", "dtick": 1}
    return go.Figure(curves, look(theme, height=280, x=across, y=up, showlegend=False))
