"""Inkling as an ASGI app, for `streamlit run app.py`. Where a script runner executes this file, it draws the pages."""

import asyncio
import importlib
import signal
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.training.threads import begin_with_one_thread
from pages.classroom.join_routes import join_routes
from pages.classroom.room_check import room_check_routes
from pages.classroom.sheet_route import sheet_route
from pages.demo.demo_routes import demo_routes
from pages.server import addresses
from pages.server.answers import OwnWords
from pages.server.background import begin, tell_end
from pages.server.connections import Connections
from pages.server.errors import say_fault
from pages.server.handover_page import handover_route
from pages.server.headers import SecurityHeaders
from pages.server.identity import Identity
from pages.server.index_page import IndexPage
from pages.server.inflation import bound_inflation
from pages.server.live_socket import live_route
from pages.server.memory import give_back_large_blocks
from pages.server.open_files import RoomForVisitors, raise_limit
from pages.server.open_tabs import OpenTabs
from pages.server.page_messages import PageMessages
from pages.server.services import allowed
from pages.server.static_files import StaticFiles
from pages.server.theme_message import keep_theme
from pages.server.turns import POOL
from pages.server.uploads import RoomForUploads

begin_with_one_thread()  # before anything imports PyTorch
PAGES: Final = Path(__file__).resolve().with_name("pages")


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Import what pages need while the first visitor's browser is still loading, and have the process end in order."""
    print(addresses.told(), flush=True)
    give_back_large_blocks()
    raise_limit()
    bound_inflation()
    keep_theme()
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(POOL))
    watching = Connections().watch(asyncio.get_running_loop())
    begin(lambda: importlib.import_module("pages.shell"), "pages")
    yield
    watching.cancel()
    tell_end()
    # Uvicorn, once closed, raises the signal to end again, before the engine is closed. Windows has no such masks.
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))


BASE_PATH: Final[str] = st.get_option("server.baseUrlPath") or ""
app = st.App(
    PAGES / "shell.py",
    lifespan=lifespan,
    routes=[
        live_route(BASE_PATH),
        handover_route(BASE_PATH),
        *join_routes(BASE_PATH),
        *room_check_routes(BASE_PATH),
        sheet_route(BASE_PATH),
        *demo_routes(BASE_PATH),
    ],
    on_script_error=say_fault,
    middleware=[
        Middleware(SecurityHeaders, base_path=BASE_PATH, frames=allowed().frame_sites),
        Middleware(OwnWords),
        Middleware(RoomForVisitors, base_path=BASE_PATH),
        Middleware(RoomForUploads, base_path=BASE_PATH),
        Middleware(StaticFiles, base_path=BASE_PATH),
        Middleware(Identity, base_path=BASE_PATH),
        Middleware(OpenTabs, base_path=BASE_PATH),
        Middleware(PageMessages, base_path=BASE_PATH),
        Middleware(IndexPage),
    ],
)

if get_script_run_ctx(suppress_warning=True):
    from pages.shell import draw

    draw()
else:
    # Streamlit would put the script's folder here for each visit and take it away again. A thread that imports
    # something at that moment goes through the same list, misses an entry, and finds no such module.
    sys.path.append(str(PAGES))
