"""Drawings for the class: handed in beside the canvas while the teacher collects them."""

from collections.abc import Callable
from typing import Final

import numpy as np
import streamlit as st

from core.classroom.drawings import DIGITS
from core.classroom.fool_it import FoolIt
from core.classroom.handwriting import EACH, Handwriting
from core.datasets.pixel_values import as_uint8
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_
from core.i18n.translation import _
from core.images import PreprocessedImage
from core.prediction.fine_tuning import plain_pixels
from core.prediction.predict import Drawing, ModelInput
from pages.draw.canvas import clear, seen_ink
from pages.draw.model_choice import LoadedModel
from pages.run_context.class_model import class_model, readings
from pages.server.errors import trouble_told
from pages.server.seat import seated
from pages.server.visitor import store

_TROUBLE: Final = "class_drawing_trouble"
_DONE: Final = "class_drawing_done"
HandIn = Callable[[str, int, np.ndarray], None]


def class_drawings(model: LoadedModel, subject: ModelInput, prepared: PreprocessedImage) -> None:
    """Draw, for a member while something is collected, how the drawing is handed in.  Raises: StoreError."""
    seat = seated()
    if seat is None or not isinstance(subject, Drawing) or model.spec.class_names != DIGITS:
        return
    for kind, draw in ((Handwriting, _handwriting), (FoolIt, _fool_it)):
        activity = kind(store()).latest(seat.classroom_id)
        if activity is not None and activity.goes_on:
            with st.container(border=True, key=f"hand_in_{activity.kind}"):
                draw(seat.classroom_id, model, subject, is_empty=prepared.empty)
    if trouble := st.session_state.pop(_TROUBLE, None):
        st.error(markdown_text(trouble))
    if not prepared.empty:
        st.session_state.pop(_DONE, None)  # of the drawing before
    elif done := st.session_state.get(_DONE):
        st.success(markdown_text(done))


def _handwriting(classroom_id: str, model: LoadedModel, _subject: ModelInput, *, is_empty: bool) -> None:
    counts = np.bincount(
        [one.label for one in Handwriting(store()).mine(classroom_id)], minlength=len(DIGITS)
    )
    missing = [DIGITS[label] for label in np.flatnonzero(counts == 0)]
    told = (
        markdown_(
            "**Our handwriting.** Still missing of you: {digits:list}. Hand this one in as:", digits=missing
        )
        if missing
        else _("**Our handwriting.** You have drawn all ten. Hand this one in as well, as:")
    )
    st.markdown(told)
    full = {label for label in range(len(DIGITS)) if counts[label] >= EACH}
    _buttons("written", classroom_id, model, _hand_in_writing, is_empty=is_empty, full=full)


def _fool_it(classroom_id: str, model: LoadedModel, subject: ModelInput, *, is_empty: bool) -> None:
    fooled = class_model(FoolIt(store()).run_to_fool(classroom_id))
    if fooled is None:
        st.markdown(_("**Fool it.** The class's model is not here any more. Tell your teacher."))
        return
    if is_empty:
        st.markdown(_("**Fool it.** Draw a digit that people read one way and the class's model another."))
        return
    shares = readings(fooled, _pixels(model, subject)[None])[0]
    reading = int(shares.argmax())
    st.markdown(
        markdown_(
            "**Fool it.** The class's model reads a {digit} ({share:percent.0}). If it is wrong, hand it in; it is a:",
            digit=DIGITS[reading],
            share=float(shares[reading]),
        )
    )
    _buttons("fooled", classroom_id, model, _hand_in_fooled, is_empty=is_empty, full={reading})


def _buttons(
    name: str, classroom_id: str, model: LoadedModel, hand_in: HandIn, *, is_empty: bool, full: set[int]
) -> None:
    with st.container(horizontal=True, key=f"{name}_labels"):
        for label, digit in enumerate(DIGITS):
            st.button(
                markdown_text(digit),
                key=f"{name}_{label}",
                disabled=is_empty or label in full,
                on_click=_give,
                args=(classroom_id, model, hand_in, label),
            )


def _give(classroom_id: str, model: LoadedModel, hand_in: HandIn, label: int) -> None:
    subject = Drawing(seen_ink())  # the page may not have been drawn since the last stroke
    if not subject.ink.any():  # pressed twice: the first time has handed it in
        return
    with trouble_told(_TROUBLE):
        hand_in(classroom_id, label, _pixels(model, subject))
        st.session_state[_DONE] = _(
            "Your {digit} is handed in. On Class you can take it back.", digit=DIGITS[label]
        )
        clear()


def _hand_in_writing(classroom_id: str, label: int, pixels: np.ndarray) -> None:
    Handwriting(store()).hand_in(classroom_id, label, pixels)


def _hand_in_fooled(classroom_id: str, label: int, pixels: np.ndarray) -> None:
    game = FoolIt(store())
    fooled = class_model(game.run_to_fool(classroom_id))
    if fooled is None:
        return
    shares = readings(fooled, pixels[None])[0]
    reading = int(shares.argmax())
    game.hand_in(classroom_id, label, pixels, reading, float(shares[reading]))


def _pixels(model: LoadedModel, subject: ModelInput) -> np.ndarray:
    """Return the drawing as it is kept, uint8 (28, 28): prepared, not deskewed."""
    return as_uint8(plain_pixels(subject, model.predictor))[0]
