"""One step under the microscope: the next mini-batch, its gradient, the weights before and after."""

import time
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from core.config.run_config import ConfigError
from core.datasets import dataset_spec
from core.figures.image_panels import Panel
from core.figures.palette import class_colour
from core.i18n.literal_text import markdown_text
from core.i18n.number_format import percent, signed
from core.insight.gradient_step import ModelStep, take_model_step
from core.models.parameter_shapes import count_parameters
from core.runs import RunRow, StoreError
from core.training.checkpoint import CheckpointError, TrainingState, unpack
from core.training.next_step import NextStep, next_step
from pages.components.captioned_figure import captioned
from pages.components.image_panels import pixel_panels
from pages.run_context.selected_run import select_run
from pages.run_context.trained_model import newest_step, prepared_data, state_at
from pages.server.services import engine, store
from pages.server.visitor import visitor

FACTORS = (1.0, 3.0, 10.0, 100.0)
SHOWN = 40
WAIT_S = 1.5


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
        st.caption(f"The weights of step {run.step:,} are on their way.")
        return
    memory = _checkpoint(run.id, step)
    looked = _look(run.id, step, run.learning_rate, memory is not None, memory)
    _button(run, looked)
    _show_outcomes(run, looked)
    _show_batch(run, looked)
    _show_weights(run, looked, step)


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
        st.caption("To look at a single step, the run has to stand still between two of them.")
        st.button("Pause it here", icon=":material/pause:", on_click=_pause, args=(run.id,))
        return
    st.caption(
        "This run has taken its last step. The same settings, paused after the first step, can be gone through step by "
        "step; the batches are the same, for the seed is."
    )
    st.button("Start it again, paused", icon=":material/biotech:", on_click=_begin_paused, args=(run,))


def _pause(run_id: str) -> None:
    try:
        engine().command(run_id, command="pause")
        _await(run_id, "paused")
    except StoreError as error:
        st.session_state.step_problem = str(error)


def _begin_paused(run: RunRow) -> None:
    try:
        config = replace(run.config, device="cpu")
        run_id = store().create(
            config,
            owner=visitor(),
            name=f"{run.name}, step by step" if run.name else "",
            command="pause",
            run_until=1,
            parameter_count=count_parameters(config, dataset_spec(config.dataset)),
        )
        engine().submit(run_id)
        select_run(run_id)
        _await(run_id, "paused")
    except (StoreError, ConfigError) as error:
        st.session_state.step_problem = str(error)


def _take(run_id: str, step: int) -> None:
    """Have the run take one step, and wait a moment for its new weights."""
    try:
        engine().command(run_id, one_step=True)
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
            "Take the step",
            type="primary",
            icon=":material/play_arrow:",
            shortcut="S",
            on_click=_take,
            args=(run.id, looked.rest.step),
            help="The run learns from this very batch, then waits again.",
        )
        st.caption(
            f"Step {looked.rest.step + 1:,}: {len(looked.rest.labels)} images, learning rate "
            f"{looked.rest.learning_rate:g}."
        )


def _show_outcomes(run: RunRow, looked: StepPreview) -> None:
    """Say what the step does to this batch's loss, and what larger learning rates would have done."""
    view = looked.step
    own, *larger = view.outcomes
    right = int((view.predictions == looked.rest.labels.numpy()).sum())
    sentence = (
        f"{right} of {len(looked.rest.labels)} right before it. The step takes this batch's loss from "
        f"{view.loss:.3f} to {own.loss:.3f}; {_verdict(view, larger[-1].loss)}"
    )
    cells = [("before", view.loss, view.accuracy)] + [
        (f"rate {o.learning_rate:g}" + (" (its own)" if o is own else ""), o.loss, o.accuracy)
        for o in view.outcomes
    ]
    shown = "".join(
        f"<div><dt>{name}</dt><dd>{loss:.3f}</dd><small>{percent(accuracy, 0)} right</small></div>"
        for name, loss, accuracy in cells
    )
    st.html(f'<dl class="ink-cells" data-testid="step-outcomes">{shown}</dl>')
    captioned(
        "step",
        sentence,
        lambda: {
            "learning rate": [o.learning_rate for o in view.outcomes],
            "loss before": [view.loss] * len(view.outcomes),
            "loss after": [o.loss for o in view.outcomes],
            "accuracy after": [o.accuracy for o in view.outcomes],
        },
    )
    if not looked.rest.remembers:
        st.caption(
            "What the optimizer remembers of earlier steps is not stored at this step: the real step differs."
        )
    if run.config.augmentation != "none":
        st.caption(
            "In training each image is also shifted, turned and sheared a little at random; here it is not."
        )


