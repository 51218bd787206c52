"""The runs that this visitor deleted, until they go for good."""

import streamlit as st

from core.access.rules import Action
from core.i18n.marked_sentences import nmarkdown_
from core.runs import RunRow, StoreError
from core.runs.run_labels import title
from pages.components.bin import Binned, show_bin
from pages.server.services import settings
from pages.server.visitor import may, store


def bin_section() -> None:
    """Draw the runs in the bin, each with the button that brings it back; nothing if it is empty."""
    try:
        rows = [row for row in store().list(deleted=True) if may(Action.RESTORE_RUN, row)]
        kept_s = store().days_s(settings().bin_days)
    except StoreError:  # the page has said what is wrong
        return
    show_bin(
        [Binned(row.id, title(row), row.deleted_at or 0.0) for row in rows],
        kept_s,
        _restore,
        lambda n: nmarkdown_("{n} more run, deleted earlier.", "{n} more runs, deleted earlier.", n),
    )


def kept_until(row: RunRow) -> float | None:
    """Return when the run goes by itself, in seconds since 1970; None for one that does not.  Raises: StoreError."""
    if not settings().kept_days or row.pinned or not (row.has_ended or row.status == "interrupted"):
        return None
    return (row.ended_at or row.created_at) + store().days_s(settings().kept_days)


def _restore(run_id: str) -> None:
    try:
        store().restore(run_id)
    except StoreError as error:
        st.session_state.trouble = str(error)
