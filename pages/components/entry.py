"""Every visit enters by app.py, also the first one to a fresh server, whatever page its address names."""

from pathlib import Path

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx


def enter_by_app() -> None:
    """Start the visit again from app.py if Streamlit has run a file of pages/ by itself.

    It does so, without navigation and style, until `st.navigation` has been called once in the process: the
    link to a run would meet that after every restart of the server. Pages call it once they have imported everything:
    raised within an import, it would leave other visitors' threads with half a module.
    """
    context = get_script_run_ctx()
    if context is None or not PagesManager.uses_pages_directory:
        return
    page = context.pages_manager.get_pages().get(context.page_script_hash)
    if page and Path(page["script_path"]).parent.name == "pages":
        PagesManager.uses_pages_directory = False
        st.rerun()
