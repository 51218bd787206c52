"""Inkling as an ASGI app, for `streamlit run app.py`. Where a script runner executes this file, it draws the pages."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Have the process end in order, its engine first: uvicorn, once closed, raises the signal to end again."""
    yield
    if hasattr(signal, "pthread_sigmask"):  # Windows has not
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))


app = st.App(Path(__file__).with_name("pages") / "shell.py", lifespan=lifespan)

if get_script_run_ctx(suppress_warning=True):
    from pages.shell import draw

    draw()
