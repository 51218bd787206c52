"""The bin: what this visitor deleted, until it goes for good."""

from typing import Final

import streamlit as st

from core.access.rules import Action
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.translation import _
from core.runs import RunRow, StoreError
from core.runs.run_labels import title
from pages.server.services import settings
from pages.server.visitor import may, store

MOST_SHOWN: Final = 20
DAY_S: Final = 86_400


def bin_section() -> None:
    """Draw what lies in the bin, newest first, each with the button that brings it back; nothing if it is empty."""
    try:
        rows = [row for row in store().list(deleted=True) if may(Action.RESTORE_RUN, row)]
    except StoreError:  # the page has said what is wrong
        return
    if not rows:
        return
    rows.sort(key=lambda row: row.deleted_at or 0.0, reverse=True)
    with st.expander(markdown_("Bin ({n})", n=len(rows)), icon=":material/delete:", key="bin_panel"):
        for row in rows[:MOST_SHOWN]:
            _binned(row)
        if more := len(rows[MOST_SHOWN:]):
            st.caption(nmarkdown_("{n} more run, deleted earlier.", "{n} more runs, deleted earlier.", more))


def kept_until(row: RunRow) -> float | None:
    """Return when the run goes by itself, in seconds since 1970; None for one that does not."""
    if not settings().kept_days or row.pinned or not (row.has_ended or row.status == "interrupted"):
        return None
    return (row.ended_at or row.created_at) + settings().kept_days * DAY_S


def _binned(row: RunRow) -> None:
    until = (row.deleted_at or 0.0) + settings().bin_days * DAY_S
    with st.container(horizontal=True, vertical_alignment="center", key=f"binned_{row.id}"):
        st.markdown(markdown_("{run}, kept until {until:date}", run=title(row), until=until))
        st.button(
            _("Restore"),
            key=f"restore_{row.id}",
            icon=":material/restore_from_trash:",
            on_click=_restore,
            args=(row.id,),
        )


def _restore(run_id: str) -> None:
    try:
        store().restore(run_id)
    except StoreError as error:
        st.session_state.trouble = str(error)
