"""Whether a visitor is still on the page where something of theirs was begun."""

import threading
from collections.abc import Callable
from typing import Final

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

_VISIT: Final = "_page_visit"


def note_page(page: str) -> None:
    """Note, at each drawing, which page it is. What belonged to another ends, and what was uploaded there goes."""
    known, left = st.session_state.get(_VISIT, (page, None))
    if known == page and left is not None:
        return
    if left is not None:
        left.set()
        if context := get_script_run_ctx():
            context.uploaded_file_mgr.remove_session_files(context.session_id)
    st.session_state[_VISIT] = page, threading.Event()


def still_there() -> Callable[[], bool]:
    """Return what says, on any thread, whether this visitor has neither left this page nor closed its tab."""
    context, (_page, left) = get_script_run_ctx(), st.session_state.get(_VISIT, ("", threading.Event()))
    session = context.session_id if context else ""

    def is_there() -> bool:
        return not left.is_set() and (
            not runtime.exists() or runtime.get_instance().is_active_session(session)
        )

    return is_there
