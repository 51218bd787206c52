"""What every page shares, once per server: the run store, the engine that trains, the datasets."""

import atexit
import gc
import importlib
import logging
import sys
import threading
import time
from collections.abc import Sequence
from typing import Final

import streamlit as st

from core import datasets
from core.config.app_settings import Settings, from_environment
from core.datasets import DatasetError, ImageData
from core.jobs.engine import EmbeddedEngine
from core.pretrained.registry import adopt_shipped, score_shipped
from core.runs import Store, StoreError
from core.training.threads import hold_numpy_to_one, hold_to_one
from pages.server.background import begin, is_ending, tell_end

LOG: Final = logging.getLogger("inkling.app")

# What later pages need and the first does without, so that a visitor sees it seconds sooner. It is imported before
# anybody asks for it, and the garbage collector told to leave it alone: a full collection holds the interpreter
# for about 200 ms with torch loaded unless what was there at the start is frozen.
TOOLS = ("torch", "core.models.build", "pandas", "plotly.graph_objects")
MORE_TOOLS = (
    "core.prediction.predict",
    "captum.attr",
    "streamlit_drawable_canvas",
)  # Captum brings Matplotlib: 1.2 s
PAUSE_S: Final = 2.0
LOOK_S: Final = 0.2
WARM_S: Final = 15.0  # workers that are not there by then have something wrong with them

_tools_are_here = threading.Event()


@st.cache_resource(show_spinner=False)
def warm_up() -> None:
    """Start the engine, and leave the cores to its workers. Once per server."""
    engine()
    hold_numpy_to_one()
    _freeze()


@st.cache_resource(show_spinner=False)
def preload_libraries() -> None:
    """Begin to import what is heavy, in the background. Once per server, when the first page has been drawn.

    The workers come first: two imports of PyTorch at once would have a visitor who presses Train wait for both.
    """
    begin(_fetch, "tools")


def _fetch() -> None:
    deadline = time.monotonic() + WARM_S
    while not _torch_is_here() and not engine().wait_until_warm(LOOK_S):
        if is_ending() or time.monotonic() > deadline:
            break
    if not _torch_is_here() and is_ending(within_s=PAUSE_S):  # the first points of a run are drawn now
        return
    try:
        _import_tools()
    except Exception:  # a library may fail in any way at import; the page that needs it will say so
        LOG.exception("what the pages need could not be imported in advance")


def _torch_is_here() -> bool:
    """Return whether a page that was opened first has imported it itself."""
    return "torch" in sys.modules


def libraries_loaded() -> bool:
    """Return whether PyTorch and what goes with it have been imported, so that using them costs no wait."""
    return _tools_are_here.is_set()


def _import_tools() -> None:
    if not _import(TOOLS[:1]):
        return
    hold_to_one()  # a page's sums are small
    if not _import(TOOLS[1:]):
        return
    _tools_are_here.set()
    if not is_ending(within_s=PAUSE_S):
        _import(MORE_TOOLS)


def _import(names: Sequence[str]) -> bool:
    """Import the modules; return False, with some left out, if the server ends."""
    for name in names:
        if is_ending():
            return False
        importlib.import_module(name)
    _freeze()
    return True


def _freeze() -> None:
    """Have the garbage collector leave alone everything that is there by now."""
    gc.collect()
    gc.freeze()


def have_ready_models() -> None:
    """List the models that come with Inkling: at the start, and in the new store when a damaged one was set aside."""
    _take_in_ready_models(store().notices)


@st.cache_resource(show_spinner=False, max_entries=8)
def _take_in_ready_models(notices: tuple[str, ...]) -> None:  # noqa: ARG001 - another store says another thing
    """List the models, at once; their scores on the test set follow in a few seconds."""
    try:
        adopt_shipped(store())
    except StoreError as error:
        LOG.warning("the ready models could not be taken in: %s", error)
        return
    begin(_score_ready_models, "ready-models")


def _score_ready_models() -> None:
    while not _tools_are_here.wait(LOOK_S):  # the first page is drawn before
        if is_ending():
            return
    try:
        score_shipped(store(), image_data, go_on=lambda: not is_ending())
    except (StoreError, DatasetError) as error:
        LOG.warning("the ready models could not be scored: %s", error)


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """Return this installation's settings.  Raises: SettingsError."""
    return from_environment()


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """Return the run store.  Raises: StoreError."""
    return Store(settings=settings())


@st.cache_resource(show_spinner=False)
def engine() -> EmbeddedEngine:
    """Return the engine whose runner process trains the queued runs."""
    made = EmbeddedEngine(store())
    # Last registered, first called: the work beside the pages leaves off while the engine ends, which takes a while.
    atexit.register(tell_end)
    return made


@st.cache_resource(show_spinner="Unpacking the images, once …", max_entries=8)
def image_data(name: str) -> ImageData:
    """Return a dataset's memory-mapped images.  Raises: DatasetError."""
    return datasets.load(name, settings().data_dir)
