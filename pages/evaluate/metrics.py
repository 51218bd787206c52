"""The test set in figures: accuracy with its interval, loss, top-2, and each class by itself."""

import math

import pandas as pd
import streamlit as st

from core.datasets import dataset_spec
from core.datasets.shortage import marked_untested
from core.i18n.literal_text import html_text, markdown_text
from core.i18n.number_format import NONE, loss, number, percent, share_of
from core.i18n.translation import _
from core.insight.captions.evaluate import class_scores as class_scores_caption
from core.insight.captions.evaluate import summary as summary_caption
from core.insight.metrics import ClassScore, Summary, class_scores, summary
from core.runs import RunRow
from pages.components.captioned_figure import captioned
from pages.components.number_columns import said_per_cent, with_numbers
from pages.run_context.dataset_guard import content_of
from pages.run_context.trained_model import Scores, scores_at


@st.cache_data(show_spinner=False, max_entries=128)
def _summary(run_id: str, step: int, is_over: bool, content: str) -> tuple[Summary, tuple[ClassScore, ...]]:
    found = scores_at(run_id, step, is_over, content)
    return summary(found.logits, found.labels), class_scores(found.logits, found.labels)


def figures_of(run: RunRow, found: Scores) -> tuple[Summary, tuple[ClassScore, ...]]:
    """Return the summary of a run's scores and each class's."""
    return _summary(run.id, found.step, run.status in ("finished", "stopped"), content_of(run))


def show_summary(run: RunRow, found: Scores) -> None:
    """Show the figures of the whole test set and the sentence about them."""
    result = figures_of(run, found)[0]
    interval = _(
        "95% confidence interval: {low:percent} to {high:percent}",
        low=result.accuracy.low,
        high=result.accuracy.high,
    )
    cells = [
        (_("test accuracy"), share_of(round(result.accuracy.share * result.n), result.n), interval),
        (
            _("test loss"),
            loss(result.loss),
            _(
                "cross-entropy; about {guessing:number.1} is guessing",
                guessing=math.log(found.logits.shape[1]),
            ),
        ),
        (
            _("top-2 accuracy"),
            share_of(round(result.top2 * result.n), result.n),
            _("right within two guesses"),
        ),
        (_("mean confidence"), percent(result.mean_confidence), _("how sure it is on average")),
    ]
    shown = "".join(
        f"<div><dt>{html_text(name)}</dt><dd>{html_text(value)}</dd>"
        f"<dd><small>{html_text(note)}</small></dd></div>"
        for name, value, note in cells
    )
    st.html(f'<dl class="ink-cells">{shown}</dl>')  # not said: HTML
    st.caption(markdown_text(summary_caption(result)))


def show_classes(run: RunRow, found: Scores) -> None:
    """Show precision, recall and F1 of each class as a table."""
    rows = figures_of(run, found)[1]
    names = dataset_spec(run.dataset).class_names
    columns = {
        "class": [names[r.label] if r.support else marked_untested(names[r.label]) for r in rows],
        "precision": [100 * r.precision for r in rows],
        "recall": [100 * r.recall for r in rows],
        "F1": [100 * r.f1 for r in rows],
        "images": [r.support for r in rows],
        "answers": [r.predicted for r in rows],
    }
    sentence = class_scores_caption(rows, names)
    with st.container(key="class_table"):
        st.dataframe(
            with_numbers(
                pd.DataFrame(columns),
                {
                    **dict.fromkeys(("precision", "recall", "F1"), said_per_cent()),
                    **dict.fromkeys(("images", "answers"), number),
                },
            ),
            hide_index=True,
            height="content",
            placeholder=NONE,
            alt=sentence,
            column_config={
                "class": st.column_config.Column(_("Class")),
                "precision": st.column_config.NumberColumn(
                    _("Precision"),
                    help=_("Of the images predicted as this class, the share that really is this class."),
                ),
                "recall": st.column_config.NumberColumn(
                    _("Recall"),
                    help=_("Of the images that really are this class, the share that was recognised."),
                ),
                "F1": st.column_config.NumberColumn(
                    "F1",
                    help=_(
                        "Precision and recall in one number (their harmonic mean). It is high only if both are."
                    ),
                ),
                "images": st.column_config.NumberColumn(
                    _("Images"), help=_("How many test images belong to this class.")
                ),
                "answers": st.column_config.NumberColumn(
                    _("Predictions"), help=_("How many test images were predicted as this class.")
                ),
            },
        )
    captioned("classes", sentence, lambda: columns | {"class": [names[r.label] for r in rows]})
