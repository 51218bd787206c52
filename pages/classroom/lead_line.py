"""What a teacher leads the class with, on every page: pause, look up, a line, this page to all screens."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import streamlit as st

from core.classroom.board import page_of
from core.classroom.classroom_table import Classroom
from core.classroom.classrooms import Classrooms
from core.classroom.errors import ClassroomError
from core.classroom.lead import LONGEST_MESSAGE, Lead
from core.i18n.marked_sentences import markdown_
from core.i18n.translation import _
from pages.classroom.led_screen import is_among, place_of
from pages.components.navigation import has_page, title_of
from pages.server.errors import trouble_told
from pages.server.visitor import actor, store

CHOSEN = "classroom"  # the session's class, where its teacher has several
SECTION = "class_section"  # the one of it that is open on the page Class
BOARD = "board"  # its name


def led_class() -> Classroom | None:
    """Return the class that this session's teacher leads now, None for who leads none.  Raises: StoreError."""
    if not actor().teaches:
        return None
    going_on = [classroom for classroom in Classrooms(store()).mine() if not classroom.is_over]
    chosen = [classroom for classroom in going_on if classroom.id == st.session_state.get(CHOSEN)]
    return next(iter(chosen or going_on), None)


def lead_line(name: str) -> None:
    """Draw, in the head of every page, what a teacher has the class do. name: the page's.  Raises: StoreError."""
    classroom = led_class()
    if classroom is None:
        return
    label = markdown_("Lead “{title}”", title=classroom.title)
    with (
        st.container(key="lead_line", width="content"),
        st.popover(label, icon=":material/groups:", key="lead"),
    ):
        _pause(classroom)
        _hold(classroom)
        _show(classroom, name)
        _say(classroom)


def leader_to_place(name: str) -> Callable[[str], None]:
    """Return what takes the class along, once the page is drawn, where its screens follow this teacher to this page.

    It goes nowhere that members do not see.  Raises, as what it returns: StoreError.
    """
    classroom, lead = led_class(), Lead(store())
    is_followed = classroom is not None and classroom.followed == actor().id != ""

    def take_along(place: str) -> None:
        if classroom is not None and is_followed and is_among(classroom.rules.pages, name):
            with suppress(ClassroomError):  # it has just ended, or the address is too long to be told
                lead.note_place(classroom.id, place)

    return take_along


def _pause(classroom: Classroom) -> None:
    if classroom.is_paused:
        _button(_("Let training go on"), "play_arrow", "lead_go_on", lambda lead: lead.go_on(classroom.id))
    else:
        _button(_("Pause all training"), "pause", "lead_pause", lambda lead: lead.pause(classroom.id))


def _hold(classroom: Classroom) -> None:
    if classroom.is_held:
        label = _("Release all screens")
        _button(label, "lock_open", "lead_release", lambda lead: lead.hold(classroom.id, is_held=False))
    else:
        label = _("Hold all screens")
        help_ = _("Each says “Look at your teacher”, until you release them.")
        _button(
            label, "front_hand", "lead_hold", lambda lead: lead.hold(classroom.id, is_held=True), help=help_
        )


def _show(classroom: Classroom, name: str) -> None:
    """Draw how screens are sent where the teacher is, once or from now on."""
    is_seen = is_among(classroom.rules.pages, name)
    _button(
        _("Show this page to all"),
        "cast",
        "lead_push",
        lambda lead: lead.push(classroom.id, place_of(name)),
        help=_("All screens open this page with its run. Who then goes elsewhere is not held back."),
        disabled=not is_seen,
    )
    if not is_seen:
        st.caption(_("Members do not see this page. Choose theirs in the settings of the class."))
    followed_by_me = classroom.followed == actor().id
    if classroom.followed and not followed_by_me:
        st.caption(_("All screens follow another teacher."))
    st.toggle(
        _("All screens follow me"),
        followed_by_me,
        key=f"lead_follow_{classroom.revision}",
        on_change=_follow,
        args=(classroom.id, name if is_seen else "", f"lead_follow_{classroom.revision}"),
    )
    if classroom.pushed:
        page = page_of(classroom.pushed)
        shown = title_of(page) if has_page(page) else page
        st.caption(markdown_("Shown to all: {page}", page=shown))
        label = _("Let them go where they like")
        _button(label, "directions_walk", "lead_let_go", lambda lead: lead.let_go(classroom.id))


def _follow(classroom_id: str, name: str, key: str) -> None:
    is_followed = bool(st.session_state[key])

    def order(lead: Lead) -> None:
        lead.follow(classroom_id, is_followed=is_followed)
        if is_followed and name:
            lead.note_place(classroom_id, place_of(name))

    _do(order)


def _say(classroom: Classroom) -> None:
    key = f"lead_line_{classroom.id}_{classroom.message}"  # what is being typed stays while people join
    st.text_input(
        _("A line on all screens"),
        classroom.message,
        max_chars=LONGEST_MESSAGE,
        key=key,
        on_change=_send_line,
        args=(classroom.id, key),
        placeholder=_("such as: Two minutes left"),
        help=_("Enter shows it, an empty one takes it away."),
    )


def _send_line(classroom_id: str, key: str) -> None:
    line = str(st.session_state[key])
    _do(lambda lead: lead.say(classroom_id, line))


def _button(label: str, icon: str, key: str, order: Callable[[Lead], None], **look: Any) -> None:
    st.button(label, icon=f":material/{icon}:", key=key, on_click=_do, args=(order,), width="stretch", **look)


def _do(order: Callable[[Lead], None]) -> None:
    with trouble_told():
        order(Lead(store()))
