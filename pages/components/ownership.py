"""Who may change a run: the visitor who made it, known by the name that this server signed."""

import streamlit as st

from core.runs import RunRow, StoreError
from pages.server.services import store
from pages.server.visitor import visitor


def is_mine(row: RunRow) -> bool:
    """Return whether this visitor made the run."""
    return bool(row.owner) and row.owner == visitor()


def mine(run_ids: list[str]) -> list[str]:
    """Return those of the runs that this visitor made, read anew from the store: for callbacks."""
    try:
        return [row.id for row in store().list(ids=run_ids, limit=len(run_ids)) if is_mine(row)]
    except StoreError as error:
        st.session_state.trouble = str(error)
        return []
