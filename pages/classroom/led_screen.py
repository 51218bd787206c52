"""A member's screen as the teacher leads it: held, told a line, sent to a page; and the note of where it is."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from core.classroom.classroom_table import Classroom
from core.classroom.classrooms import Classrooms
from core.classroom.errors import ClassroomError
from core.config.app_settings import SettingsError
from core.config.run_config import FIELD_NAMES
from core.i18n.literal_text import markdown_text
from core.i18n.translation import _
from core.live.class_news import lead_of, rules_mark
from core.live.messages import PartsStream
from core.runs import StoreError
from pages.components.live_channel import follow
from pages.components.live_streams import drawn_stream
from pages.components.navigation import ALWAYS, has_page, page, title_of
from pages.components.unseen import unseen
from pages.server.seat import class_rules, place_noter, seated
from pages.server.visitor import store

_lead: Final = unseen("lead")
_SECTION: Final = "_section"  # how the names end under which the session and the address keep an open section


def led_screen() -> None:
    """Have a member's screen do what the teacher has all screens do; nothing for who is in no class.

    Raises: StoreError.
    """
    seat = seated()
    if seat is None:
        return
    try:
        classroom = Classrooms(store()).get(seat.classroom_id)
    except ClassroomError:  # it has just ended: the next drawing is the browser's own
        return
    stream = drawn_stream("lead", PartsStream)
    asked = _lead(
        "lead",
        stream.message(lead_of(classroom)),
        on_resync_change=stream.reset,
        on_pushed_change=lambda: None,
    )
    follow("led", {("class", classroom.id): {"rules": rules_mark(classroom)}})
    if asked.pushed:
        _go(classroom)


def _go(classroom: Classroom) -> None:
    """Draw the page that the class was sent to, with its run and its sections."""
    name, _mark, query = classroom.pushed.partition("?")
    if not has_page(name):
        return
    wanted = dict(parse_qsl(query))
    for key, value in wanted.items():
        if key.endswith(_SECTION):
            st.session_state[key] = value
    if "run" in wanted:
        st.session_state.run = wanted["run"]
    st.switch_page(page(name), query_params=wanted)


def pages_shown() -> tuple[str, ...]:
    """Return the pages that the class's teacher lets this session see, () for all of them."""
    try:
        return class_rules().pages
    except (SettingsError, StoreError):  # the page itself says what is wrong
        return ()


def is_shown(name: str) -> bool:
    """Return whether the teacher lets this session see the page of this name."""
    return is_among(pages_shown(), name)


def is_among(pages: tuple[str, ...], name: str) -> bool:
    """Return whether the page of this name is among those that a class sees, () for all."""
    return not pages or name in (*pages, *ALWAYS)


def say_not_shown() -> None:
    """Say that the page is not for this lesson, and which are."""
    st.info(_("Your teacher has not opened this page for the class."), icon=":material/lock:")
    for name in pages_shown():
        if has_page(name):
            st.page_link(page(name), label=markdown_text(title_of(name)))


def place_of(name: str) -> str:
    """Return where this session is: the page of this name, and its query; what its form holds is its own."""
    shown = [key for key in st.query_params if key not in (*FIELD_NAMES, "preset")]
    query = urlencode({key: st.query_params[key] for key in shown}, safe=",:")
    return f"{name}?{query}" if query else name


def noter_of_place() -> Callable[[str], None]:
    """Return what notes, once the page is drawn, where a member is: a store that is busy leaves the page to be read."""
    note_place = place_noter() if seated() is not None else None

    def note(place: str) -> None:
        if note_place is not None:
            with suppress(StoreError):
                note_place(place)

    return note
