"""Edit the weights by hand, watch the test accuracy, save what came of it as a run of its own."""

import math
from dataclasses import replace

import numpy as np
import streamlit as st

from core.datasets import dataset_spec
from core.figures.image_panels import Panel
from core.figures.palette import class_colour
from core.i18n.literal_text import html_text, markdown_text
from core.i18n.number_format import loss, share_of
from core.i18n.translation import _
from core.insight.captions.weights import edits as edits_caption
from core.insight.metrics import Summary, class_scores, summary
from core.insight.weight_edits import Edit, Edited, apply_edits, describe
from core.models.build import scale_images
from core.models.softmax_regression import flat, linear_logits
from core.protocol.events import Evaluated, Event, Finished, Logits, Started, Weights
from core.runs import RunRow, StoreError
from core.runs.run_labels import title
from pages.components.captioned_figure import captioned
from pages.components.image_panels import pixel_panels
from pages.run_context.dataset_guard import content_of
from pages.run_context.guards import has_test_images
from pages.run_context.selected_run import select_run
from pages.run_context.trained_model import newest_step, prepared_data, scores, state_at
from pages.server.visitor import image_data, store
from pages.weights.weight_tools import chosen_edit


def show_weight_editor(run: RunRow) -> None:
    """Show the tools, the images and the accuracy after the edits kept and the one being made."""
    if run.is_live:
        st.caption(_("Weights can be edited once the run has ended. Wait until it ends, or stop it."))
        return
    if not has_test_images(run):
        return
    kept: list[Edit] = st.session_state.setdefault(f"edits_{run.id}", [])
    left, right = st.columns([2, 5], gap="large")
    with left:
        pending = _pending(run)
        _buttons(run, kept, pending)
    trying = [*kept, pending] if pending else list(kept)
    state, step = state_at(run.id, newest_step(run)), newest_step(run)
    spec = dataset_spec(run.dataset)
    edited = apply_edits(state["linear.weight"], state["linear.bias"], spec.image_shape, trying)
    logits = _logits(run, edited)
    found = scores(run)
    before = summary(found.logits, found.labels)
    after = summary(logits, found.labels)
    with right:
        _show(run, edited, state["linear.weight"], before, after, logits, len(trying))
    with left:
        for number, edit in enumerate(kept, start=1):
            st.caption(f"{number:d}. {markdown_text(describe(edit, spec.class_names))}")
        _save(run, kept, step)


def _pending(run: RunRow) -> Edit | None:
    """Return the edit that the controls describe, None while it is the one that was just kept: it counts once."""
    edit, just_kept = chosen_edit(run), f"just_kept_{run.id}"
    if edit is not None and edit == st.session_state.get(just_kept):
        return None
    st.session_state.pop(just_kept, None)
    return edit


def _buttons(run: RunRow, kept: list[Edit], pending: Edit | None) -> None:
    just_kept = f"just_kept_{run.id}"

    def keep() -> None:
        if pending:
            kept.append(pending)
            st.session_state[just_kept] = pending

    def undo() -> None:
        del kept[-1]
        st.session_state.pop(just_kept, None)

    def start_over() -> None:
        kept.clear()
        st.session_state.pop(just_kept, None)

    with st.container(horizontal=True):
        st.button(
            _("Keep this edit"),
            on_click=keep,
            disabled=pending is None,
            type="primary",
            help=_("Keeps this edit, so that you can add another."),
        )
        st.button(_("Undo"), on_click=undo, disabled=not kept, icon=":material/undo:")
        st.button(_("Start over"), on_click=start_over, disabled=not kept)


@st.cache_resource(show_spinner=False, max_entries=4)
def _test_rows(run_id: str, content: str) -> np.ndarray:  # noqa: ARG001 - see content_of
    """Return the test images as the run's model is fed them, float32 (N, D)."""
    run = store().get(run_id)
    scaled = scale_images(
        prepared_data(run.config).test_images, dataset_spec(run.dataset), run.config.scaling
    )
    return flat(scaled.numpy())


def _logits(run: RunRow, edited: Edited) -> np.ndarray:
    return linear_logits(edited.weight, edited.bias, _test_rows(run.id, content_of(run))).astype(np.float32)


