"""Evaluate: where is it wrong? The test set in figures, every mistake, how sure it is, how it breaks."""

import streamlit as st

from core.i18n.literal_text import markdown_text
from pages.components.navigation import page
from pages.evaluate.adversarial import show_adversarial_change
from pages.evaluate.calibration import show_calibration, show_mistakes
from pages.evaluate.confusion import show_confusion
from pages.evaluate.metrics import figures_of, show_classes, show_summary
from pages.evaluate.published_results import show_published
from pages.evaluate.robustness import show_robustness
from pages.run_context.guards import TICK_S, current_run, redraw_on_change, run_with_weights_or_stop
from pages.run_context.trained_model import scores

SECTIONS = ["Mistakes", "Classes", "Confidence", "How it breaks", "Published figures"]


def evaluation(run_id: str, drawn_status: str) -> None:
    """Draw everything for the newest weights."""
    run = current_run(run_id)
    redraw_on_change(run, drawn_status)
    found = scores(run)
    if not len(found.labels):
        st.info("This dataset has no test images, so there is nothing to be judged by.")
        return
    if not found.is_finite:
        st.warning(f"Its scores are not numbers any more: the run diverged. {markdown_text(run.remedy)}")
        st.page_link(page("train"), label="Train with a smaller learning rate", icon=":material/play_arrow:")
        return
    if run.is_live:
        st.caption(
            f"After step {found.step:,}, on {len(found.labels):,} test images; this page follows the run."
        )
    show_summary(run, found)
    mistakes, classes, confidence, breaks, published = st.tabs(
        SECTIONS, key="evaluate_section", on_change="rerun", bind="query-params"
    )
    if mistakes.open:
        with mistakes:
            show_confusion(run, found)
    if classes.open:
        with classes:
            show_classes(run, found)
    if confidence.open:
        with confidence:
            st.subheader("Its surest mistakes", anchor=False)
            show_mistakes(run, found)
            show_calibration(found)
    if breaks.open:
        with breaks:
            show_robustness(run, found.step)
            st.subheader("The least change that fools it", anchor=False)
            show_adversarial_change(run, found)
    if published.open:
        with published:
            show_published(run, figures_of(run, found)[0].accuracy.share)


selected = run_with_weights_or_stop("Where is it wrong?")
tick = TICK_S if selected.is_live else None
st.fragment(evaluation, run_every=tick)(selected.id, selected.status)
