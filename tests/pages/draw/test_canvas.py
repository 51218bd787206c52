"""The pad's states without a browser: what it says is news, late or for another drawing."""

from base64 import b64encode
from io import BytesIO

import numpy as np
import pytest
import streamlit as st
from PIL import Image

from pages.draw import canvas
from pages.draw.canvas import _number_plate, _Pad, _Page


def said_on(number: int, strokes: str) -> dict:
    """Return what the browser says of these strokes on the drawing of this number."""
    return {"objects": [_number_plate(number), *({"path": name} for name in strokes)]}


def strokes_of(pad: _Pad) -> list[str]:
    return ["".join(stroke["path"] for stroke in page.objects) for page in pad.pages]


PIXELS = np.full((8, 8, 4), 255, np.uint8)
PIXELS[2:6, 3] = (0, 0, 0, 255)


def test_undo_goes_back_and_a_new_stroke_forgets_what_was_undone() -> None:
    pad = _Pad()
    pages = [
        _Page(({"path": name},), np.full((4, 4), level, np.float32))
        for name, level in (("a", 0.2), ("b", 0.4))
    ]
    for page in pages:
        pad.add(page)
    pad.show(pad.place - 1)
    assert pad.page is pages[0]
    assert pad.base == said_on(1, "a")
    pad.add(_Page(({"path": "c"},), np.ones((4, 4), np.float32)))
    assert [p.objects[0]["path"] for p in pad.pages[1:]] == ["a", "c"]
    pad.show(99)
    assert pad.page.objects[0]["path"] == "c"


def test_what_the_browser_repeats_after_an_undo_is_no_new_drawing() -> None:
    pad = _Pad()
    pad.take_in_drawing(said_on(0, "a"), PIXELS)
    pad.take_in_drawing(said_on(0, "ab"), PIXELS)
    pad.show(pad.place - 1)
    pad.take_in_drawing(said_on(0, "ab"), PIXELS)  # the server still holds what was said before the undo
    assert [o["path"] for o in pad.page.objects] == ["a"]
    pad.take_in_drawing(said_on(1, "a"), PIXELS)  # then the browser says what it has loaded
    assert [len(page.objects) for page in pad.pages] == [0, 1, 2]
    assert pad.page.ink[3, 3] == 1
    assert pad.page.ink[0, 0] == 0


def test_what_the_browser_says_of_an_undo_after_the_redo_is_too_late() -> None:
    pad = _Pad()
    pad.take_in_drawing(said_on(0, "a"), PIXELS)
    pad.take_in_drawing(said_on(0, "ab"), PIXELS)
    redone = pad.page
    pad.show(pad.place - 1)
    pad.show(pad.place + 1)
    pad.take_in_drawing(said_on(1, "a"), PIXELS)
    pad.take_in_drawing(said_on(2, "ab"), PIXELS)
    assert pad.page is redone
    assert len(pad.pages) == 3


def test_dabs_undone_and_redone_before_the_browser_says_any_of_it_stay_one_state() -> None:
    pad = _Pad()
    pad.take_in_drawing(said_on(0, "a"), PIXELS)
    ink = np.ones((8, 8), np.float32)
    pad.add(_Page(({"path": "a"}, {"path": "b"}), ink))
    pad.reload()
    pad.show(pad.place - 1)
    pad.show(pad.place + 1)
    for said in (said_on(1, "ab"), said_on(2, "a"), said_on(3, "ab")):
        pad.take_in_drawing(said, PIXELS)
    assert len(pad.pages) == 3
    assert pad.page.ink is ink


def test_the_same_drawing_made_again_after_clear_is_a_drawing() -> None:
    pad = _Pad()
    pad.take_in_drawing(said_on(0, "a"), PIXELS)
    pad.add(_Page())
    pad.reload()
    pad.take_in_drawing(said_on(1, ""), PIXELS)
    pad.take_in_drawing(said_on(1, "a"), PIXELS)
    assert [len(page.objects) for page in pad.pages] == [0, 1, 0, 1]


def test_a_stroke_on_a_drawing_that_is_being_cleared_is_left_to_the_browser_to_draw_again() -> None:
    pad = _Pad()
    pad.take_in_drawing(said_on(0, "ab"), PIXELS)
    pad.add(_Page())
    pad.reload()
    pad.take_in_drawing(said_on(0, "abc"), PIXELS)  # the browser has not heard of it yet
    assert strokes_of(pad) == ["", "ab", ""]
    assert pad.over == (0, 2), "of three strokes the third is to be drawn again"
    pad.take_in_drawing(said_on(1, "c"), PIXELS)
    assert strokes_of(pad) == ["", "ab", "", "c"]


def test_a_drawing_that_a_new_server_hears_of_is_taken_over_and_shown() -> None:
    pad = _Pad()
    pad.take_in_drawing(said_on(7, "ab"), PIXELS)
    assert strokes_of(pad) == ["", "ab"]
    assert pad.base == said_on(8, "ab")


def test_undo_and_clear_mean_the_stroke_that_came_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    file = BytesIO()
    Image.fromarray(PIXELS, "RGBA").save(file, "PNG")
    address = "data:image/png;base64," + b64encode(file.getvalue()).decode()
    pad = _Pad()
    pad.take_in_drawing(said_on(0, "a"), PIXELS)
    said = {"drawing": {"raw": said_on(0, "ab"), "data": address}}
    monkeypatch.setattr(st, "session_state", {canvas._STATE: pad, canvas._COMPONENT: said})
    canvas.undo()
    assert (strokes_of(pad), pad.place) == (["", "a", "ab"], 1)
    said["drawing"]["raw"] = said_on(1, "ac")
    canvas.clear()
    assert (strokes_of(pad), pad.place) == (["", "a", "ac", ""], 3)
    assert not canvas.seen_ink().any()


def test_a_state_is_the_same_when_the_browser_writes_whole_numbers_its_own_way() -> None:
    page = _Page(({"path": [["M", 1.0, 2.5]], "left": 107.0, "top": 3.0},))
    assert page.is_same([{"path": [["M", 1, 2.5]], "left": 107, "top": 3, "opacity": 1}])
    assert not page.is_same([{"path": [["M", 1, 2.5]], "left": 108, "top": 3}])
