"""The Draw page's body: the question on the left, the answer on the right, what is behind it below."""

import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np
import streamlit as st
from streamlit.errors import StreamlitAPIException

from core.datasets import CATALOG
from core.figures.image_panels import Panel
from core.prediction.digit_detection import takes_ink
from core.prediction.predict import Drawing, ModelInput, Prediction, predict
from pages.components.image_panels import pixel_panels
from pages.draw.explanation import show_reasons
from pages.draw.fine_tuning import show_lesson
from pages.draw.input_source import CANVAS, chosen_source, subject_from
from pages.draw.model_choice import LoadedModel, ModelUnavailable, begin_detector, is_detector_due, respondent
from pages.draw.model_comparison import show_learning, show_panel
from pages.draw.prediction import Question, show_answer
from pages.draw.preprocessing import show_preparation

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


def draw_view(who: LoadedModel) -> None:
    """Draw the page for the run that answers; while that run trains, its answer follows once a second."""
    st.html(f"<style>{_STYLE}</style>")
    begin_detector(who.asked)  # before the first stroke
    tick_s = TICK_S if who.run.is_live else None
    st.fragment(_question_and_answer, run_every=tick_s)(who)


def _question_and_answer(drawn_for: LoadedModel) -> None:
    who = _now(drawn_for)
    st.caption(_introduction(who))
    source = chosen_source(who.spec)
    left, right = st.columns([5, 8], gap="large")
    with right:
        answer_place = st.container()
    with left, st.container(key="question"):
        subject = subject_from(source, who)
    answer = who.answer(subject) if subject is not None else predict(who.asked, _BLANK)
    with answer_place:
        show_answer(answer, who.spec, _question(source, subject))
        _input(answer)
    _behind(source, who, subject or _BLANK, answer)
    if answer.is_asked and is_detector_due(who.asked):
        _ask_again(who)


def _ask_again(who: LoadedModel) -> None:
    """Wait for what knows that a drawing is no digit at all, and have everything drawn with it; a stroke goes first."""
    spot = st.empty()
    end_s = time.monotonic() + PATIENCE_S
    while is_detector_due(who.asked) and time.monotonic() < end_s:
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
    now = respondent()
    if (
        isinstance(now, ModelUnavailable)
        or now.run.id != drawn_for.run.id
        or now.run.status != drawn_for.run.status
    ):
        st.rerun()
    return now


def _introduction(who: LoadedModel) -> str:
    after = "" if who.run.has_ended else f" after {who.step:,} steps, and learning"
    reads = "draw one or photograph one" if takes_ink(who.spec) else "take a test image, or photograph one"
    return f"{who.name}{after} answers. It learned {who.spec.plural} from {_sources(who)}: {reads}."


def _sources(who: LoadedModel) -> str:
    """Return what the run learned from, in words."""
    mixed = who.run.config.mix_in
    if not mixed:
        return who.spec.title
    return f"{who.spec.title} and {CATALOG[mixed].title if mixed in CATALOG else 'images of your own'}"


def _input(answer: Prediction) -> None:
    """Show what the model is given."""
    pixels = (255 * np.clip(answer.pixels, 0, 1)).round().astype(np.uint8)
    size = f"{pixels.shape[2]} × {pixels.shape[1]} pixels"
    with st.container(key="model_input"):
        panel = Panel(pixels, "what the model sees", size)
        pixel_panels("model_input_panel", [panel], alt=f"What the model sees, {size}.", px=112)


def _behind(source: str, who: LoadedModel, subject: ModelInput, answer: Prediction) -> None:
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
            show_preparation(who, subject, answer)
        elif view == OTHERS:
            show_panel(who, subject, answer)
        elif view == LEARNING:
            show_learning(who, subject, answer)
        elif view == LESSON:
            show_lesson(who, subject, answer.prepared)
        else:
            show_reasons(who, answer, on_canvas=source == CANVAS)
