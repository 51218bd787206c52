"""Plotly figures that do not tick: bars, the confusion matrix, lines, a signed image; all in one look."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.figures.number_texts import percent_affixes, percent_texts, separators
from core.figures.palette import Theme, class_colours, palette, sequential, series_colour, text_shade
from core.i18n.literal_text import plotly_text
from core.i18n.number_format import number, percent, plain
from core.i18n.translation import _, ngettext

FONT: Final = '"Source Sans", "Source Sans 3", "Segoe UI", Helvetica, Arial, sans-serif'  # not said: fonts
LABEL_PX: Final = 17  # a line of text
LETTER_PX: Final = 6.3  # the width of a letter, on average
NAME_LETTERS: Final = 19  # in a line of a name beside a curve; longer names take several lines
FRAME_PX: Final = 60  # of a figure's height, what margins, ticks and the title of the axis take
CONFIG: Final = {"displayModeBar": False, "scrollZoom": False, "displaylogo": False}


def apply_look(fig: go.Figure, theme: Theme, *, height: int | None = None) -> go.Figure:
    """Give `fig` paper, ink and a light grid, without chart junk; return it.

    Draw it with `still_figure` of pages/components; Streamlit's theme would cover this one.
    """
    colours = palette(theme)
    axis = {
        "gridcolor": colours.hairline,
        "gridwidth": 0.5,
        "linecolor": colours.hairline,
        "zerolinecolor": colours.muted,
        "zerolinewidth": 1,
        "tickfont": {"size": 12, "color": colours.muted},
        "title": {"font": {"size": 13, "color": colours.muted}, "standoff": 8},
        "automargin": True,
    }
    fig.update_layout(
        template="none",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "size": 13, "color": colours.ink},
        colorway=[colours.train, colours.held_out, *(series_colour(i, theme) for i in range(6))],
        margin={"l": 8, "r": 8, "t": 36 if fig.layout.title.text else 10, "b": 8},
        title={"font": {"size": 14, "color": colours.ink}, "x": 0, "xanchor": "left"},
        hoverlabel={
            "bgcolor": colours.paper,
            "bordercolor": colours.hairline,
            "font": {"color": colours.ink},
        },
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "bgcolor": "rgba(0,0,0,0)"},
        separators=separators(),
        dragmode=False,
        bargap=0.28,
    )
    fig.update_xaxes(axis)
    fig.update_yaxes(axis)
    if height is not None:
        fig.update_layout(height=height)
    return fig


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
    fig = go.Figure(
        go.Bar(
            x=shown,
            y=[plotly_text(label) for label in labels],
            orientation="h",
            text=text,
            textposition="outside",
            cliponaxis=False,
            marker={"color": class_colours(len(labels)), "opacity": opacity, "line": {"width": 0}},
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    )
    apply_look(fig, theme, height=height or 60 + 26 * len(labels))
    fig.update_xaxes(title_text=x_title)
    if in_percent:  # a full bar leaves room for "over 99.9%"
        ticks = [percent(share, 0) for share in (0, 0.5, 1)]
        fig.update_xaxes(range=[0, 152], tickvals=[0, 50, 100], ticktext=ticks)
    fig.update_yaxes(
        autorange="reversed", showgrid=False, type="category", tickfont={"color": palette(theme).ink}
    )
    return fig


def confusion_matrix(
    counts: np.ndarray, labels: Sequence[str], theme: Theme, *, height: int = 520
) -> go.Figure:
    """Return counts (K true, K predicted) as a heatmap coloured by the share of each true class's images.

    Right answers on the diagonal are left unshaded, so that the mistakes are what one sees.
    """
    K, labels = len(labels), [plotly_text(label) for label in labels]
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    mistakes = np.where(np.eye(K, dtype=bool), np.nan, shares * 100)
    top = float(np.nanmax(mistakes)) if K > 1 else 0.0
    hover = [
        [
            ngettext(
                "{n} image of {true}, predicted {predicted} ({share:percent})",
                "{n} images of {true}, predicted {predicted} ({share:percent})",
                int(counts[i, j]),
                true=labels[i],
                predicted=labels[j],
                share=float(shares[i, j]),
            )
            for j in range(K)
        ]
        for i in range(K)
    ]
    fig = go.Figure(
        go.Heatmap(
            z=mistakes,
            x=list(labels),
            y=list(labels),
            text=hover,
            hovertemplate="%{text}<extra></extra>",
            colorscale=sequential(theme),
            zmin=0,
            zmax=max(top, 1e-9),
            xgap=1,
            ygap=1,
            colorbar={"title": {"text": _("% of the<br>true class")}, "thickness": 10, "outlinewidth": 0},
        )
    )
    apply_look(fig, theme, height=height)
    fig.update_layout(annotations=_cell_texts(counts, mistakes, labels, theme, top) if K <= 12 else [])
    fig.update_xaxes(title_text=_("Predicted class"), showgrid=False, type="category", side="bottom")
    fig.update_yaxes(title_text=_("True class"), showgrid=False, type="category", autorange="reversed")
    return fig


def _cell_texts(
    counts: np.ndarray, mistakes: np.ndarray, labels: Sequence[str], theme: Theme, top: float
) -> list[dict[str, object]]:
    colours = palette(theme)
    texts: list[dict[str, object]] = []
    for (i, j), count in np.ndenumerate(counts):
        deep = i != j and mistakes[i, j] > 0.55 * top
        colour = colours.paper if deep and theme == "light" else colours.ink
        text = f"<b>{number(int(count))}</b>" if i == j else (number(int(count)) if count else "")
        texts.append(
            {
                "x": labels[j],
                "y": labels[i],
                "text": text,
                "showarrow": False,
                "font": {"size": 11, "color": colour},
            }
        )
    return texts


def lines(
    series: Mapping[str, tuple[np.ndarray, np.ndarray]],
    theme: Theme,
    *,
    x_title: str,
    y_title: str,
    height: int = 320,
    log_x: bool = False,
    y_range: tuple[float, float] | None = None,
    in_percent: bool = False,
) -> go.Figure:
    """Return named lines {name: (x, y)}, each labelled at its end in its own colour, without a legend.

    in_percent: y is 0..100, and said in per cent; y_range: of the axis, default what the lines take up. Labels
    of lines that end close together stand apart; long ones are wrapped.
    """
    colours = palette(theme)
    line_colours = [colours.train, colours.held_out, *(series_colour(i, theme) for i in range(6))]
    fig = go.Figure()
    ends = {name: float(y[-1]) for name, (x, y) in series.items() if len(x)}
    low, high = y_range or _span([y for _x, y in series.values()])
    labels = {name: _in_lines(name) for name in series}
    label_px = LABEL_PX * max((len(label) for label in labels.values()), default=1)
    moves = _apart_px(list(ends.values()), low, high, height - FRAME_PX, label_px)
    shifts = dict(zip(ends, moves, strict=True))
    for i, (name, (x, y)) in enumerate(series.items()):
        colour = line_colours[i % len(line_colours)]
        fig.add_scatter(x=x, y=y, name=plotly_text(name), mode="lines", line={"color": colour, "width": 2})
        if in_percent:
            fig.data[-1].update(customdata=percent_texts(np.asarray(y) / 100), hovertemplate="%{customdata}")
        if len(x):
            fig.add_annotation(
                x=np.log10(x[-1]) if log_x else x[-1],
                y=ends[name],
                text="<br>".join(map(plotly_text, labels[name])),
                showarrow=False,
                xanchor="left",
                align="left",
                xshift=6,
                yshift=shifts[name],
                font={"color": text_shade(colour, theme)},
            )
    apply_look(fig, theme, height=height)
    letters = max((len(line) for label in labels.values() for line in label), default=0)
    fig.update_layout(
        showlegend=False, hovermode="x unified", margin_r=max(90, round(letters * LETTER_PX) + 10)
    )
    first, last = _span([np.log10(x) if log_x else x for x, _y in series.values()])
    edge = (last - first or 1.0) * 0.012  # set, for the labels would claim room within the axes otherwise
    fig.update_xaxes(
        title_text=x_title,
        type="log" if log_x else "linear",
        range=(first - edge, last + edge),
        showgrid=False,
        zeroline=False,  # it would be taken for the mark of a chosen step
        tickformat="" if log_x else ",",
    )
    fig.update_yaxes(title_text=y_title, range=y_range, **(percent_affixes() if in_percent else {}))
    return fig


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
