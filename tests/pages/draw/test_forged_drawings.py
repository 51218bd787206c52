"""What the canvas is said to show, by anybody: what no pad says is passed over."""

import base64
import io
from typing import Any

import numpy as np
import pytest
import streamlit as st
from PIL import Image

from pages.draw import canvas
from pages.draw.canvas import MOST_DENSE, SIDE_PX, _number_plate, _Pad

STROKE = {"type": "Path", "path": [["M", 1, 1], ["L", 2, 200]], "left": 1, "top": 1, "stroke": "#1B2A41"}


def png(width: int = SIDE_PX, height: int = SIDE_PX, mode: str = "RGBA", kind: str = "PNG") -> str:
    """Return a picture with a black bar on white as the canvas sends its own."""
    pixels = np.full((height, width), 255, np.uint8)
    pixels[height // 4 : -height // 4, width // 2 : width // 2 + 9] = 0
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(buffer, kind)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def drawing(number: Any = 0, *strokes: Any) -> dict[str, Any]:
    return {"objects": [_number_plate(number), *strokes]}


@pytest.fixture
def pad(monkeypatch: pytest.MonkeyPatch) -> _Pad:
    made = _Pad()
    monkeypatch.setattr(st, "session_state", {canvas._STATE: made})
    return made


def say(told: Any) -> None:
    """Have the browser say something, and something be pressed that means what it says."""
    st.session_state[canvas._COMPONENT] = told
    canvas.seen_ink()


@pytest.mark.parametrize("density", [1, 2, MOST_DENSE])
def test_a_stroke_is_taken_in_whatever_the_screen(density: int, pad: _Pad) -> None:
    say({"drawing": {"raw": drawing(0, STROKE), "data": png(density * SIDE_PX, density * SIDE_PX)}})
    assert pad.page.objects == (STROKE,)
    assert pad.page.ink.any()


@pytest.mark.parametrize(
    ("raw", "data"),
    [
        *(
            (drawing(number, STROKE), png())
            for number in (float("nan"), float("inf"), "7", None, -1, 1e308, [0])
        ),
        *(({"objects": objects}, png()) for objects in ("text", 7, {}, [1, 2], [None], [])),
        *((raw, png()) for raw in ([], "text", 7, None)),
        *((drawing(0, STROKE), data) for data in (None, 7, "", "data:,", "data:;base64,????", png()[:200])),
        (drawing(0, STROKE), png(mode="L")),
        (drawing(0, STROKE), png(mode="RGB", kind="JPEG")),
        (drawing(0, STROKE), png(MOST_DENSE * SIDE_PX + 1, 9)),
    ],
)
def test_what_no_pad_says_is_passed_over(raw: Any, data: Any, pad: _Pad) -> None:
    say({"drawing": {"raw": raw, "data": data}})
    assert not pad.page.objects
    assert pad.number == 0


@pytest.mark.parametrize(
    "told", [{}, {"drawing": 7}, {"drawing": []}, {"drawing": "text"}, {"drawing": None}, 7]
)
def test_a_word_of_another_form_is_passed_over(told: Any, pad: _Pad) -> None:
    say(told)
    assert not pad.page.objects


def test_a_bomb_is_passed_over_undecoded(pad: _Pad, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = png(12_000, 12_000)

    def load(_image: Image.Image) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", load)
    say({"drawing": {"raw": drawing(0, STROKE), "data": bomb}})
    assert not pad.page.objects
