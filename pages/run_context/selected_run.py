"""The selected run: chosen once, in the sidebar or by `?run=`, the same on every page."""

import time
from typing import Final

import streamlit as st

from core.i18n.literal_text import markdown_text
from core.i18n.number_format import percent, rough_duration
from core.i18n.translation import _
from core.pretrained.registry import SHIPPED
from core.runs import RunRow, StoreError, UnknownRun
from core.runs.run_labels import status_text, title, unambiguous
from pages.components.selectbox import selectbox
from pages.components.theme import chip
from pages.server.services import store
from pages.server.visitor import visitor

FRESH_S: Final = 90.0  # the age of a younger run would be told in seconds, in other words each time


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
    """Select a run for every page; None = none, as for a fresh start."""
    st.session_state.run = run_id
    if run_id and st.query_params.get("run") != run_id:
        st.query_params["run"] = run_id
    elif not run_id and "run" in st.query_params:
        del st.query_params["run"]


def status_chip(row: RunRow) -> str:
    """Return the run's status as an HTML chip."""
    return chip(*status_text(row))


def choose_run() -> None:
    """Draw the sidebar's picker of the selected run, and follow `?run=`."""
    if "run" not in st.session_state:
        _follow_address()
    try:
        runs = _choices()
    except StoreError as error:
        st.error(markdown_text(str(error)), icon=":material/database_off:")
        return
    for notice in store().notices:
        st.warning(markdown_text(notice))
    ids = [row.id for row in runs]
    current = st.session_state.get("run")
    if current and current not in ids:
        st.session_state.trouble = _("The selected run no longer exists. Press Train to start another.")
        select_run(current := None)
    if not runs:
        st.caption(_("No runs yet. Press **Train** to start the first."))
        return
    selectbox(
        _("Selected run"),
        unambiguous({row.id: _label(row) for row in runs}),
        current if current in ids else None,
        select_run,
        key="run_choice",
        placeholder=_("Choose a run"),
        help=_("All pages show this run. To share it, copy the address of the page."),
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
        st.session_state.address_problem = _(
            "There is no run “{run}” here. It may have been deleted, or the link is incomplete.",
            run=wanted[:24],
        )
    except StoreError:
        return  # the picker says what is wrong with the store


def _choices(limit: int = 60) -> list[RunRow]:
    """Return the visitor's runs, newest first, then others', and the selected run wherever it comes from."""
    mine = store().list(owner=visitor(), limit=limit)
    known = {row.id for row in mine}
    others = [row for row in store().list(limit=limit) if row.id not in known]
    runs = [*mine, *others][:limit]
    current = st.session_state.get("run")
    if current and current not in {row.id for row in runs}:
        runs = [*store().list(ids=[current], limit=1), *runs]
    return runs


def _label(row: RunRow) -> str:
    accuracy = row.latest_accuracy
    age_s = time.time() - row.created_at
    age: str = _("just now") if age_s < FRESH_S else _("{time} ago", time=rough_duration(age_s))
    told = [title(row)] if accuracy is None else [title(row), percent(accuracy)]
    return " · ".join(told if row.id in SHIPPED else [*told, age])
