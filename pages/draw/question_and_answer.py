"""The Draw page's body: the question on the left, the answer on the right, what is behind it below."""

import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np
import streamlit as st
from streamlit.errors import StreamlitAPIException

from core.datasets import CATALOG
from core.datasets.pixel_values import as_uint8
from core.figures.image_panels import Panel
from core.i18n.literal_text import markdown_text
from core.prediction.digit_detection import takes_ink
from core.prediction.predict import Drawing, ModelInput, Prediction, predict
from pages.components.image_panels import pixel_panels
from pages.draw.explanation import show_explanation
from pages.draw.fine_tuning import show_fine_tuning
from pages.draw.input_source import CANVAS, chosen_source, subject_from
from pages.draw.model_choice import (
    LoadedModel,
    ModelUnavailable,
    chosen_model,
    is_detector_due,
    start_detector,
)
from pages.draw.model_comparison import show_learning, show_model_comparison
from pages.draw.prediction import Question, show_answer
from pages.draw.preprocessing import show_preprocessing

WHY: Final = "Why?"
PREPARATION: Final = "Preparation"
OTHERS: Final = "Other models"
LEARNING: Final = "While it learned"
LESSON: Final = "Teach it yours"
VIEWS: Final = (WHY, PREPARATION, OTHERS, LEARNING, LESSON)
TICK_S: Final = 1.0
PATIENCE_S: Final = 10.0
_STYLE: Final = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
_BLANK: Final = Drawing(np.zeros((280, 280), np.float32))


def draw_view(model: LoadedModel) -> None:
    """Draw the page for the run that answers; while that run trains, its answer follows once a second."""
    st.html(f"<style>{_STYLE}</style>")
    start_detector(model.predictor)  # before the first stroke
    tick_s = TICK_S if model.run.is_live else None
    st.fragment(_question_and_answer, run_every=tick_s)(model)


def _question_and_answer(drawn_for: LoadedModel) -> None:
    model = _now(drawn_for)
    st.caption(markdown_text(_introduction(model)))
    source = chosen_source(model.spec)
    left, right = st.columns([5, 8], gap="large")
    with right:
        answer_place = st.container()
    with left, st.container(key="question"):
        subject = subject_from(source, model)
    answer = model.answer(subject) if subject is not None else predict(model.predictor, _BLANK)
    with answer_place:
        show_answer(answer, model.spec, _question(source, subject))
        _input(answer)
    _behind(source, model, subject or _BLANK, answer)
    if answer.is_asked and is_detector_due(model.predictor):
        _ask_again(model)


def _ask_again(model: LoadedModel) -> None:
    """Wait for what knows that a drawing is no digit at all, and have everything drawn with it; a stroke goes first."""
    spot = st.empty()
    end_s = time.monotonic() + PATIENCE_S
    while is_detector_due(model.predictor) and time.monotonic() < end_s:
        time.sleep(0.1)
        spot.empty()  # here Streamlit leaves this run for a newer one
    with suppress(StreamlitAPIException):  # the whole page is being drawn: the next stroke will be told
        st.rerun(scope="fragment")


def _question(source: str, subject: ModelInput | None) -> Question:
    if source == CANVAS:
        return "drawing"
    return "no picture" if subject is None else "picture"


def _now(drawn_for: LoadedModel) -> LoadedModel:
    """Return the run in view with its newest weights; draw the whole page anew when its status has changed."""
    if not drawn_for.run.is_live:
        return drawn_for
    now = chosen_model()
    if (
        isinstance(now, ModelUnavailable)
        or now.run.id != drawn_for.run.id
        or now.run.status != drawn_for.run.status
    ):
        st.rerun()
    return now


def _introduction(model: LoadedModel) -> str:
    after = "" if model.run.has_ended else f" after {model.step:,} steps, and learning"
    reads = "draw one or photograph one" if takes_ink(model.spec) else "take a test image, or photograph one"
    return f"{model.name}{after} answers. It learned {model.spec.plural} from {_sources(model)}: {reads}."


def _sources(model: LoadedModel) -> str:
    """Return what the run learned from, in words."""
    mixed = model.run.config.mix_in
    if not mixed:
        return model.spec.title
    return f"{model.spec.title} and {CATALOG[mixed].title if mixed in CATALOG else 'images of your own'}"


def _input(answer: Prediction) -> None:
    """Show what the model is given."""
    pixels = as_uint8(answer.pixels)
    size = f"{pixels.shape[2]} × {pixels.shape[1]} pixels"
    with st.container(key="model_input"):
        panel = Panel(pixels, "what the model sees", size)
        pixel_panels("model_input_panel", [panel], alt=f"What the model sees, {size}.", px=112)


def _behind(source: str, model: LoadedModel, subject: ModelInput, answer: Prediction) -> None:
    view = st.segmented_control(
        "Behind the answer",
        VIEWS,
        default=WHY,
        required=True,
        key="draw_behind",
        persist_state="session",
        label_visibility="collapsed",
    )
    with st.container(key="behind"):
        if view == PREPARATION:
            show_preprocessing(model, subject, answer)
        elif view == OTHERS:
            show_model_comparison(model, subject, answer)
        elif view == LEARNING:
            show_learning(model, subject, answer)
        elif view == LESSON:
            show_fine_tuning(model, subject, answer.prepared)
        else:
            show_explanation(model, answer, on_canvas=source == CANVAS)
