"""What a member has of the class on its page: a new key, what the class does together, the board."""

import streamlit as st

from core.classroom.members import Members
from core.classroom.seats import Seat
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_
from core.i18n.translation import _
from pages.classroom.activities import activities
from pages.components.class_board import class_board
from pages.server.errors import trouble_told
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
    with trouble_told():
        key = Members(store()).renew_my_key()
        st.session_state.done = _("Your new key is {key}. Write it down: it is not shown again.", key=key)
