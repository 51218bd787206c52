"""The test set in figures: accuracy with its interval, loss, top-2, and each class by itself."""

import streamlit as st

from core.datasets import dataset_spec
from core.i18n.literal_text import markdown_text
from core.i18n.number_format import percent
from core.insight.captions.evaluate import class_scores as class_scores_caption
from core.insight.captions.evaluate import summary as summary_caption
from core.insight.metrics import ClassScore, Summary, class_scores, summary
from core.runs import RunRow
from pages.components.captioned_figure import captioned
from pages.run_context.trained_model import Scores, scores_at


@st.cache_data(show_spinner=False, max_entries=128)
def _summary(run_id: str, step: int, is_over: bool) -> tuple[Summary, tuple[ClassScore, ...]]:
    found = scores_at(run_id, step, is_over)
    return summary(found.logits, found.labels), class_scores(found.logits, found.labels)


def figures_of(run: RunRow, found: Scores) -> tuple[Summary, tuple[ClassScore, ...]]:
    """Return the summary of a run's scores and each class's."""
    return _summary(run.id, found.step, run.status in ("finished", "stopped"))


def show_summary(run: RunRow, found: Scores) -> None:
    """Show the figures of the whole test set and the sentence about them."""
    result, _ = figures_of(run, found)
    interval = f"{percent(result.accuracy.low)} to {percent(result.accuracy.high)}"
    cells = [
        ("test accuracy", percent(result.accuracy.share), f"95% interval {interval}"),
        ("test loss", f"{result.loss:.3f}", "cross-entropy, nats"),
        ("top-2 accuracy", percent(result.top2), "right within two guesses"),
        ("mean confidence", percent(result.mean_confidence), "how sure it is"),
    ]
    shown = "".join(f"<div><dt>{n}</dt><dd>{v}</dd><small>{s}</small></div>" for n, v, s in cells)
    st.html(f'<dl class="ink-cells">{shown}</dl>')
    st.caption(markdown_text(summary_caption(result)))


def show_classes(run: RunRow, found: Scores) -> None:
    """Show precision, recall and F1 of each class as a table."""
    _, rows = figures_of(run, found)
    names = dataset_spec(run.dataset).class_names
    columns = {
        "class": [names[r.label] for r in rows],
        "precision": [100 * r.precision for r in rows],
        "recall": [100 * r.recall for r in rows],
        "F1": [100 * r.f1 for r in rows],
        "images": [r.support for r in rows],
        "answers": [r.predicted for r in rows],
    }
    sentence = class_scores_caption(rows, names)
    with st.container(key="class_table"):
        st.dataframe(
            columns,
            hide_index=True,
            height="content",
            alt=sentence,
            column_config={
                "precision": st.column_config.NumberColumn(
                    format="%.1f %%", help="Of the answers “this class”, the share that is right."
                ),
                "recall": st.column_config.ProgressColumn(
                    format="%.1f %%",
                    min_value=0,
                    max_value=100,
                    help="Of this class's images, the share that is found.",
                ),
                "F1": st.column_config.NumberColumn(
                    format="%.1f %%", help="The harmonic mean of precision and recall."
                ),
            },
        )
    captioned("classes", sentence, lambda: columns)
