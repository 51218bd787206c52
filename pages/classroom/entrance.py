"""The ways into a class: with its code, as its teacher with a key, or by starting one."""

from datetime import date, timedelta

import streamlit as st

from core.classroom.classrooms import LONGEST_TITLE, MOST_DAYS, Classrooms
from core.classroom.nicknames import KINDS, LIST, LONGEST, OWN, SHORTEST
from core.classroom.teachers import Teachers
from core.i18n.literal_text import html_text
from core.i18n.marked_sentences import markdown_
from core.i18n.translation import N_, Sentences, _
from pages.classroom.join_routes import JOIN
from pages.classroom.lead_line import CHOSEN
from pages.classroom.teacher_keys import keep_to_show
from pages.server.base_path import prefix_of
from pages.server.errors import trouble_told
from pages.server.visitor import renew_roles, store

NICKNAMES = Sentences(
    {OWN: N_("Their own, or one of the list"), LIST: N_("From the list only, such as Fox 12")}
)


def entrance(*, may_start: bool) -> None:
    """Draw how a class is joined, led and started."""
    prefix = prefix_of(st.get_option("server.baseUrlPath") or "")
    st.subheader(_("Join a class"), anchor=False)
    st.markdown(
        _("Your teacher shows you a code. You choose a nickname; no account and no e-mail is needed.")
    )
    told = html_text(_("Join with a code"))
    st.html(f'<a class="ink-button" href="{prefix}/{JOIN}" target="_self">{told}</a>')  # not said: HTML
    st.subheader(_("Start a class"), anchor=False)
    if may_start:
        _start_form()
    else:
        st.markdown(
            _(
                "Here, a class is started by an operator, or by somebody in the same network as the server. Ask "
                "whoever runs this Inkling."
            )
        )
    with st.expander(_("I have a teacher's key"), icon=":material/key:", key="key_panel"):
        _key_form()


def _start_form() -> None:
    st.markdown(
        _(
            "For a lesson with up to 60 people. Everything is trained on this server, so old laptops, tablets and "
            "phones will do."
        )
    )
    with st.form("start_class", border=False):
        st.text_input(
            _("Title"), key="class_title", max_chars=LONGEST_TITLE, placeholder=_("such as 7b"), width=360
        )
        today = date.today()
        st.date_input(
            _("Last day"),
            today,
            min_value=today,
            max_value=today + timedelta(days=MOST_DAYS),
            key="class_day",
            help=_("The day after, nobody is in the class any more. You can let it go on at any time."),
            width=240,
        )
        st.radio(
            _("Nicknames"),
            KINDS,
            format_func=NICKNAMES.__getitem__,
            key="class_nicknames",
            help=markdown_("One's own has {least} to {most} characters.", least=SHORTEST, most=LONGEST),
        )
        st.form_submit_button(_("Start the class"), type="primary", icon=":material/groups:", on_click=_start)


def _start() -> None:
    state = st.session_state
    with trouble_told():
        classroom, key = Classrooms(store()).start(state.class_title, state.class_day, state.class_nicknames)
        renew_roles()
        keep_to_show(classroom.id, key)
        state[CHOSEN] = classroom.id


def _key_form() -> None:
    with st.form("enter_key", border=False):
        st.text_input(
            _("Teacher's key"),
            key="teacher_key",
            placeholder="ABCD-EFGH-JKMN-PQRS",  # not said: a pattern
            autocomplete="off",
            width=360,
            help=_("It was shown once, when the class was started or the key was made."),
        )
        st.form_submit_button(_("Lead the class here"), on_click=_enter)


def _enter() -> None:
    state = st.session_state
    with trouble_told():
        classroom = Teachers(store()).enter(state.teacher_key)
        renew_roles()
        state.teacher_key, state[CHOSEN] = "", classroom.id
        state.done = _("This browser leads the class “{title}” now.", title=classroom.title)
