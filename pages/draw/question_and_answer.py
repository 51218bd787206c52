"""The Draw page's body: the question on the left, the answer on the right, what is behind it below."""

from typing import Final

import numpy as np
import streamlit as st

from core.datasets import CATALOG, DatasetError
from core.datasets.pixel_values import as_uint8
from core.figures.image_panels import Panel
from core.i18n.marked_sentences import markdown_
from core.i18n.translation import N_, Sentences, _
from core.prediction.answer_sentences import Question
from core.prediction.predict import Drawing, ModelInput, Prediction
from core.runs import StoreError
from pages.components.image_panels import pixel_panels
from pages.components.live_channel import follow
from pages.draw.answered import Answered, follow_answer, is_whole_due, last_answered, note_answer
from pages.draw.answerers import Answerers, answerers_with, answers_to
from pages.draw.canvas import heard_strokes
from pages.draw.class_drawings import class_drawings
from pages.draw.explanation import show_explanation
from pages.draw.fine_tuning import show_fine_tuning
from pages.draw.input_source import CANVAS, chosen_source, subject_from
from pages.draw.model_choice import (
    LoadedModel,
    ModelUnavailable,
    chosen_model,
    detector_work,
    is_detector_due,
    start_detector,
)
from pages.draw.model_comparison import show_learning, show_model_comparison
from pages.draw.own_drawings import label_buttons
from pages.draw.pen_answer import give_weights
from pages.draw.prediction import show_answer
from pages.draw.preprocessing import show_preprocessing
from pages.run_context.guards import follow_weights
from pages.server.errors import fragment
from pages.server.visitor import datasets, visitor

WHY: Final = "why"
PREPARATION: Final = "preparation"
OTHERS: Final = "others"
LEARNING: Final = "learning"
LESSON: Final = "lesson"
VIEWS: Final = Sentences(
    {
        WHY: N_("Why?"),
        PREPARATION: N_("Preparation"),
        OTHERS: N_("Other models"),
        LEARNING: N_("During training"),
        LESSON: N_("Train on your drawings"),
    }
)
_BLANK: Final = Drawing(np.zeros((280, 280), np.float32))
_VIEW: Final = "draw_view"  # which of VIEWS is open
_ANSWERERS: Final = "draw_answerers"  # and the model that the page was drawn for when they were found


def draw_view(model: LoadedModel) -> None:
    """Draw the page for the run that answers; while that run trains, its answer follows.

    In parts: a stroke has no more drawn anew than the canvas and its answer; the weights go to the browser once.
    """
    start_detector(model.predictor)  # before the first stroke
    fragment(_question_and_answer)(model)
    fragment(_behind_the_answer)()
    fragment(_weights_for_the_pen)(model)


def _question_and_answer(drawn_for: LoadedModel) -> None:
    answerers = _answerers_now(drawn_for)
    model = answerers.model
    follow_weights(model.run, model.step)
    waits = is_detector_due(model.predictor)
    follow("detector", {("work", detector_work(model.predictor)): {"is_done": str(False)}} if waits else {})
    st.caption(_introduction_in_markdown(model))
    source = chosen_source(model.spec)
    with st.container(key="asked"):
        left, right = st.columns([5, 8], gap="large")
    has_labels = st.session_state.get(_VIEW) == LESSON
    with left, st.container(key="question"):
        subject = subject_from(source, model)
        answer, second = answers_to(answerers, subject or _BLANK)
        if has_labels:
            label_buttons(model, subject or _BLANK, answer.prepared)
        class_drawings(model, subject or _BLANK, answer.prepared)
    with right:
        show_answer(answer, model.spec, _question(source, subject), second, heard_strokes())
        _input(answer)
    note_answer(model, subject, answer, on_canvas=source == CANVAS, has_labels=has_labels)


def _behind_the_answer() -> None:
    """Draw what stands behind the last answer: with the page, and when the browser asks for it."""
    asked = last_answered()
    if asked is None:  # it could not be drawn
        return
    view = st.session_state[_VIEW] = _chosen_view()
    if (
        is_whole_due()
        or (view == LESSON) != asked.has_labels
        or asked.selected != st.session_state.get("run")
    ):
        st.rerun()
    with st.container(key="behind"):
        try:
            _show_view(view, asked)
        except (DatasetError, StoreError):
            follow_answer(asked)  # the next drawing may fare better
            raise
    follow_answer(asked)


