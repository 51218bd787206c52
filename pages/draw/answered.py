"""What was asked last on this page, and answered: what stands behind the answer is about it, and comes after it.

The answer is drawn with every stroke; what stands behind it once the pen rests and only while it can be seen, which the
browser says (pages/static/rest.js). Until then it goes on telling of the drawing before, pale.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import streamlit as st

from core.prediction.predict import ModelInput, Prediction
from pages.components.unseen import unseen
from pages.draw.model_choice import LoadedModel

REST_MS: Final = 500  # without a stroke, before what stands behind the answer is asked for
_ANSWERED: Final = "draw_answered"
_ANEW: Final = "draw_behind_anew"
_WHOLE: Final = "draw_whole"

_rest: Final = unseen("rest")


@dataclass(frozen=True, eq=False)
class Answered:
    """A question and its answer. number: another for another question, answer or model; rest_ms: how long to wait.

    subject: None while there is nothing to ask about; on_canvas: it is drawn. has_labels: its buttons stand beside it.
    """

    number: int
    model: LoadedModel
    subject: ModelInput | None
    answer: Prediction
    on_canvas: bool
    has_labels: bool
    selected: str | None  # the run in view, None for the ready model
    rest_ms: int = 0

    def is_same(self, other: "Answered") -> bool:
        """Return whether the page tells the same of both: one question, answered alike by the same weights.

        Beside the buttons for labels no more than the model counts: nothing is told of a drawing before it is kept.
        """
        if self.model.predictor is not other.model.predictor or self.has_labels != other.has_labels:
            return False
        return self.has_labels or (
            (self.on_canvas, self.answer.kind) == (other.on_canvas, other.answer.kind)
            and self.is_of_same_image(other)
        )

    def is_of_same_image(self, other: "Answered") -> bool:
        """Return whether the model sees the same in both."""
        return np.array_equal(self.answer.pixels, other.answer.pixels)


def note_answer(
    model: LoadedModel,
    subject: ModelInput | None,
    answer: Prediction,
    *,
    on_canvas: bool,
    has_labels: bool,
) -> None:
    """Keep what was asked and answered, and tell the browser, which asks for the rest of the page in its time."""
    known = last_answered()
    now = Answered(0, model, subject, answer, on_canvas, has_labels, st.session_state.get("run"))
    is_anew = st.session_state.pop(_ANEW, False)
    if known is not None and known.is_same(now) and not is_anew:
        now = replace(now, number=known.number, rest_ms=known.rest_ms)
    else:
        is_new_drawing = on_canvas and answer.is_asked and not (known and known.is_of_same_image(now))
        now = replace(now, number=known.number + 1 if known else 1, rest_ms=REST_MS if is_new_drawing else 0)
    st.session_state[_ANSWERED] = now
    _rest("question", {"question": now.number, "restMs": now.rest_ms})


def last_answered() -> Answered | None:
    """Return what was asked last, None before anything was."""
    known: Answered | None = st.session_state.get(_ANSWERED)
    return known


def follow_answer(asked: Answered) -> None:
    """Say of which question the page tells here; have what this stands in drawn anew when it is another's turn.

    That is once it is seen, but for what can be done to kept drawings: somebody may look for a button by its name.
    """
    data = {"shown": asked.number, "onlySeen": not asked.has_labels}
    _rest("behind", data, on_rested_change=lambda: None)


def ask_anew() -> None:
    """Have what stands behind the answer drawn anew soon, whether or not the answer is another: from a callback."""
    st.session_state[_ANEW] = True


def draw_whole() -> None:
    """Have the canvas and the answer drawn anew, too, when what stands behind them is: from a callback."""
    st.session_state[_WHOLE] = True


def is_whole_due() -> bool:
    """Return whether `draw_whole` has been called since this was asked last."""
    return bool(st.session_state.pop(_WHOLE, False))
