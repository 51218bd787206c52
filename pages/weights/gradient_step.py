"""One step under the microscope: the next mini-batch, its gradient, the weights before and after."""

import time
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import streamlit as st

from core.access.rules import Action
from core.config.run_config import ConfigError, RunConfig, applies
from core.config.setting_labels import refusal
from core.datasets import DatasetError, dataset_spec
from core.datasets.shortage import changed_since_begun
from core.i18n.literal_text import html_text, markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.number_format import loss as loss_text
from core.i18n.translation import N_, _, ngettext
from core.insight.gradient_step import ModelStep, take_model_step
from core.models.parameter_shapes import count_parameters
from core.runs import RunRow, StoreError
from core.training.checkpoint import CheckpointError, TrainingState, unpack
from core.training.next_step import NextStep, next_step
from pages.components.captioned_figure import captioned
from pages.run_context.selected_run import select_run
from pages.run_context.trained_model import newest_step, prepared_data, state_at
from pages.server.visitor import command, may, store, submit
from pages.weights.gradient_step_images import show_batch, show_weights

FACTORS: Final = (1.0, 3.0, 10.0, 100.0)
WAIT_S: Final = 1.5


@dataclass(frozen=True, eq=False)
class StepPreview:
    """A step that was looked at before it was taken."""

    rest: NextStep
    step: ModelStep


def show_gradient_step(run: RunRow) -> None:
    """Show the step that a paused run would take next, and take it; otherwise say how to get to one."""
    problem = st.session_state.pop("step_problem", None)
    if problem:
        st.error(markdown_text(problem))
    if run.status != "paused":
        _offer_pause(run)
        return
    step = newest_step(run)
    if step != run.step:
        st.caption(markdown_("The weights of step {step} will be here in a moment.", step=run.step))
        return
    data = prepared_data(run.config)
    if data.train_count != run.train_count:
        st.info(markdown_text(changed_since_begun(data.spec)))
        return
    memory = _checkpoint(run.id, step)
    looked = _look(run.id, step, run.learning_rate, memory is not None, memory)
    _button(run, looked)
    _show_outcomes(run, looked)
    show_batch(run, looked.rest, looked.step)
    show_weights(run, looked.step, step)


@st.cache_resource(show_spinner=False, max_entries=8)
def _look(
    run_id: str, step: int, ordered_rate: float | None, remembers: bool, _memory: TrainingState | None
) -> StepPreview:
    """Return the next step; `remembers` because the checkpoint may arrive after the weights it belongs to."""
    assert remembers == (_memory is not None)
    run = store().get(run_id)
    rest = next_step(
        run.config,
        prepared_data(run.config),
        step,
        state_at(run_id, step),
        checkpoint=_memory,
        changes=run.learning_rate_changes,
        ordered_rate=ordered_rate,
    )
    rates = [rest.learning_rate * factor for factor in FACTORS]
    return StepPreview(
        rest, take_model_step(rest.model, rest.optimizer, rest.images, rest.labels, rates, run.config.l1)
    )


def _checkpoint(run_id: str, step: int) -> TrainingState | None:
    """Return the checkpoint of this very step; None: the optimizer's memory is not known, as the page says."""
    try:
        data = store().checkpoint(run_id)
        found = unpack(data) if data else None
    except (CheckpointError, StoreError):
        return None
    return found if found is not None and found.step == step else None


def _offer_pause(run: RunRow) -> None:
    """Say that the microscope needs a paused run, and offer to have one."""
    if run.status == "running":
        st.caption(_("A single step can be seen while the run is paused."))
        if may(Action.ORDER_RUN, run):
            st.button(_("Pause here"), icon=":material/pause:", on_click=_pause, args=(run.id,))
        return
    st.caption(
        _(
            "A single step can be seen while a run is paused. Each step learns from a few images, its batch. See the "
            "step that would come next, from these weights on, or the first steps of this run once more: the batches "
            "are the same as before, because the seed is the same."
        )
    )
    with st.container(horizontal=True):
        st.button(
            _("Train on, paused"),
            type="primary",
            icon=":material/biotech:",
            on_click=_begin_paused,
            args=(run, replace(run.config, start_from=run.id, epochs=1, learning_rate_changes=()), 0),
            help=_("Starts a new run from these weights, paused before its first step."),
        )
        st.button(
            _("Train again, paused"),
            icon=":material/biotech:",
            on_click=_begin_paused,
            args=(run, run.config, 1),
            help=_("Starts a new run with the same settings, paused after its first step."),
        )


def _pause(run_id: str) -> None:
    try:
        command(run_id, command="pause")
        _await(run_id, "paused")
    except StoreError as error:
        st.session_state.step_problem = str(error)