def _weights_for_the_pen(drawn_for: LoadedModel) -> None:
    model = _now(drawn_for)
    follow_weights(model.run, model.step, "pen_weights")
    give_weights(model.predictor)


def _question(source: str, subject: ModelInput | None) -> Question:
    if source == CANVAS:
        return "drawing"
    return "missing" if subject is None else "picture"


def _answerers_now(drawn_for: LoadedModel) -> Answerers:
    """Return who answers; of a run that has ended those whom the stroke before has found."""
    known: tuple[LoadedModel, Answerers] | None = st.session_state.get(_ANSWERERS)
    if known is None or known[0] is not drawn_for or not drawn_for.run.has_ended or known[1].detector is None:
        known = drawn_for, answerers_with(_now(drawn_for))
        st.session_state[_ANSWERERS] = known
    return known[1]


def _now(drawn_for: LoadedModel) -> LoadedModel:
    """Return the run in view with its newest weights; draw the whole page anew when it is another one."""
    now = chosen_model()
    if isinstance(now, ModelUnavailable) or now.run.id != drawn_for.run.id:
        st.rerun()
    return now


def _introduction_in_markdown(model: LoadedModel) -> str:
    """Say which run answers, what it was trained on, and what can be asked."""
    if model.run.has_ended:
        who = markdown_("Model: {run}.", run=model.name)
    else:
        who = markdown_(
            "Model: {run}, after step {step} and still training.", run=model.name, step=model.step
        )
    how = (
        _("Draw, or show it a photo.")
        if model.spec.takes_ink
        else _("Choose a test image, or show it a photo.")
    )
    return f"{who} {_sources_in_markdown(model)} {how}"


def _sources_in_markdown(model: LoadedModel) -> str:
    """Say what the run was trained on."""
    mixed, dataset = model.run.config.mix_in, model.spec.title
    if not mixed and model.run.config.dataset not in CATALOG:  # anybody's word, such as “paper”
        return markdown_("It was trained on “{dataset}”.", dataset=dataset)
    if not mixed:
        return markdown_("It was trained on {dataset}.", dataset=dataset)
    if mixed in CATALOG:
        return markdown_(
            "It was trained on {dataset} and {other}.", dataset=dataset, other=CATALOG[mixed].title
        )
    if _is_mine(mixed):
        return markdown_("It was trained on {dataset} and on your own images.", dataset=dataset)
    return markdown_("It was trained on {dataset} and on somebody's own images.", dataset=dataset)


def _is_mine(name: str) -> bool:
    try:
        return datasets().get(name).owner == visitor()
    except DatasetError:
        return False


def _input(answer: Prediction) -> None:
    """Show what the model is given."""
    pixels = as_uint8(answer.pixels)
    size = {"width": pixels.shape[2], "height": pixels.shape[1]}
    with st.container(key="model_input"):
        panel = Panel(pixels, _("what the model sees"), _("{width} × {height} pixels", **size))
        alt = _("What the model sees: {width} × {height} pixels.", **size)
        pixel_panels("model_input_panel", [panel], alt=alt, px=112)


def _chosen_view() -> str:
    return st.segmented_control(
        _("Behind the answer"),
        [*VIEWS],
        format_func=VIEWS.__getitem__,
        default=WHY,
        required=True,
        key="draw_behind",
        persist_state="session",
        label_visibility="collapsed",
    )


def _show_view(view: str, asked: Answered) -> None:
    model, subject, answer = asked.model, asked.subject or _BLANK, asked.answer
    if view == PREPARATION:
        show_preprocessing(model, subject, answer)
    elif view == OTHERS:
        show_model_comparison(model, subject, answer)
    elif view == LEARNING:
        show_learning(model, subject, answer)
    elif view == LESSON:
        show_fine_tuning(model)
    else:
        show_explanation(model, answer, on_canvas=asked.on_canvas)
