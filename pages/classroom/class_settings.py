"""The settings of a class, for its teacher: title, last day, nicknames, who may join; a copy; the end."""

from datetime import date, timedelta
from typing import Any

import streamlit as st

from core.classroom.classroom_table import Classroom
from core.classroom.classrooms import LONGEST_TITLE, MOST_DAYS, Classrooms, next_week
from core.classroom.ending import Ending
from core.classroom.nicknames import KINDS
from core.classroom.teachers import Teachers
from core.i18n.marked_sentences import markdown_
from core.i18n.translation import _
from core.live.class_news import class_mark
from pages.classroom.class_rules import rules_section
from pages.classroom.entrance import NICKNAMES
from pages.classroom.lead_line import CHOSEN
from pages.classroom.practice import practice_section
from pages.classroom.teacher_keys import forget_keys, has_new_key, keep_to_show, keys_section
from pages.server.errors import MESSAGES, trouble_told
from pages.server.visitor import renew_roles, store


def settings_section(classroom: Classroom) -> None:
    """Draw what a teacher can change about the class."""
    _fields(classroom)
    rules_section(classroom)
    practice_section(classroom.id)
    st.subheader(_("Teachers"), anchor=False)
    keys_section(classroom)
    st.divider()
    with st.container(horizontal=True, key="class_buttons"):
        st.button(
            _("Copy for another group"),
            icon=":material/content_copy:",
            key="copy_class",
            help=_("A class like this one with a code and a key of its own, which nobody has joined yet."),
            on_click=_copy,
            args=(classroom.id,),
        )
        st.button(
            _("Stop leading it here"),
            icon=":material/logout:",
            key="leave_lead",
            help=_("The class goes on. Your teacher's key brings it back to this browser or another.")
            if not has_new_key(classroom.id)
            else _("First write down the key that is shown above: it brings the class back."),
            disabled=has_new_key(classroom.id),
            on_click=_leave,
            args=(classroom.id, classroom.title),
        )
        end_button(classroom)


def end_button(classroom: Classroom) -> None:
    """Draw the button that ends the class, once it was asked how."""
    if st.button(_("End the class"), icon=":material/event_busy:", key="end_class"):
        st.dialog(_("End the class"))(_ask_end)(classroom)


def _fields(classroom: Classroom) -> None:
    own = (
        f"{classroom.id}_{class_mark(classroom)}"  # widgets for the values that another teacher may have set
    )
    change: dict[str, Any] = {"on_change": _change}
    st.text_input(
        _("Title"),
        classroom.title,
        max_chars=LONGEST_TITLE,
        width=460,
        key=f"title_{own}",
        args=(classroom.id, "title", f"title_{own}"),
        **change,
    )
    today = date.today()
    with st.container(horizontal=True, vertical_alignment="bottom", key="class_days"):
        st.date_input(
            _("Last day"),
            None if classroom.is_over else classroom.last_day,  # so that today can be chosen, too
            min_value=today,
            max_value=today + timedelta(days=MOST_DAYS),
            key=f"day_{own}",
            args=(classroom.id, "last_day", f"day_{own}"),
            width=240,
            **change,
        )
        until = next_week(classroom.last_day)
        st.button(
            _("Again next week"),
            key="next_week",
            help=markdown_("The class, with all that was made, goes on until {day:date}.", day=until),
            on_click=_set,
            args=(classroom.id,),
            kwargs={"last_day": until},
        )
    st.radio(
        _("Nicknames"),
        KINDS,
        KINDS.index(classroom.nicknames),
        format_func=NICKNAMES.__getitem__,
        key=f"nicknames_{own}",
        args=(classroom.id, "nicknames", f"nicknames_{own}"),
        **change,
    )
    st.toggle(
        _("Nicknames of their own wait for my nod"),
        classroom.needs_nod,
        key=f"nod_{own}",
        help=_("Until you show them, screens say “Member 5” instead."),
        args=(classroom.id, "needs_nod", f"nod_{own}"),
        **change,
    )
    st.toggle(
        _("Open to who has the code"),
        classroom.is_open,
        key=f"open_{own}",
        help=_("Closed, it takes nobody new. Who is in it can still come back with nickname and key."),
        args=(classroom.id, "is_open", f"open_{own}"),
        **change,
    )


def _change(classroom_id: str, name: str, key: str) -> None:
    value = st.session_state[key]
    if value is not None:  # a day that was taken out, before another is chosen
        _set(classroom_id, **{name: value})


def _set(classroom_id: str, **values: Any) -> None:
    with trouble_told():
        Classrooms(store()).change(classroom_id, **values)
        renew_roles()


def _copy(classroom_id: str) -> None:
    state = st.session_state
    with trouble_told():
        copied, key = Classrooms(store()).copy(classroom_id)
        renew_roles()
        keep_to_show(copied.id, key)
        state[CHOSEN] = copied.id
        state.done = _("This is the copy, with the code {code}.", code=copied.code)


def _leave(classroom_id: str, title: str) -> None:
    with trouble_told():
        Teachers(store()).leave(classroom_id)
        renew_roles()
        forget_keys(classroom_id)
        st.session_state.pop(CHOSEN, None)
        st.session_state.done = _("This browser leads the class “{title}” no more.", title=title)


def _ask_end(classroom: Classroom) -> None:
    if st.session_state.keys() & MESSAGES:  # the page says what came of it
        st.rerun()
    st.markdown(
        markdown_(
            "Ends “{title}” for everybody: members are out; nicknames, keys, drawings and datasets are deleted for "
            "good. It cannot be undone.",
            title=classroom.title,
        )
    )
    with st.container(horizontal=True):
        st.button(
            _("End, and delete everything"),
            type="primary",
            icon=":material/delete_forever:",
            key="end_all",
            on_click=_end,
            args=(classroom,),
        )
        st.button(
            _("End, and keep the runs without names"),
            key="end_keep",
            help=_("Finished runs become yours, without what members wrote about them."),
            on_click=_end,
            args=(classroom,),
            kwargs={"keeps_runs": True},
        )
        if st.button(_("Cancel"), key="end_not"):
            st.rerun()


def _end(classroom: Classroom, *, keeps_runs: bool = False) -> None:
    state = st.session_state
    with trouble_told():
        erased = Ending(store()).end(classroom.id, keeps_runs=keeps_runs)
        renew_roles()
        state.pop(CHOSEN, None)
        forget_keys(classroom.id)
        said = erased.in_words()
        state.done = (
            _(
                "The class “{title}” has ended. Deleted for good: {what:list}.",
                title=classroom.title,
                what=said,
            )
            if said
            else _("The class “{title}” has ended.", title=classroom.title)
        )
