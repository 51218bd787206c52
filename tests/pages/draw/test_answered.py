"""Which question what stands behind the answer is about, and how long it waits for the pen to rest."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import streamlit as st

from core.datasets import dataset_spec
from core.images import PreprocessedImage
from core.prediction.predict import Kind, Prediction
from pages.draw import answered
from pages.draw.answered import REST_MS, Answered, ask_anew, last_answered, note_answer

THREE, BLANK = np.full((1, 28, 28), 0.3, np.float32), np.zeros((1, 28, 28), np.float32)


def run() -> Any:
    """Return what stands for a loaded model: its weights are told from others by what they are."""
    return SimpleNamespace(predictor=object(), spec=dataset_spec("mnist"))


def said(pixels: np.ndarray, kind: Kind = "sure") -> Prediction:
    return Prediction(kind, PreprocessedImage(pixels[0], ()), pixels, np.zeros(10), np.full(10, 0.1))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return what the browser is told, one after another."""
    messages: list[dict[str, Any]] = []
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(answered, "_rest", lambda _key, data: messages.append(data))
    return messages


def note(model: Any, answer: Prediction, *, on_canvas: bool = True, has_labels: bool = False) -> Answered:
    note_answer(model, None, answer, on_canvas=on_canvas, has_labels=has_labels)
    known = last_answered()
    assert known is not None
    return known


def test_a_new_drawing_waits_for_the_pen_to_rest(told: list[dict[str, Any]]) -> None:
    model = run()
    note(model, said(BLANK, "empty"))
    note(model, said(THREE))
    note(model, said(2 * THREE))
    assert told == [
        {"question": 1, "restMs": 0},
        {"question": 2, "restMs": REST_MS},
        {"question": 3, "restMs": REST_MS},
    ]


def test_what_is_drawn_again_alike_is_no_other_question(told: list[dict[str, Any]]) -> None:
    model = run()
    note(model, said(THREE))
    note(model, said(THREE.copy()))
    assert told[0] == told[1]


def test_what_is_not_drawn_waits_for_no_pen(told: list[dict[str, Any]]) -> None:
    model = run()
    note(model, said(THREE))
    note(model, said(2 * THREE), on_canvas=False)  # a test image
    note(run(), said(2 * THREE), on_canvas=False)  # newer weights
    note(model, said(BLANK, "empty"))  # cleared
    assert [one["question"] for one in told] == [1, 2, 3, 4]
    assert [one["restMs"] for one in told[1:]] == [0, 0, 0]


def test_another_verdict_on_the_same_drawing_is_another_question(told: list[dict[str, Any]]) -> None:
    model = run()
    note(model, said(THREE))
    note(model, said(THREE, "unlike"))  # what knows digits has been made meanwhile
    assert told[-1] == {"question": 2, "restMs": 0}


def test_beside_the_labels_strokes_change_nothing_but_what_is_kept_does(told: list[dict[str, Any]]) -> None:
    model = run()
    first = note(model, said(BLANK, "empty"), has_labels=True)
    assert note(model, said(THREE), has_labels=True).number == first.number
    ask_anew()
    assert note(model, said(THREE), has_labels=True).number == first.number + 1
    assert note(model, said(THREE)).number == first.number + 2  # another view was opened
    assert len(told) == 4
