"""Charts of how far a model's confidence can be trusted: reliability, and accuracy against a threshold."""

import numpy as np
import plotly.graph_objects as go

from core.figures.charts import look
from core.figures.number_texts import percent_affixes, percent_texts
from core.figures.palette import Theme, palette, text_shade
from core.i18n.translation import _, ngettext
from core.insight.calibration import Reliability, ThresholdCurve


def reliability_figure(bins: Reliability, theme: Theme) -> go.Figure:
    """Return the reliability diagram: a bar a bin, as wide as the bin, its gap to the diagonal hatched."""
    colours = palette(theme)
    middles = (bins.edges[:-1] + bins.edges[1:]) / 2 * 100
    filled = bins.counts > 0
    hover = [
        ngettext(
            "{confidence:percent} sure, {accuracy:percent} right ({n} image)",
            "{confidence:percent} sure, {accuracy:percent} right ({n} images)",
            int(bins.counts[i]),
            confidence=float(bins.confidence[i]),
            accuracy=float(bins.accuracy[i]),
        )
        for i in np.flatnonzero(filled)
    ]
    bars = {
        "type": "bar",
        "x": middles[filled],
        "y": 100 * bins.accuracy[filled],
        "width": 100 / len(bins.counts) * 0.94,
        "marker": {"color": colours.train, "opacity": np.where(bins.counts[filled] < 20, 0.4, 0.9)},
        "text": hover,
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }
    diagonal = {
        "type": "scatter",
        "x": [0, 100],
        "y": [0, 100],
        "mode": "lines",
        "hoverinfo": "skip",
        "line": {"color": colours.ink, "width": 1, "dash": "dot"},
    }
    words = {
        "text": _("dotted: perfect calibration"),
        "showarrow": False,
        "font": {"color": colours.muted},
        "x": 0,
        "y": 1,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
    }
    layout = look(
        theme,
        height=300,
        margin={"t": 26},
        x={
            "title": _("confidence: how sure it was"),
            "range": [0, 100],
            "showgrid": False,
            **percent_affixes(),
        },
        y={"title": _("accuracy: how often it was right"), "range": [0, 100], **percent_affixes()},
        annotations=[words],
        showlegend=False,
    )
    return go.Figure([bars, diagonal], layout)


def threshold_figure(curve: ThresholdCurve, minimum: float, theme: Theme) -> go.Figure:
    """Return answered and right against the threshold, in per cent, the chosen threshold marked."""
    colours = palette(theme)
    lines = (
        (_("images answered"), curve.coverage, colours.train),
        (_("accuracy when it answers"), curve.accuracy, colours.held_out),
    )
    traces = [
        {
            "type": "scatter",
            "x": 100 * curve.thresholds,
            "y": 100 * shares,
            "mode": "lines",
            "name": name,
            "line": {"color": colour, "width": 2},
            "customdata": percent_texts(shares),
            "hovertemplate": "%{fullData.name}: %{customdata}<extra></extra>",
        }
        for name, shares, colour in lines
    ]
    middle = len(curve.thresholds) * 2 // 3
    above = bool(curve.coverage[middle] < np.nan_to_num(curve.accuracy[middle], nan=1.0))
    notes = [
        {
            "x": 100 * curve.thresholds[middle],
            "y": float(np.nan_to_num(100 * shares[middle], nan=100.0)),
            "text": name,
            "showarrow": False,
            "yshift": shift,
            "font": {"color": text_shade(colour, theme)},
        }
        for (name, shares, colour), shift in zip(lines, (-14, 12) if above else (12, -14), strict=True)
    ]
    chosen = {
        "type": "line",
        "x0": 100 * minimum,
        "x1": 100 * minimum,
        "xref": "x",
        "y0": 0,
        "y1": 1,
        "yref": "y domain",
        "line": {"color": colours.ink, "width": 1, "dash": "dot"},
    }
    layout = look(
        theme,
        height=215,
        x={
            "title": _("confidence needed to answer"),
            "range": [0, 100],
            "showgrid": False,
            **percent_affixes(),
        },
        y={"range": [0, 103], **percent_affixes()},
        annotations=notes,
        shapes=[chosen],
        showlegend=False,
        hovermode="x unified",
    )
    return go.Figure(traces, layout)