def _verdict(view: ModelStep, loss: float) -> str:
    if not np.isfinite(loss):
        return f"{FACTORS[-1]:g} times the learning rate would make it explode."
    where = (
        "too far" if loss > view.loss else "further down" if loss < view.outcomes[0].loss else "not as far"
    )
    return f"{FACTORS[-1]:g} times the learning rate would take it to {loss:.3f}, {where}."


def _show_batch(run: RunRow, looked: StepPreview) -> None:
    names = dataset_spec(run.dataset).class_names
    labels, said = looked.rest.labels.numpy(), looked.step.predictions
    pictures = prepared_data(run.config).images.index_select(0, looked.rest.index).numpy()
    panels = [
        Panel(picture, names[answer], f"is {names[label]}", tone="good" if answer == label else "bad")
        for picture, answer, label in zip(pictures[:SHOWN], said, labels, strict=False)
    ]
    st.markdown(
        f"**The batch, and what the model says before the step** ({len(labels)} images, {len(panels)} shown)"
    )
    right = int((said == labels).sum())
    pixel_panels(
        f"batch_{run.id}", panels, alt=f"The next mini-batch: {right} of {len(labels)} right.", px=56
    )


def _show_weights(run: RunRow, looked: StepPreview, step: int) -> None:
    """Show, class by class, the gradient image and the weights before and after."""
    before, after = state_at(run.id, step), looked.step.outcomes[0].parameters
    name = next(n for n in ("linear.weight", "hidden1.weight", "conv1.weight") if n in before)
    shape = dataset_spec(run.dataset).image_shape if name != "conv1.weight" else before[name].shape[1:]
    is_class = name == "linear.weight"
    labels = (
        list(dataset_spec(run.dataset).class_names)
        if is_class
        else [f"{k + 1}" for k in range(len(before[name]))]
    )
    count = min(len(labels), 10)
    rows = {
        "The gradient: red weights will fall, blue ones rise": (
            looked.step.gradients[name],
            "gradient",
            ("", ""),
        ),
        "The weights before": (before[name], "weight", ("against", "for")),
        "The weights after": (after[name], "weight", ("against", "for")),
        "The change, enlarged": (after[name] - before[name], "change", ("", "")),
    }
    shared = float(np.abs(before[name][:count]).max())
    for title, (values, quantity, ends) in rows.items():
        images = values[:count].reshape(count, *shape)
        limit = shared if quantity == "weight" else float(np.abs(images).max()) or 1.0
        panels = [
            Panel(
                image, labels[k], quantity=quantity, limit=limit, colour=class_colour(k) if is_class else ""
            )
            for k, image in enumerate(images)
        ]
        st.markdown(f"**{markdown_text(title)}**")
        alt = f"{title}, for {count} {'classes' if is_class else 'units'}."
        pixel_panels(f"step_{quantity}_{title[-5:]}_{run.id}", panels, alt=alt, px=84, scale=True, ends=ends)
    size = float(np.sqrt(sum((g.astype(np.float64) ** 2).sum() for g in looked.step.gradients.values())))
    moved = float(np.linalg.norm((after[name] - before[name]).astype(np.float64)))
    st.caption(
        f"The whole gradient is {size:.3f} long; the step moves these weights by {moved:.4f}. "
        f"The bias that moves most goes {signed(_largest_bias_move(before, after), 4)}."
    )


def _largest_bias_move(before: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> float:
    moves = np.concatenate([after[n] - before[n] for n in before if n.endswith("bias")])
    return float(moves[np.abs(moves).argmax()])
