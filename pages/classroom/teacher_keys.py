"""The keys by which a class has teachers: shown once, given to a second teacher, taken back."""

from dataclasses import dataclass

import streamlit as st

from core.classroom.classroom_table import Classroom
from core.classroom.teachers import LONGEST_NAME, TeacherKey, Teachers
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.translation import _
from pages.server.errors import trouble_told
from pages.server.visitor import renew_roles, store


@dataclass(frozen=True)
class NewKey:
    """A key that was made just now. name: of the second teacher whose it is, "" for one's own."""

    classroom_id: str
    name: str
    key: str


def _new_keys() -> list[NewKey]:
    """Return the session's keys that nobody has said are written down."""
    keys: list[NewKey] = st.session_state.setdefault("new_teacher_keys", [])
    return keys


def keep_to_show(classroom_id: str, key: str, name: str = "") -> None:
    """Have the class's page show the key; one's own takes the place of an earlier one, which no longer works."""
    if not name:
        forget_keys(classroom_id, "")
    _new_keys().append(NewKey(classroom_id, name, key))


def forget_keys(classroom_id: str, name: str | None = None) -> None:
    """Show no key of the class any more; name: only those of this teacher."""
    kept = [key for key in _new_keys() if key.classroom_id != classroom_id or name not in (None, key.name)]
    _new_keys()[:] = kept


def has_new_key(classroom_id: str) -> bool:
    """Return whether a key of the class is shown that nobody has said is written down."""
    return any(key.classroom_id == classroom_id for key in _new_keys())


def show_new_key(classroom_id: str) -> None:
    """Show a key of the class that was made just now until its reader says that it is written down; then the next."""
    new = next((key for key in _new_keys() if key.classroom_id == classroom_id), None)
    if new is None:
        return
    with st.container(border=True, key="new_key"):
        whose = (
            markdown_("The teacher's key for {name}. Give it to nobody else.", name=new.name)
            if new.name
            else _("Your teacher's key. With it you lead this class on another computer.")
        )
        st.markdown(whose)
        st.code(new.key, language=None)
        st.caption(_("It is shown this once. Write it down, and do not show it to the class."))
        st.button(_("I have written it down"), key="key_noted", on_click=_forget, args=(new,))


def _forget(noted: NewKey) -> None:
    if noted in _new_keys():
        _new_keys().remove(noted)


def keys_section(classroom: Classroom) -> None:
    """Draw the class's keys, and how one is given, made anew and taken back."""
    teachers = Teachers(store())
    keys = teachers.keys(classroom.id)
    for key in keys:
        with st.container(horizontal=True, vertical_alignment="center", key=f"key_{key.id}"):
            st.markdown(_in_markdown(key), width="content")
            if not key.is_mine and (key.name or len(keys) > 1):
                st.button(_("Take back"), key=f"take_{key.id}", on_click=_take_back, args=(classroom.id, key))
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
        keep_to_show(classroom_id, Teachers(store()).add(classroom_id, name), name)
        state.second_teacher = ""


def _take_back(classroom_id: str, key: TeacherKey) -> None:
    with trouble_told():
        Teachers(store()).take_back(classroom_id, key.id)
        forget_keys(classroom_id, key.name)
        renew_roles()


def _renew(classroom_id: str) -> None:
    with trouble_told():
        keep_to_show(classroom_id, Teachers(store()).renew(classroom_id))
        renew_roles()
