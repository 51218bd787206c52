"""The selected run: chosen once, in the page's header or by `?run=`, the same on every page."""

import streamlit as st

from core.i18n.translation import _
from core.runs import RunRow, StoreError, UnknownRun, UnreadableRun
from core.runs.run_labels import status_text
from pages.components.theme import chip
from pages.server.visitor import store


def selected_run() -> RunRow | None:
    """Return the run that this visitor looks at, None when there is none (any more)."""
    run_id = st.session_state.get("run")
    if not run_id:
        return None
    try:
        return store().get(run_id)
    except UnknownRun as error:
        leave_run(error)
        return None


def leave_run(why: UnknownRun) -> None:
    """Select no run any more, and have the page say why where it is to be told: the run cannot be read."""
    if isinstance(why, UnreadableRun):
        st.session_state.trouble = str(why)
    select_run(None)


def select_run(run_id: str | None) -> None:
    """Select a run for every page; None = none, as for a fresh start."""
    st.session_state.run = run_id
    if run_id and st.query_params.get("run") != run_id:
        st.query_params["run"] = run_id
    elif not run_id and "run" in st.query_params:
        del st.query_params["run"]


def status_chip(row: RunRow) -> str:
    """Return the run's status as an HTML chip."""
    return chip(*status_text(row))


def follow_address() -> None:
    """Select the run that `?run=` names; once a session."""
    if "run" in st.session_state:
        return
    wanted = st.query_params.get("run", "")
    st.session_state.run = None
    if not wanted:
        return
    try:
        st.session_state.run = store().get(wanted).id
        store().note_opened(wanted)
    except UnreadableRun as error:
        st.session_state.address_problem = str(error)
    except UnknownRun:
        st.session_state.address_problem = _(
            "There is no run “{run}” here. It may have been deleted, or the link is incomplete.",
            run=wanted[:24],
        )
    except StoreError:
        return  # the picker says what is wrong with the store
