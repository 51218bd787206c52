"""What a member has of the class, and the line by which every page says who is at work in this browser."""

import streamlit as st

from core.classroom.errors import ClassroomError
from core.classroom.members import Members
from core.classroom.seats import Seat
from core.i18n.literal_text import html_text, markdown_text
from core.i18n.marked_sentences import markdown_
from core.i18n.translation import _
from core.runs import StoreError
from pages.classroom.activities import activities
from pages.classroom.join_routes import LEAVE
from pages.components.class_board import class_board
from pages.server.base_path import prefix_of
from pages.server.seat import seated, stay
from pages.server.visitor import store


def own_seat(seat: Seat) -> None:
    """Draw the page Class for a member."""
    st.title(markdown_text(seat.title), anchor=False)
    st.markdown(markdown_("You are **{nickname}** in this class.", nickname=seat.nickname))
    st.markdown(
        _(
            "You come back, on any device, with your nickname and your key. If you have lost the key, make a new one "
            "here; the old one no longer works."
        )
    )
    st.button(_("New key"), icon=":material/key:", key="my_new_key", on_click=_renew)
    activities(seat.classroom_id)
    class_board("board", seat.classroom_id)


def _renew() -> None:
    try:
        key = Members(store()).renew_my_key()
    except (ClassroomError, StoreError) as error:
        st.session_state.trouble = str(error)
    else:
        st.session_state.done = _("Your new key is {key}. Write it down: it is not shown again.", key=key)


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
