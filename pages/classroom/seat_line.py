"""The line by which every page says who is in a class in this browser, and the question whether it still is them."""

import streamlit as st

from core.i18n.literal_text import html_text
from core.i18n.marked_sentences import markdown_
from core.i18n.translation import _
from pages.classroom.join_routes import LEAVE
from pages.server.base_path import prefix_of
from pages.server.seat import seated, stay


def seat_line() -> None:
    """Say, on every page, who is in a class here, and how to leave it; nothing for who is in none."""
    seat = seated()
    if seat is None:
        return
    who = html_text(_("{nickname}, in the class “{title}”", nickname=seat.nickname, title=seat.title))
    leave = _leave_link(_("Leave the class"))
    st.html(f'<div class="ink-seat"><span>{who}</span> {leave}</div>')  # not said: HTML


def ask_who_is_there() -> None:
    """Ask, where nothing was done for an hour, whether it is still the same member."""
    seat = seated()
    if seat is None:
        return
    with st.container(key="who_is_there"):
        st.title(markdown_("You are {nickname}. Not you?", nickname=seat.nickname), anchor=False)
        st.markdown(
            markdown_(
                "Nothing was done here for an hour. In this browser, {nickname} is in the class “{title}”.",
                nickname=seat.nickname,
                title=seat.title,
            )
        )
        st.button(
            markdown_("Continue as {nickname}", nickname=seat.nickname),
            type="primary",
            key="still_me",
            on_click=stay,
        )
        st.html(_leave_link(_("Leave, and join as somebody else")))


def _leave_link(label: str) -> str:
    prefix = prefix_of(st.get_option("server.baseUrlPath") or "")
    return f'<a href="{prefix}/{LEAVE}" target="_self">{html_text(label)}</a>'  # not said: HTML
