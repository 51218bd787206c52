"""Plotly figures that do not tick: bars and lines, all in one look."""

import textwrap
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from core.figures.number_texts import percent_affixes, percent_texts, separators
from core.figures.palette import Theme, class_colours, palette, series_colour, text_shade
from core.i18n.literal_text import plotly_text
from core.i18n.number_format import percent, plain

FONT: Final = '"Source Sans", "Source Sans 3", "Segoe UI", Helvetica, Arial, sans-serif'  # not said: fonts
LABEL_PX: Final = 17  # a line of text
LETTER_PX: Final = 6.3  # the width of a letter, on average
NAME_LETTERS: Final = 19  # in a line of a name beside a curve; longer names take several lines
FRAME_PX: Final = 60  # of a figure's height, what margins, ticks and the title of the axis take
CONFIG: Final = {"displayModeBar": False, "scrollZoom": False, "displaylogo": False}


def apply_look(fig: go.Figure, theme: Theme, *, height: int | None = None) -> go.Figure:
    """Give a figure that others made the look of ours; return it."""
    return fig.update_layout(look(theme, height=height, margin={"t": 36} if fig.layout.title.text else {}))


def look(
    theme: Theme,
    *,
    height: int | None = None,
    margin: Mapping[str, int] = MappingProxyType({}),
    x: Mapping[str, Any] = MappingProxyType({}),
    y: Mapping[str, Any] = MappingProxyType({}),
    **layout: object,
) -> dict[str, Any]:
    """Return a layout of paper, ink and a light grid, without chart junk; x, y: what else its axes have.

    Plotly takes 2 ms for a figure of finished data and layout, 20 to 40 for one that is changed part by part. Draw it
    with `still_figure` of pages/components; Streamlit's theme would cover this one.
    """
    colours = palette(theme)
    return {
        "template": "none",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": colours.ink},
        "colorway": _line_colours(theme),
        "margin": {"l": 8, "r": 8, "t": 10, "b": 8, **margin},
        "title": {"font": {"size": 14, "color": colours.ink}, "x": 0, "xanchor": "left"},
        "hoverlabel": {
            "bgcolor": colours.paper,
            "bordercolor": colours.hairline,
            "font": {"color": colours.ink},
        },
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "bgcolor": "rgba(0,0,0,0)"},
        "separators": separators(),
        "dragmode": False,
        "bargap": 0.28,
        "xaxis": _axis(theme, **x),
        "yaxis": _axis(theme, **y),
        **({} if height is None else {"height": height}),
        **layout,
    }


def _axis(theme: Theme, title: str = "", tick_colour: str = "", **more: object) -> dict[str, object]:
    colours = palette(theme)
    words = {"text": title} if title else {}
    return {
        "gridcolor": colours.hairline,
        "gridwidth": 0.5,
        "linecolor": colours.hairline,
        "zerolinecolor": colours.muted,
        "zerolinewidth": 1,
        "tickfont": {"size": 12, "color": tick_colour or colours.muted},
        "title": {"font": {"size": 13, "color": colours.muted}, "standoff": 8, **words},
        "automargin": True,
        **more,
    }


def _line_colours(theme: Theme) -> list[str]:
    colours = palette(theme)
    return [colours.train, colours.held_out, *(series_colour(i, theme) for i in range(6))]


def class_bars(
    values: Sequence[float],
    labels: Sequence[str],
    theme: Theme,
    *,
    x_title: str,
    in_percent: bool = True,
    highlight: int | None = None,
    height: int | None = None,
) -> go.Figure:
    """Return one horizontal bar per class in its colour, class 0 on top, the value written at its end.

    values: (K,), 0..1 where `in_percent`. `highlight` names the class whose bar stays full while others pale.
    """
    shown = [100 * v for v in values] if in_percent else list(values)
    text = [percent(v) if in_percent else plain(v, 3) for v in values]
    opacity = [1.0 if highlight in (None, i) else 0.4 for i in range(len(labels))]
    bars = {
        "type": "bar",
        "x": shown,
        "y": [plotly_text(label) for label in labels],
        "orientation": "h",
        "text": text,
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": class_colours(len(labels)), "opacity": opacity, "line": {"width": 0}},
        "hovertemplate": "%{y}: %{text}<extra></extra>",
    }
    x: dict[str, object] = {"title": x_title}
    if in_percent:  # a full bar leaves room for "over 99.9%"
        ticks = [percent(share, 0) for share in (0, 0.5, 1)]
        x |= {"range": [0, 152], "tickvals": [0, 50, 100], "ticktext": ticks}
    y = {"autorange": "reversed", "showgrid": False, "type": "category", "tick_colour": palette(theme).ink}
    return go.Figure([bars], look(theme, height=height or 60 + 26 * len(labels), x=x, y=y))