def _show(
    run: RunRow,
    edited: Edited,
    weight: np.ndarray,
    before: Summary,
    after: Summary,
    logits: np.ndarray,
    count: int,
) -> None:
    """Show accuracy and images after the edits."""
    spec = dataset_spec(run.dataset)
    recalls = [score.recall for score in class_scores(logits, image_data(run.dataset).test_labels)]
    cells = [
        (
            _("test accuracy"),
            share_of(after.accuracy.count, after.n),
            _("unedited: {share:share}", share=(before.accuracy.count, before.n)),
        ),
        (_("test loss"), loss(after.loss), _("unedited: {loss:loss}", loss=before.loss)),
    ]
    shown = "".join(
        f"<div><dt>{html_text(name)}</dt><dd>{html_text(value)}</dd>"
        f"<dd><small>{html_text(unedited)}</small></dd></div>"
        for name, value, unedited in cells
    )
    st.html(f'<dl class="ink-cells" data-testid="touch-figures">{shown}</dl>')  # not said: HTML
    limit = float(np.quantile(np.abs(weight), 0.995)) or 1.0
    panels = [
        Panel(
            image.reshape(spec.image_shape),
            spec.class_names[k],
            _below(recalls[k], float(edited.bias[k])),
            quantity=_("weight"),
            colour=class_colour(k),
            limit=limit,
        )
        for k, image in enumerate(edited.weight)
    ]
    sentence = edits_caption(before, after, count)
    alt = " ".join([_("Edited weight images."), sentence])
    pixel_panels(f"touch_{run.id}", panels, alt=alt, px=130, columns=5, scale=True)
    st.caption(_("Recall: the share of a class's images that is recognised. Bias: the class's head start."))
    captioned(
        "touch",
        sentence,
        lambda: {"class": spec.class_names, "found": recalls, "bias": edited.bias},
    )


def _below(recall: float, bias: float) -> str:
    """Return what stands below a class's weights; recall: nan of one that was never tested."""
    if math.isnan(recall):
        return _("never tested, bias {bias:signed}", bias=bias)
    return _("recall {recall:percent}, bias {bias:signed}", recall=recall, bias=bias)


def _save(run: RunRow, kept: list[Edit], step: int) -> None:
    """Offer to store the kept edits as a run of its own."""
    if not kept:
        st.caption(_("Keep an edit to save the edited weights as a new run."))
        return
    st.button(_("Save as a new run"), icon=":material/save:", on_click=_adopt, args=(run, list(kept), step))
    problem = st.session_state.pop("touch_problem", None)
    if problem:
        st.error(markdown_text(problem))


def _adopt(run: RunRow, kept: list[Edit], step: int) -> None:
    """Store the edited weights as a finished run and bring it into view."""
    spec = dataset_spec(run.dataset)
    state = state_at(run.id, step)
    edited = apply_edits(state["linear.weight"], state["linear.bias"], spec.image_shape, kept)
    logits = _logits(run, edited)
    labels = image_data(run.dataset).test_labels
    result = summary(logits, labels)
    weights = {"linear.weight": edited.weight, "linear.bias": edited.bias}
    events: list[Event] = [
        Started(
            step, step, run.steps_per_epoch or 1, run.train_count or 0, "test", len(labels),
            edited.weight.size + edited.bias.size, run.path, run.threads,
        ),
        Weights(step, weights, keep=True),
        Evaluated(step, "test", result.loss, result.accuracy.share, logits[:20].argmax(axis=1)),
        Logits(step, "test", logits),
        Finished(step, "finished", 0.0),
    ]  # fmt: skip
    edits = "; ".join(describe(edit, spec.class_names) for edit in kept)
    note = _("Edited by hand from run {run}: {edits}.", run=run.id, edits=edits)
    try:
        run_id = store().add_finished_run(
            replace(run.config, start_from=run.id), events, name=_("{name}, edited", name=title(run)),
            note=note, tags=["edited"], parent_id=run.id,
        )  # fmt: skip
    except StoreError as error:
        st.session_state.touch_problem = str(error)
        return
    select_run(run_id)
