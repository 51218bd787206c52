"""Who is in the class, as they come and go; a teacher gives a member a new key, or removes one."""

from functools import partial

import streamlit as st

from core.access.rules import Action
from core.classroom.classrooms import Classrooms
from core.classroom.ending import Ending
from core.classroom.errors import ClassroomError
from core.classroom.members import Member, Members
from core.datasets import DatasetError
from core.i18n.literal_text import html_text, markdown_text
from core.i18n.marked_sentences import nmarkdown_
from core.i18n.translation import _
from core.live.class_news import class_mark
from core.runs import StoreError
from pages.components.live_channel import follow
from pages.server.errors import fragment
from pages.server.visitor import renew_roles, store


@fragment
def member_list(classroom_id: str) -> None:
    """Draw how many have joined, and who; it follows the class."""
    try:
        classroom = Classrooms(store()).get(classroom_id)
        members = Members(store()).all(classroom_id)
    except ClassroomError as error:
        st.error(markdown_text(str(error)))
        return
    st.subheader(
        nmarkdown_("{n} member", "{n} members", len(members)) if members else _("Nobody has joined yet"),
        anchor=False,
    )
    if members:
        names = "".join(f"<li>{html_text(member.nickname)}</li>" for member in members)
        st.html(f'<ul class="ink-members">{names}</ul>')  # not said: HTML
    if members and Members(store()).may(Action.LEAD_CLASS, classroom_id):
        _look_after(classroom_id, members)
    follow("class", {("class", classroom_id): {"page": class_mark(classroom)}})


def _look_after(classroom_id: str, members: list[Member]) -> None:
    """Draw what a teacher can do for one member."""
    by_id = {member.id: member for member in members}
    with st.popover(_("A member"), icon=":material/person:", key="one_member"):
        chosen = st.selectbox(
            _("Nickname"),
            [*by_id],
            index=None,
            format_func=lambda member_id: (
                markdown_text(by_id[member_id].nickname) if member_id in by_id else ""
            ),
            key="member_choice",
            placeholder=_("Choose a member"),
        )
        if chosen not in by_id:
            return
        name = by_id[chosen].nickname
        st.button(
            _("New key"),
            icon=":material/key:",
            key="member_key",
            help=_("For a member who has lost theirs. The old one no longer works."),
            on_click=_renew_key,
            args=(classroom_id, chosen, name),
        )
        st.button(
            _("Remove from the class"),
            icon=":material/person_remove:",
            key="member_remove",
            help=_("They are out at once, and their key no longer works. What they made stays."),
            on_click=partial(_remove, classroom_id, chosen, name, erases=False),
        )
        st.button(
            _("Remove, with all that they made"),
            icon=":material/delete_forever:",
            key="member_erase",
            help=_("Deletes their runs, searches and datasets for good."),
            on_click=partial(_remove, classroom_id, chosen, name, erases=True),
        )


def _renew_key(classroom_id: str, member_id: str, name: str) -> None:
    try:
        key = Members(store()).renew_key(classroom_id, member_id)
    except (ClassroomError, StoreError) as error:
        st.session_state.trouble = str(error)
    else:
        st.session_state.done = _(
            "The new key of {nickname} is {key}. It is not shown again.", nickname=name, key=key
        )


def _remove(classroom_id: str, member_id: str, name: str, *, erases: bool) -> None:
    try:
        Members(store()).remove(classroom_id, member_id)
        renew_roles()
        if erases:
            Ending(store()).erase_made(classroom_id, member_id)
    except (ClassroomError, DatasetError, StoreError) as error:
        st.session_state.trouble = str(error)
        return
    st.session_state.pop("member_choice", None)
    st.session_state.done = (
        _("{nickname} was removed, with all that they made.", nickname=name)
        if erases
        else _("{nickname} was removed from the class.", nickname=name)
    )
