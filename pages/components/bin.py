"""The bin: what somebody deleted, until it goes for good."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import streamlit as st

from core.i18n.marked_sentences import markdown_
from core.i18n.translation import _

MOST_SHOWN: Final = 20


@dataclass(frozen=True)
class Binned:
    """A thing in the bin: its id, what it is called, and since when it lies there, in seconds since 1970."""

    id: str
    title: str
    deleted_at: float


def show_bin(
    things: list[Binned],
    kept_s: float,
    restore: Callable[[str], None],
    more_in_markdown: Callable[[int], str],
) -> None:
    """Draw what lies in the bin, newest first, each with the button that brings it back; nothing if it is empty.

    kept_s: how long a thing stays. more_in_markdown: says how many there are beyond those that are shown.
    """
    if not things:
        return
    things = sorted(things, key=lambda thing: thing.deleted_at, reverse=True)
    with st.expander(markdown_("Bin ({n})", n=len(things)), icon=":material/delete:", key="bin_panel"):
        for thing in things[:MOST_SHOWN]:
            with st.container(horizontal=True, vertical_alignment="center", key=f"binned_{thing.id}"):
                until = thing.deleted_at + kept_s
                st.markdown(markdown_("{title}, kept until {until:date}", title=thing.title, until=until))
                st.button(
                    _("Restore"),
                    key=f"restore_{thing.id}",
                    icon=":material/restore_from_trash:",
                    on_click=restore,
                    args=(thing.id,),
                )
        if more := len(things[MOST_SHOWN:]):
            st.caption(more_in_markdown(more))
