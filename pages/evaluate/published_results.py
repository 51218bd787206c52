"""This run beside published figures, each with its source."""

import streamlit as st

from core.config.setting_labels import OPTION_NAMES
from core.datasets import dataset_spec
from core.i18n.literal_text import html_text, markdown_text
from core.i18n.number_format import percent
from core.insight.captions.evaluate import published as published_caption
from core.insight.published_results import Published, figures_for
from core.runs import RunRow
from core.runs.run_labels import title
from pages.components.captioned_figure import captioned


def show_published(run: RunRow, accuracy: float) -> None:
    """Show the published figures for the run's images, its own among them."""
    figures = figures_for(run.dataset, run.model)
    if not figures:
        images = markdown_text(dataset_spec(run.dataset).title)
        st.caption(f"No figure for {images} has been checked at its source and listed here yet.")
        return
    own = Published(run.dataset, run.model, f"This run: {title(run)}", accuracy, "here", "", "here")
    rows = sorted([*figures, own], key=lambda row: (row.model != run.model, row.model, -row.accuracy))
    sentence = published_caption(accuracy, figures, run.model)
    _table(rows, own, sentence)
    captioned(
        "published",
        sentence,
        lambda: {
            "model": [_kind(row.model) for row in rows],
            "method": [row.method for row in rows],
            "test accuracy": [100 * row.accuracy for row in rows],
            "error": [100 - 100 * row.accuracy for row in rows],
            "note": [row.note for row in rows],
            "source": [row.source for row in rows],
            "link": [row.url for row in rows],
        },
    )


def _table(rows: list[Published], own: Published, sentence: str) -> None:
    """Draw the figures, each linked to its source, what differs beneath its method."""
    lines = []
    for row in rows:
        note = f"<small>{html_text(row.note)}</small>" if row.note else ""
        source = html_text(row.cited)
        if row.url:
            link = (
                f'href="{html_text(row.url)}" title="{html_text(row.source)}" target="_blank" rel="noopener"'
            )
            source = f"<a {link}>{source}</a>"
        first = ' class="first"' if row is own else ""
        lines.append(
            f"<tr{first}><td>{html_text(_kind(row.model))}</td>"
            f'<th scope="row">{html_text(row.method)}{note}</th><td>{percent(row.accuracy, 2)}</td>'
            f"<td>{100 - 100 * row.accuracy:.2f}%</td><td>{source}</td></tr>"
        )
    heads = "".join(f"<th>{name}</th>" for name in ("model", "method", "test accuracy", "error", "source"))
    st.html(
        f'<div class="ink-numbers ink-published"><table aria-label="{html_text(sentence)}">'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _kind(model: str) -> str:
    return OPTION_NAMES[("model", model)].split(" (")[0]
