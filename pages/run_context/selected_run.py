"""The run in view: chosen once, in the sidebar or by `?run=`, the same on every page."""

import time

import streamlit as st

from core.i18n.literal_text import markdown_text
from core.i18n.number_format import percent
from core.runs import RunRow, StoreError, UnknownRun
from core.runs.run_labels import status_text, title, unambiguous
from pages.components.selectbox import selectbox
from pages.components.theme import chip
from pages.server.services import store
from pages.server.visitor import visitor


def selected_run() -> RunRow | None:
    """Return the run that this visitor looks at, None when there is none (any more)."""
    run_id = st.session_state.get("run")
    if not run_id:
        return None
    try:
        return store().get(run_id)
    except UnknownRun:
        select_run(None)
        return None


def select_run(run_id: str | None) -> None:
    """Bring a run into view on every page; None = none, as for a fresh start."""
    st.session_state.run = run_id
    if run_id and st.query_params.get("run") != run_id:
        st.query_params["run"] = run_id
    elif not run_id and "run" in st.query_params:
        del st.query_params["run"]


def status_chip(row: RunRow) -> str:
    """Return the run's status as an HTML chip."""
    return chip(*status_text(row))


def choose_run() -> None:
    """Draw the sidebar's picker of the run in view, and follow `?run=`."""
    if "run" not in st.session_state:
        _follow_address()
    try:
        runs = _choices()
    except StoreError as error:
        st.error(markdown_text(f"{error}"), icon=":material/database_off:")
        return
    for notice in store().notices:
        st.warning(markdown_text(notice))
    if not runs:
        st.caption("No run yet. Press **Train** to make the first.")
        return
    ids = [row.id for row in runs]
    current = st.session_state.get("run")
    selectbox(
        "Run in view",
        unambiguous({row.id: _label(row) for row in runs}),
        current if current in ids else None,
        select_run,
        key="run_choice",
        placeholder="Choose a run",
        help="Every page shows this run. Its address is in the page's address: copy it to share it.",
    )
    if current in ids and st.query_params.get("run") != current:
        st.query_params["run"] = current


def _follow_address() -> None:
    wanted = st.query_params.get("run", "")
    st.session_state.run = None
    if not wanted:
        return
    try:
        st.session_state.run = store().get(wanted).id
    except UnknownRun:
        st.session_state.address_problem = (
            f"There is no run “{wanted[:24]}” here. It may have been deleted, or the link cut short."
        )
    except StoreError:
        return  # the picker says what is wrong with the store


def _choices(limit: int = 60) -> list[RunRow]:
    """Return the visitor's runs, newest first, then others', and the run in view wherever it comes from."""
    mine = store().list(owner=visitor(), limit=limit)
    known = {row.id for row in mine}
    others = [row for row in store().list(limit=limit) if row.id not in known]
    runs = [*mine, *others][:limit]
    current = st.session_state.get("run")
    if current and current not in {row.id for row in runs}:
        runs = [*store().list(ids=[current], limit=1), *runs]
    return runs


def _label(row: RunRow) -> str:
    accuracy = row.test_accuracy if row.test_accuracy is not None else row.evaluation_accuracy
    figure = f" · {percent(accuracy)}" if accuracy is not None else ""
    age_s = max(0.0, time.time() - row.created_at)
    age = "now" if age_s < 60 else f"{age_s / 60:.0f} min" if age_s < 5400 else f"{age_s / 3600:.0f} h"
    if age_s > 129_600:
        age = f"{age_s / 86_400:.0f} d"
    return f"{title(row)}{figure} · {age}"
