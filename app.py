"""Inkling as an ASGI app, for `streamlit run app.py`. Where a script runner executes this file, it draws the pages."""

from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

app = st.App(Path(__file__).with_name("pages") / "shell.py")

if get_script_run_ctx(suppress_warning=True):
    from pages.shell import draw

    draw()
