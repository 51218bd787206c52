"""A figure as every page shows it: the chart, one sentence made from the run's numbers, a download."""

import csv
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.i18n.literal_text import csv_cell, markdown_text
from core.i18n.translation import _
from pages.components.made_file import or_why_not
from pages.components.still_figure import still_figure

Columns = Mapping[str, Any]


def chart(key: str, figure: go.Figure, *, caption: str, alt: str = "", table: Callable[[], Columns]) -> None:
    """Show `figure`, its caption (also its alternative text unless `alt` says more) and its numbers as CSV."""
    still_figure(key, figure, alt=alt or caption)
    captioned(key, caption, table)


def captioned(
    key: str,
    caption: str,
    table: Callable[[], Columns],
    *,
    picture: Callable[[], bytes] | None = None,
    name: str = "",
) -> None:
    """Write the caption of what stands above, and offer its numbers as CSV, and the `picture` as PNG.

    name: of the files, default `key`.
    """
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", key=f"caption_{key}"):
        st.caption(markdown_text(caption), width="stretch")
        if picture:
            download_png(key, picture, name=name)
        download_csv(key, table, name=name)


def download_csv(key: str, table: Callable[[], Columns], *, name: str = "") -> None:
    """Offer the columns of `table` as a CSV file; they are made only when asked for."""
    st.download_button(
        "CSV",
        data=or_why_not(lambda: csv_text(pd.DataFrame(table())).encode()),
        file_name=f"inkling-{name or key}.csv",
        mime="text/csv",
        key=f"csv_{key}",
        on_click="ignore",
        icon=":material/download:",
        type="tertiary",
        help=_("Download the numbers behind this figure."),
    )


def csv_text(frame: pd.DataFrame) -> str:
    """Return the table as CSV, none of whose texts a spreadsheet takes for a formula, or divides at a semicolon."""
    texts = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
    safe = frame.assign(**{name: frame[name].map(csv_cell) for name in texts})
    return safe.rename(columns=csv_cell).to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC)


def download_png(key: str, make: Callable[[], bytes], *, name: str = "") -> None:
    """Offer a picture as a PNG file; it is made only when asked for."""
    st.download_button(
        "PNG",
        data=or_why_not(make),
        file_name=f"inkling-{name or key}.png",
        mime="image/png",
        key=f"png_{key}",
        on_click="ignore",
        icon=":material/download:",
        type="tertiary",
        help=_("Download this figure as an image."),
    )