def lines(
    series: Mapping[str, tuple[np.ndarray, np.ndarray]],
    theme: Theme,
    *,
    x_title: str,
    y_title: str,
    height: int = 320,
    y_range: tuple[float, float] | None = None,
    in_percent: bool = False,
    with_points: bool = False,
) -> go.Figure:
    """Return named lines {name: (x, y)}, each labelled at its end in its own colour, without a legend.

    in_percent: y is 0..100, and said in per cent; y_range: of the axis, default what the lines take up; with_points:
    each value has a mark. Labels of lines that end close together stand apart; long ones are wrapped.
    """
    line_colours = _line_colours(theme)
    colours = {name: line_colours[i % len(line_colours)] for i, name in enumerate(series)}
    curves = [
        {
            "type": "scatter",
            "x": x,
            "y": y,
            "name": plotly_text(name),
            "mode": "lines+markers" if with_points else "lines",
            "line": {"color": colours[name], "width": 2},
            **(_said_in_percent(y) if in_percent else {}),
        }
        for name, (x, y) in series.items()
    ]
    ends = {name: (float(x[-1]), float(y[-1])) for name, (x, y) in series.items() if len(x)}
    low, high = y_range or _span([y for _x, y in series.values()])
    labels = {name: _in_lines(name) for name in series}
    label_px = LABEL_PX * max((len(label) for label in labels.values()), default=1)
    moves = _apart_px([y for _x, y in ends.values()], low, high, height - FRAME_PX, label_px)
    notes = [
        {
            "x": x,
            "y": y,
            "text": "<br>".join(map(plotly_text, labels[name])),
            "showarrow": False,
            "xanchor": "left",
            "align": "left",
            "xshift": 6,
            "yshift": move,
            "font": {"color": text_shade(colours[name], theme)},
        }
        for (name, (x, y)), move in zip(ends.items(), moves, strict=True)
    ]
    letters = max((len(line) for label in labels.values() for line in label), default=0)
    first, last = _span([x for x, _y in series.values()])
    edge = (last - first or 1.0) * 0.012  # set, for the labels would claim room within the axes otherwise
    layout = look(
        theme,
        height=height,
        margin={"r": max(90, round(letters * LETTER_PX) + 10)},
        x={
            "title": x_title,
            "type": "linear",
            "range": (first - edge, last + edge),
            "showgrid": False,
            "zeroline": False,  # it would be taken for the mark of a chosen step
            "tickformat": ",",
        },
        y={"title": y_title, "range": y_range, **(percent_affixes() if in_percent else {})},
        annotations=notes,
        showlegend=False,
        hovermode="x unified",
    )
    return go.Figure(curves, layout)


def _said_in_percent(values: np.ndarray) -> dict[str, object]:
    return {"customdata": percent_texts(np.asarray(values) / 100), "hovertemplate": "%{customdata}"}


def _in_lines(name: str) -> list[str]:
    """Return the name in lines of at most NAME_LETTERS, each letter of it."""
    wrapped = textwrap.wrap(
        name, NAME_LETTERS, expand_tabs=False, replace_whitespace=False, drop_whitespace=False
    )
    return wrapped or [""]


def _span(values: Sequence[np.ndarray]) -> tuple[float, float]:
    """Return the least and the largest of all values, (0, 1) if there is none."""
    finite = np.concatenate([np.asarray(v, float) for v in values]) if values else np.zeros(0)
    finite = finite[np.isfinite(finite)]
    return (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)


def _apart_px(
    ends: Sequence[float], low: float, high: float, height_px: float, label_px: float
) -> list[float]:
    """Return how many pixels up to move each label so that any two are `label_px` apart, moving each little.

    Labels that would touch become a stack, centred where its lines end on average.
    """
    places = [(end - low) / ((high - low) or 1.0) * height_px for end in ends]
    stacks: list[list[int]] = []
    middles: list[float] = []
    for i in sorted(range(len(ends)), key=lambda k: places[k]):
        stack, middle = [i], places[i]
        while stacks and middle - middles[-1] < label_px * (len(stack) + len(stacks[-1])) / 2:
            stack = stacks.pop() + stack
            middles.pop()
            middle = sum(places[k] for k in stack) / len(stack)
        stacks.append(stack)
        middles.append(middle)
    moved = {
        k: middle + label_px * (place - (len(stack) - 1) / 2)
        for stack, middle in zip(stacks, middles, strict=True)
        for place, k in enumerate(stack)
    }
    return [moved[k] - places[k] for k in range(len(ends))]
