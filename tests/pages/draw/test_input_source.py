"""Where the question comes from: the camera is offered where a browser gives it."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.pages.draw.drawing import Canvas, open_draw, words


@pytest.mark.parametrize(
    ("address", "is_given"),
    [
        ("https://lab.school.example/draw", True),
        ("http://localhost:8501/draw", True),
        ("http://127.0.0.1:8501/draw", True),
        ("http://[::1]:8501/draw", True),
        ("http://192.168.1.5:8501/draw", False),
        ("http://lab.school.example/draw", False),
    ],
)
def test_the_camera_is_offered_where_a_browser_gives_it_and_else_a_way_without(
    app: AppTest, pad: Canvas, address: str, is_given: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pad
    monkeypatch.setattr(type(st.context), "url", property(lambda _: address))
    app.session_state["draw_source_4"] = "camera"
    open_draw(app, "softmax-mnist")
    told = "choose it under “Photo or scan”" in words(app)
    assert (len(app.get("camera_input")), told) == ((1, False) if is_given else (0, True))
