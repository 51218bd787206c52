"""Who is in the class, as they come and go; a teacher gives a member a new key, or removes one."""

from functools import partial

import streamlit as st

from core.access.rules import Action
from core.classroom.board import Boards
from core.classroom.classrooms import Classrooms
from core.classroom.ending import Ending
from core.classroom.errors import ClassroomError
from core.classroom.lead import Lead
from core.classroom.members import Member, Members
from core.i18n.literal_text import html_text, markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.translation import _
from core.live.class_news import class_mark
from pages.components.live_channel import follow
from pages.server.errors import fragment, trouble_told
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
    shown = [member.nickname for member in members if member.is_shown]
    if shown:
        names = "".join(f"<li>{html_text(nickname)}</li>" for nickname in shown)
        st.html(f'<ul class="ink-members">{names}</ul>')  # not said: HTML
    if members and Members(store()).may(Action.LEAD_CLASS, classroom_id):
        with st.container(horizontal=True, key="members_tools"):
            _look_after(classroom_id, members)
            _nod(classroom_id, [member for member in members if not member.is_shown])
    follow("class", {("class", classroom_id): {"page": class_mark(classroom)}})


def _look_after(classroom_id: str, members: list[Member]) -> None:
    """Draw what a teacher can do for one member."""
    by_id = {member.id: member for member in members}
    with st.popover(_("A member"), icon=":material/person:", key="one_member"):
        chosen = st.selectbox(
            _("Nickname"),
            [*by_id],
            index=None,
            format_func=lambda member_id: by_id[member_id].nickname if member_id in by_id else "",
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
            _("Take their run off the board"),
            icon=":material/hide_image:",
            key="member_run",
            help=_("The run stays theirs. Their next one is on the board again."),
            on_click=_take_off,
            args=(classroom_id, chosen),
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


def _nod(classroom_id: str, waiting: list[Member]) -> None:
    """Draw the nicknames that no screen shows before the teacher has nodded."""
    if not waiting:
        return
    label = nmarkdown_("{n} nickname waits", "{n} nicknames wait", len(waiting))
    with st.popover(label, icon=":material/visibility_off:", key="nods"):
        st.caption(_("No screen shows them before you do."))
        for member in waiting:
            st.button(
                markdown_("Show “{nickname}”", nickname=member.nickname),
                key=f"nod_{member.id}",
                on_click=_show,
                args=(classroom_id, member.id),
            )


def _show(classroom_id: str, member_id: str) -> None:
    with trouble_told():
        Members(store()).nod(classroom_id, member_id)


def _renew_key(classroom_id: str, member_id: str, name: str) -> None:
    with trouble_told():
        key = Members(store()).renew_key(classroom_id, member_id)
        st.session_state.done = _(
            "The new key of {nickname} is {key}. It is not shown again.", nickname=name, key=key
        )


def _take_off(classroom_id: str, member_id: str) -> None:
    with trouble_told():
        runs = {entry.member.id: entry.run for entry in Boards(store()).entries(classroom_id)}
        if run := runs.get(member_id):
            Lead(store()).take_off_board(classroom_id, run.id)


def _remove(classroom_id: str, member_id: str, name: str, *, erases: bool) -> None:
    with trouble_told():
        Members(store()).remove(classroom_id, member_id)
        renew_roles()
        if erases:
            Ending(store()).erase_made(classroom_id, member_id)
        st.session_state.pop("member_choice", None)
        st.session_state.done = (
            _("{nickname} was removed, with all that they made.", nickname=name)
            if erases
            else _("{nickname} was removed from the class.", nickname=name)
        )
