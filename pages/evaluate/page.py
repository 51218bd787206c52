"""Evaluate: where is it wrong? The test set in figures, every mistake, how sure it is, how robust."""

from typing import Final

import streamlit as st

from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import nmarkdown_
from core.i18n.translation import N_, Sentences, _
from pages.components.navigation import page
from pages.components.sections import open_section
from pages.evaluate.adversarial import show_adversarial_change
from pages.evaluate.calibration import show_calibration, show_mistakes
from pages.evaluate.confusion import show_confusion
from pages.evaluate.metrics import figures_of, show_classes, show_summary
from pages.evaluate.published_results import show_published
from pages.evaluate.robustness import show_robustness
from pages.run_context.guards import (
    current_run,
    follow_weights,
    has_test_images,
    run_with_weights_or_stop,
)
from pages.run_context.trained_model import newest_step, scores
from pages.server.errors import fragment

SECTIONS: Final = Sentences(
    {
        "Mistakes": N_("Mistakes"),
        "Classes": N_("Classes"),
        "Confidence": N_("Confidence"),
        "How it breaks": N_("Robustness"),
        "Published figures": N_("Published results"),
    }
)  # not said: names in addresses, which stay


def evaluation(run_id: str) -> None:
    """Draw everything for the newest weights."""
    run = current_run(run_id)
    follow_weights(run, newest_step(run))
    if not has_test_images(run):
        return
    found = scores(run)
    if not found.is_finite:
        diverged = _("This run diverged: its weights are no longer finite numbers.")
        st.warning(markdown_text(" ".join(filter(None, [diverged, run.remedy]))))
        st.page_link(
            page("train"), label=_("Train with a smaller learning rate"), icon=":material/play_arrow:"
        )
        return
    with st.container():  # that what stands below is not made anew when the run ends
        if run.is_live:
            st.caption(
                nmarkdown_(
                    "After step {step}, on {n} test image. This page is updated while the run trains.",
                    "After step {step}, on {n} test images. This page is updated while the run trains.",
                    len(found.labels),
                    step=found.step,
                )
            )
    show_summary(run, found)
    section, place = open_section("evaluate_section", SECTIONS, in_address=True)
    with place:
        match section:
            case "Mistakes":
                show_confusion(run, found)
            case "Classes":
                show_classes(run, found)
            case "Confidence":
                st.subheader(_("Most confident mistakes"), anchor=False)
                show_mistakes(run, found)
                show_calibration(found)
            case "How it breaks":  # not said: a name in addresses
                show_robustness(run, found)
                st.subheader(_("Smallest adversarial change"), anchor=False)
                show_adversarial_change(run, found)
            case "Published figures":  # not said: a name in addresses
                show_published(run, figures_of(run, found)[0].accuracy.share)


selected = run_with_weights_or_stop(_("Where is it wrong?"))
fragment(evaluation)(selected.id)
