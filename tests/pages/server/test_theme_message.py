"""The theme's message: the one that Streamlit makes, made once."""

import pytest
import streamlit as st
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from pages.server.theme_message import keep_theme, kept

SECTIONS = (
    "theme",
    "theme.light",
    "theme.dark",
    "theme.sidebar",
    "theme.light.sidebar",
    "theme.dark.sidebar",
)
FILL = app_session._populate_theme_msg


@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_is_what_streamlit_makes_of_it_as_often_as_it_is_asked(section: str) -> None:
    assert st.get_option("theme.light.primaryColor") == "#BF4F38"  # ours is read here
    theirs, copied = CustomThemeConfig(), kept(FILL)
    FILL(theirs, section)
    for _time in range(2):
        message = CustomThemeConfig()
        copied(message, section)
        assert message == theirs


def test_streamlit_makes_a_section_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(app_session, "_populate_theme_msg", lambda _message, section: asked.append(section))
    keep_theme()
    for _time in range(3):
        app_session._populate_theme_msg(CustomThemeConfig())
        app_session._populate_theme_msg(CustomThemeConfig(), "theme.dark")
    assert asked == ["theme", "theme.dark"]
