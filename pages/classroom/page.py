"""Class: who learns together? A teacher starts a class and leads it; others join it with its code."""

import streamlit as st

from core.access.rules import Action
from core.classroom.classroom_table import Classroom
from core.classroom.classrooms import Classrooms
from core.classroom.errors import ClassroomError
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_
from core.i18n.translation import _
from pages.classroom.activities import activities
from pages.classroom.class_settings import end_button, settings_section
from pages.classroom.entrance import entrance
from pages.classroom.invitation import invitation
from pages.classroom.lead_line import BOARD, CHOSEN, SECTION
from pages.classroom.member_list import member_list
from pages.classroom.own_seat import own_seat
from pages.classroom.teacher_keys import show_new_key
from pages.components.class_board import class_board
from pages.components.sections import open_section
from pages.components.selectbox import selectbox
from pages.server.seat import seated
from pages.server.visitor import store


def _choose(classroom_id: str) -> None:
    st.session_state[CHOSEN] = classroom_id


def _chosen(classes: list[Classroom]) -> Classroom:
    """Return the class that is looked at, chosen where the teacher has several."""
    by_id = {classroom.id: classroom for classroom in classes}
    chosen = by_id.get(st.session_state.get(CHOSEN, ""), classes[0])
    if len(classes) > 1:
        titles = [classroom.title for classroom in classes]
        names = {
            id_: _("{title} · {code}", title=one.title, code=one.code)
            if titles.count(one.title) > 1
            else one.title
            for id_, one in by_id.items()
        }
        selectbox(_("Class"), names, chosen.id, _choose, key="class_choice", width=460)
    return chosen


def _lead(classroom: Classroom) -> None:
    """Draw what a teacher has of the class."""
    st.title(markdown_text(classroom.title), anchor=False)
    if classroom.is_ending:
        st.warning(
            _(
                "This class has not ended completely: nobody is in it any more, but something of it could not be "
                "deleted. End it once more. After a while Inkling tries it again by itself."
            ),
            icon=":material/event_busy:",
        )
        end_button(classroom)
        return
    if classroom.is_over:
        st.warning(
            markdown_(
                "This class was over on {day:date}: nobody joins it, and its members are out. To go on, give it "
                "another last day under “Settings”.",
                day=classroom.last_day,
            ),
            icon=":material/event_busy:",
        )
    show_new_key(classroom.id)
    titles = {
        "join": _("Join"),
        BOARD: _("Board"),
        "activities": _("Activities"),
        "settings": _("Settings"),
    }
    section, place = open_section(SECTION, titles, in_address=True)
    with place:
        if section == "join":
            invitation(classroom)
            member_list(classroom.id)
        elif section == BOARD:
            class_board("board", classroom.id)
        elif section == "activities":
            activities(classroom.id)
        else:
            settings_section(classroom)


seat = seated()
if seat is not None:
    own_seat(seat)
    st.stop()
classrooms = Classrooms(store())
classes = classrooms.mine()
if not classes:
    st.title(_("Class"), anchor=False)
    entrance(may_start=classrooms.may(Action.START_CLASS))
    st.stop()
chosen = _chosen(classes)
try:
    _lead(chosen)
except ClassroomError as error:  # another teacher may have ended it
    st.error(markdown_text(str(error)))
with st.expander(_("Another class"), icon=":material/add:", key="other_class"):
    entrance(may_start=classrooms.may(Action.START_CLASS))
