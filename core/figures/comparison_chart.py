"""Curves of several runs in one chart: a line each, or a mean with a band for repeats under other seeds."""

from collections.abc import Mapping
from typing import Final

import plotly.graph_objects as go

from core.figures.charts import look
from core.figures.number_texts import percent_affixes, percent_texts
from core.figures.palette import Theme, palette, series_colour, to_rgb
from core.i18n.literal_text import plotly_text
from core.insight.run_comparison import Band, Curve

MOST_POINTS: Final = 1500


def run_colour(index: int, theme: Theme) -> str:
    """Return the colour of the `index`-th compared run, the same in every figure and table."""
    colours = palette(theme)
    return (colours.train, colours.held_out)[index] if index < 2 else series_colour(index - 2, theme)


def compared_curves(
    curves: Mapping[str, Curve | Band],
    theme: Theme,
    *,
    x_title: str,
    y_title: str,
    in_percent: bool,
    height: int = 340,
) -> go.Figure:
    """Return the named curves, each in its run's colour; of a Band the mean, and its span shaded."""
    scale = 100.0 if in_percent else 1.0
    traces: list[dict[str, object]] = []
    for index, (name, curve) in enumerate(curves.items()):
        colour = run_colour(index, theme)
        if isinstance(curve, Band):
            traces += _span_of(curve, scale, colour)
        y = curve.mean if isinstance(curve, Band) else curve.y
        stride = max(1, len(y) // MOST_POINTS)
        traces.append(
            {
                "type": "scatter",
                "x": curve.x[::stride],
                "y": scale * y[::stride],
                "name": plotly_text(name),
                "mode": "lines",
                "line": {"color": colour, "width": 2},
                "customdata": percent_texts(y[::stride]) if in_percent else None,
                "hovertemplate": "%{customdata}" if in_percent else None,
            }
        )
    layout = look(
        theme,
        height=height,
        x={"title": x_title, "showgrid": False, "tickformat": ","},
        y={"title": y_title, **(percent_affixes() if in_percent else {})},
        showlegend=len(curves) > 1,
        hovermode="x unified",
    )
    return go.Figure(traces, layout)


def _span_of(band: Band, scale: float, colour: str) -> list[dict[str, object]]:
    """Return the edges of a band, the room between them shaded."""
    edge: dict[str, object] = {"type": "scatter", "x": band.x, "mode": "lines", "line": {"width": 0}}
    edge |= {"hoverinfo": "skip", "showlegend": False}
    fill = "rgba({}, {}, {}, 0.2)".format(*to_rgb(colour))
    return [
        {**edge, "y": scale * band.high},
        {**edge, "y": scale * band.low, "fill": "tonexty", "fillcolor": fill},
    ]
