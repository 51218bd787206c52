"""Charts of how far a model's confidence can be trusted: reliability, and accuracy against a threshold."""

import numpy as np
import plotly.graph_objects as go

from core.figures.charts import apply_look
from core.figures.palette import Theme, palette
from core.i18n.number_format import percent
from core.insight.calibration import Reliability, ThresholdCurve


def reliability_figure(bins: Reliability, theme: Theme) -> go.Figure:
    """Return the reliability diagram: a bar a bin, as wide as the bin, its gap to the diagonal hatched."""
    colours = palette(theme)
    middles = (bins.edges[:-1] + bins.edges[1:]) / 2 * 100
    filled = bins.counts > 0
    hover = [
        f"{percent(float(bins.confidence[i]))} sure, {percent(float(bins.accuracy[i]))} right, "
        f"{bins.counts[i]:,} images"
        for i in np.flatnonzero(filled)
    ]
    fig = go.Figure(
        go.Bar(
            x=middles[filled],
            y=100 * bins.accuracy[filled],
            width=100 / len(bins.counts) * 0.94,
            marker={"color": colours.train, "opacity": np.where(bins.counts[filled] < 20, 0.4, 0.9)},
            text=hover,
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    )
    fig.add_scatter(
        x=[0, 100],
        y=[0, 100],
        mode="lines",
        hoverinfo="skip",
        line={"color": colours.ink, "width": 1, "dash": "dot"},
    )
    words = {"text": "dotted: as right as sure", "showarrow": False, "font": {"color": colours.muted}}
    fig.add_annotation(x=0, y=1, xref="paper", yref="paper", xanchor="left", yanchor="bottom", **words)
    apply_look(fig, theme, height=300)
    fig.update_layout(showlegend=False, margin_t=26)
    fig.update_xaxes(title_text="confidence", range=[0, 100], ticksuffix=" %", showgrid=False)
    fig.update_yaxes(title_text="share right", range=[0, 100], ticksuffix=" %")
    return fig


def threshold_figure(curve: ThresholdCurve, minimum: float, theme: Theme) -> go.Figure:
    """Return answered and right against the threshold, in per cent, the chosen threshold marked."""
    colours = palette(theme)
    fig = go.Figure()
    lines = (
        ("answered", curve.coverage, colours.train),
        ("right, of those", curve.accuracy, colours.held_out),
    )
    for name, shares, colour in lines:
        fig.add_scatter(
            x=100 * curve.thresholds, y=100 * shares, mode="lines", name=name, line={"color": colour, "width": 2},
            hovertemplate="%{y:.1f}% " + name + "<extra></extra>",
        )  # fmt: skip
    middle = len(curve.thresholds) * 2 // 3
    above = bool(curve.coverage[middle] < np.nan_to_num(curve.accuracy[middle], nan=1.0))
    for (name, shares, colour), shift in zip(lines, (-14, 12) if above else (12, -14), strict=True):
        y = float(np.nan_to_num(100 * shares[middle], nan=100.0))
        fig.add_annotation(
            x=100 * curve.thresholds[middle],
            y=y,
            text=name,
            showarrow=False,
            yshift=shift,
            font={"color": colour},
        )
    fig.add_vline(x=100 * minimum, line={"color": colours.ink, "width": 1, "dash": "dot"})
    apply_look(fig, theme, height=215)
    fig.update_layout(showlegend=False, hovermode="x unified")
    fig.update_xaxes(title_text="least confidence", range=[0, 100], ticksuffix=" %", showgrid=False)
    fig.update_yaxes(range=[0, 103], ticksuffix=" %")
    return fig
