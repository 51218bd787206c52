"""This run beside published figures, each with its source."""

from typing import Final

import streamlit as st

from core.datasets import dataset_spec
from core.i18n.literal_text import html_text
from core.i18n.marked_sentences import markdown_
from core.i18n.number_format import percent
from core.i18n.translation import N_, Sentences, _
from core.insight.captions.evaluate import published as published_caption
from core.insight.published_results import Published, figures_for
from core.runs import RunRow
from core.runs.run_labels import title
from pages.components.captioned_figure import captioned

KINDS: Final = Sentences({"softmax": N_("Softmax regression"), "mlp": "MLP", "cnn": "CNN"})


def show_published(run: RunRow, accuracy: float) -> None:
    """Show the published figures for the run's images, its own among them."""
    figures = figures_for(run.dataset, run.model)
    if not figures:
        st.caption(
            markdown_(
                "No published results for {dataset} are listed here yet.",
                dataset=dataset_spec(run.dataset).title,
            )
        )
        return
    st.caption(
        _(
            "What others reached on the same dataset, with this run among them. Each method is named with the settings "
            "that its authors chose, such as C = 1. Error: the share of test images predicted wrongly."
        )
    )
    own = Published(
        run.dataset, run.model, _("This run: {name}", name=title(run)), accuracy, _("here"), "", _("here")
    )
    rows = sorted([*figures, own], key=lambda row: (row.model != run.model, row.model, -row.accuracy))
    sentence = published_caption(accuracy, figures, run.model)
    _table(rows, own, sentence)
    captioned(
        "published",
        sentence,
        lambda: {
            "model": [KINDS[row.model] for row in rows],
            "method": [row.method for row in rows],
            "test accuracy": [100 * row.accuracy for row in rows],
            "error": [100 - 100 * row.accuracy for row in rows],
            "note": [row.note for row in rows],
            "source": [row.source for row in rows],
            "link": [row.url for row in rows],
        },
    )  # not said: columns of the file


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
            f"<tr{first}><td>{html_text(KINDS[row.model])}</td>"
            f'<th scope="row">{html_text(row.method)}{note}</th><td>{percent(row.accuracy, 2)}</td>'
            f"<td>{percent(1 - row.accuracy, 2)}</td><td>{source}</td></tr>"
        )  # not said: HTML
    names = (_("model"), _("method"), _("test accuracy"), _("error"), _("source"))
    heads = "".join(f"<th>{html_text(name)}</th>" for name in names)
    st.html(
        f'<div class="ink-numbers ink-published" role="group" tabindex="0" aria-label="{html_text(sentence)}"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )  # not said: HTML
