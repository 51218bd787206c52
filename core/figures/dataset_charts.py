"""Charts of a dataset: images per class, and how often each pixel level occurs."""

import numpy as np
import plotly.graph_objects as go

from core.datasets import DatasetSpec
from core.figures.charts import apply_look
from core.figures.palette import Theme, palette


def class_counts_figure(counts: dict[str, np.ndarray], spec: DatasetSpec, theme: Theme) -> go.Figure:
    colours = {
        "train": palette(theme).train,
        "test": palette(theme).held_out,
        "validation": palette(theme).muted,
    }
    fig = go.Figure()
    for split, numbers in counts.items():
        fig.add_bar(
            x=list(spec.class_names), y=numbers, name=split, marker={"color": colours[split]},
            hovertemplate="%{x}, " + split + ": %{y:,}<extra></extra>",
        )  # fmt: skip
    apply_look(fig, theme, height=260)
    fig.update_layout(barmode="group")
    fig.update_xaxes(type="category", showgrid=False)
    fig.update_yaxes(title_text="images")
    return fig


def pixel_levels_figure(xs: list[np.ndarray], levels: np.ndarray, theme: Theme, x_title: str) -> go.Figure:
    colours = [palette(theme).train] if len(levels) == 1 else ["#D55E00", "#009E73", "#0072B2"]
    fig = go.Figure()
    for x, counts, colour in zip(xs, levels, colours, strict=True):
        fig.add_scatter(
            x=x, y=np.maximum(counts, 0.5), mode="lines", line={"color": colour, "width": 1.5, "shape": "hvh"},
            fill="tozeroy" if len(levels) == 1 else None, hovertemplate="%{x:.3g}: %{y:,} pixels<extra></extra>",
        )  # fmt: skip
    apply_look(fig, theme, height=280)
    fig.update_layout(showlegend=False)
    fig.update_xaxes(title_text=x_title, showgrid=False)
    fig.update_yaxes(title_text="pixels, log scale", type="log", dtick=1)
    return fig
