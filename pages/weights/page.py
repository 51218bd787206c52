"""Weights: what did it learn? Its weight images through time, the arithmetic of an answer, one step, edits by hand."""

from typing import Final

from core.i18n.translation import N_, Sentences, _
from pages.components.sections import open_section
from pages.run_context.guards import (
    current_run,
    follow_weights,
    run_with_weights_or_stop,
    warn_if_diverged,
)
from pages.run_context.trained_model import newest_step
from pages.server.errors import fragment
from pages.weights.class_boundary import show_class_boundary
from pages.weights.gradient_step import show_gradient_step
from pages.weights.hidden_layers import show_feature_maps, show_unit_contributions
from pages.weights.logit_breakdown import show_logit_breakdown
from pages.weights.weight_editor import show_weight_editor
from pages.weights.weight_history import show_weight_history

TITLES: Final = Sentences(
    {
        "time": N_("During training"),
        "two_classes": N_("Two classes"),
        "arithmetic": N_("Arithmetic"),
        "step": N_("One step in detail"),
        "edit": N_("Edit weights"),
        "hidden_units": N_("Hidden units"),
        "feature_maps": N_("Feature maps"),
    }
)
SECTIONS: Final = {
    "softmax": {
        "time": show_weight_history,
        "two_classes": show_class_boundary,
        "arithmetic": show_logit_breakdown,
        "step": show_gradient_step,
        "edit": show_weight_editor,
    },
    "mlp": {"time": show_weight_history, "hidden_units": show_unit_contributions, "step": show_gradient_step},
    "cnn": {"time": show_weight_history, "feature_maps": show_feature_maps, "step": show_gradient_step},
}


def show_sections(run_id: str) -> None:
    """Draw the chosen section for the newest weights."""
    run = current_run(run_id)
    follow_weights(run, newest_step(run))
    if warn_if_diverged(run):
        return
    sections = SECTIONS[run.model]
    name, place = open_section(f"weights_section_{run.model}", {name: TITLES[name] for name in sections})
    with place:
        sections[name](run)


selected = run_with_weights_or_stop(_("What did it learn?"))
fragment(show_sections)(selected.id)