def _begin_paused(run: RunRow, config: RunConfig, run_until: int) -> None:
    """Begin a run of the config, named after `run`, paused after `run_until` steps, and select it."""
    try:
        config = replace(config, device="cpu")
        run_id = store().create(
            config,
            name=_("{name}, step by step", name=run.name) if run.name else "",
            command="pause",
            run_until=run_until,
            parameter_count=count_parameters(config, dataset_spec(config.dataset)),
        )
        submit(run_id)
        select_run(run_id)
        _await(run_id, "paused")
    except (StoreError, DatasetError, ConfigError) as error:
        st.session_state.step_problem = refusal(error)


def _take(run_id: str, step: int) -> None:
    """Have the run take one step, and wait a moment for its new weights."""
    try:
        command(run_id, one_step=True)
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline and (store().newest_weights_step(run_id) or 0) <= step:
            time.sleep(0.02)
        _await(run_id, "paused")
    except StoreError as error:
        st.session_state.step_problem = str(error)


def _await(run_id: str, status: str) -> None:
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline and store().get(run_id).status != status:
        time.sleep(0.02)


def _button(run: RunRow, looked: StepPreview) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _("Take the step"),
            type="primary",
            icon=":material/play_arrow:",
            shortcut="S",
            disabled=not may(Action.ORDER_RUN, run),
            on_click=_take,
            args=(run.id, looked.rest.step),
            help=_("The run learns from this batch of images, then pauses again."),
        )
        st.caption(
            nmarkdown_(
                "Step {step}: {n} image, learning rate {rate:plain}.",
                "Step {step}: {n} images, learning rate {rate:plain}.",
                len(looked.rest.labels),
                step=looked.rest.step + 1,
                rate=looked.rest.learning_rate,
            )
        )


def _show_outcomes(run: RunRow, looked: StepPreview) -> None:
    """Say what the step does to this batch's loss, and what larger learning rates would have done."""
    view = looked.step
    own, *larger = view.outcomes
    sentences = [
        ngettext(
            "Before the step, the model is right on {right} of this {n} image.",
            "Before the step, the model is right on {right} of these {n} images.",
            len(looked.rest.labels),
            right=int((view.predictions == looked.rest.labels.numpy()).sum()),
        ),
        _(
            "The step takes this batch's loss from {before:loss} to {after:loss}.",
            before=view.loss,
            after=own.loss,
        ),
        _verdict(view, larger[-1].loss),
    ]
    st.html(f'<dl class="ink-cells" data-testid="step-outcomes">{_cells(view)}</dl>')  # not said: HTML
    captioned(
        "step",
        " ".join(sentences),
        lambda: {
            "learning rate": [o.learning_rate for o in view.outcomes],
            "loss before": [view.loss] * len(view.outcomes),
            "loss after": [o.loss for o in view.outcomes],
            "accuracy after": [o.accuracy for o in view.outcomes],
        },
    )  # not said: columns of the file
    if not looked.rest.remembers:
        st.caption(
            _(
                "The optimizer's state (what it remembers of earlier steps) was not saved at this step, so the real "
                "step will differ a little."
            )
        )
    if applies("dropout", run.config):
        st.caption(_("During training, units are also left out at random (dropout); here none is."))
    if run.config.augmentation != "none":
        st.caption(
            _(
                "During training, each image is also moved, turned and slanted a little at random; here it is not."
            )
        )


def _cells(view: ModelStep) -> str:
    """Return the loss before the step, and after it with each learning rate, as HTML."""
    cells: list[tuple[str, float, float]] = [(_("Before the step"), view.loss, view.accuracy)]
    for outcome in view.outcomes:
        own = outcome is view.outcomes[0]
        text = N_("Learning rate {rate:plain} (the run's)") if own else N_("Learning rate {rate:plain}")
        cells.append((_(text, rate=outcome.learning_rate), outcome.loss, outcome.accuracy))
    texts = [
        (name, loss_text(loss), _("loss; {share:percent.0} right", share=share))
        for name, loss, share in cells
    ]
    return "".join(
        f"<div><dt>{html_text(name)}</dt><dd>{html_text(shown)}</dd>"
        f"<dd><small>{html_text(beneath)}</small></dd></div>"
        for name, shown, beneath in texts
    )


def _verdict(view: ModelStep, loss: float) -> str:
    """Say where the largest of the learning rates would have led."""
    values = {"factor": FACTORS[-1], "loss": loss}
    if not np.isfinite(loss):
        return _("{factor} times the learning rate would make the loss explode.", **values)
    if loss > view.loss:
        return _("{factor} times the learning rate would go too far, to a loss of {loss:loss}.", **values)
    if loss < view.outcomes[0].loss:
        return _("{factor} times the learning rate would get further, to a loss of {loss:loss}.", **values)
    return _("{factor} times the learning rate would not get as far, to a loss of {loss:loss}.", **values)
