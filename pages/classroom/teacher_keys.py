"""The keys by which a class has teachers: shown once, given to a second teacher, taken back."""

import streamlit as st

from core.classroom.classroom_table import Classroom
from core.classroom.teachers import LONGEST_NAME, TeacherKey, Teachers
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.translation import _
from pages.server.errors import trouble_told
from pages.server.visitor import renew_roles, store


def show_new_key() -> None:
    """Show a key that was made just now until its reader says that it is written down."""
    name, key = st.session_state.get("new_teacher_key", ("", ""))
    if not key:
        return
    with st.container(border=True, key="new_key"):
        whose = (
            markdown_("The teacher's key for {name}. Give it to nobody else.", name=name)
            if name
            else _("Your teacher's key. With it you lead this class on another computer.")
        )
        st.markdown(whose)
        st.code(key, language=None)
        st.caption(_("It is shown this once. Write it down, and do not show it to the class."))
        st.button(_("I have written it down"), key="key_noted", on_click=_forget)


def _forget() -> None:
    st.session_state.pop("new_teacher_key", None)


def keys_section(classroom: Classroom) -> None:
    """Draw the class's keys, and how one is given, made anew and taken back."""
    teachers = Teachers(store())
    keys = teachers.keys(classroom.id)
    for key in keys:
        with st.container(horizontal=True, vertical_alignment="center", key=f"key_{key.id}"):
            st.markdown(_in_markdown(key), width="content")
            if not key.is_mine and (key.name or len(keys) > 1):
                st.button(
                    _("Take back"), key=f"take_{key.id}", on_click=_take_back, args=(classroom.id, key.id)
                )
    with st.container(horizontal=True, vertical_alignment="bottom", key="give_key"):
        st.text_input(
            _("A key for a second teacher"),
            key="second_teacher",
            max_chars=LONGEST_NAME,
            placeholder=_("Whose it is"),
            width=280,
        )
        st.button(
            _("Make the key"), icon=":material/key:", key="make_key", on_click=_add, args=(classroom.id,)
        )
    st.button(
        _("Make my key anew"),
        key="renew_key",
        help=_(
            "If it is lost, or somebody has seen it. The old one no longer works, and other computers that used it "
            "are out."
        ),
        on_click=_renew,
        args=(classroom.id,),
    )


def _in_markdown(key: TeacherKey) -> str:
    told = [markdown_text(key.name) if key.name else _("Who started the class")]
    told.append(nmarkdown_("{n} browser", "{n} browsers", key.browsers))
    if key.is_mine:
        told.append(_("this browser"))
    return " · ".join(told)


def _add(classroom_id: str) -> None:
    state = st.session_state
    with trouble_told():
        name = " ".join(state.second_teacher.split())
        state.new_teacher_key = (name, Teachers(store()).add(classroom_id, name))
        state.second_teacher = ""


def _take_back(classroom_id: str, key_id: str) -> None:
    with trouble_told():
        Teachers(store()).take_back(classroom_id, key_id)
        renew_roles()


def _renew(classroom_id: str) -> None:
    with trouble_told():
        st.session_state.new_teacher_key = ("", Teachers(store()).renew(classroom_id))
        renew_roles()
