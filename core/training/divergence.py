"""The last word of a run whose loss has stopped being a finite number."""

from core.i18n.translation import _
from core.protocol.events import Diverged
from core.training.run_state import RunState


def diverged(state: RunState) -> Diverged:
    """Return where the run broke, and what to try instead."""
    rate = state.last_learning_rate
    return Diverged(
        step=state.step,
        elapsed_s=state.watch.elapsed_s,
        message=_(
            "The loss stopped being a finite number at step {step} (learning rate {rate:plain}).",
            step=state.step,
            rate=rate,
        ),
        remedy=_("Try a learning rate of {rate:plain}, a tenth of this one.", rate=rate / 10),
    )
