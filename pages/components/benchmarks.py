"""This run beside published figures, each with its source."""

import streamlit as st

from core.datasets import spec
from core.insight.captions.evaluate import published as published_caption
from core.insight.published import figures_for
from core.runs import RunRow
from pages.components.figure import captioned
from pages.components.run_view import title
from pages.components.words import OPTION_NAMES


def show_published(run: RunRow, accuracy: float) -> None:
    """Show the published figures for the run's images, its own among them."""
    rows = figures_for(run.dataset, run.model)
    if not rows:
        st.caption(
            f"No figure for {spec(run.dataset).title} has been checked at its source and listed here yet."
        )
        return
    table = [(_kind(r.model), r.method, r.accuracy, r.source, r.url, r.note) for r in rows]
    table.append((_kind(run.model), f"This run: {title(run)}", accuracy, "here", "", ""))
    table.sort(key=lambda row: (row[0] != _kind(run.model), -row[2]))
    columns: dict[str, list[object]] = {
        "model": [row[0] for row in table],
        "method": [row[1] for row in table],
        "test accuracy": [100 * row[2] for row in table],
        "error": [100 - 100 * row[2] for row in table],
        "note": [row[5] for row in table],
        "source": [row[3] for row in table],
        "link": [row[4] or None for row in table],
    }
    sentence = published_caption(accuracy, rows, run.model)
    st.dataframe(
        columns,
        hide_index=True,
        height="content",
        alt=sentence,
        column_config={
            "test accuracy": st.column_config.NumberColumn(format="%.2f %%"),
            "error": st.column_config.NumberColumn(format="%.2f %%"),
            "method": st.column_config.TextColumn(width="large"),
            "source": st.column_config.TextColumn(width="medium"),
            "link": st.column_config.LinkColumn(display_text="open"),
        },
    )
    captioned("published", sentence, lambda: columns)


def _kind(model: str) -> str:
    return OPTION_NAMES[("model", model)].split(" (")[0]
