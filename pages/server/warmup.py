"""What is done once per server, beside the pages: libraries imported, ready models listed and scored."""

import gc
import importlib
import logging
import sys
import threading
import time
from collections.abc import Sequence
from typing import Final

import streamlit as st

from core.datasets import DatasetError
from core.pretrained.registry import adopt_shipped, score_shipped
from core.runs import StoreError
from core.training.threads import use_one_numpy_thread, use_one_thread
from pages.server.background import begin, is_ending
from pages.server.services import engine, image_data, system_store

LOG: Final = logging.getLogger("inkling.app")

# What later pages need and the first does without, so that a visitor sees it seconds sooner. It is imported before
# anybody asks for it, and the garbage collector told to leave it alone: a full collection holds the interpreter
# for about 200 ms with torch loaded unless what was there at the start is frozen.
LIBRARIES = ("torch", "core.models.build", "pandas", "plotly.graph_objects")
LATER_LIBRARIES = (
    "core.prediction.predict",
    "captum.attr",  # brings Matplotlib: 1.2 s
    "streamlit_drawable_canvas",
    "scipy.stats",  # this and the next: a class that opens Evaluate waited two seconds for them
    "sklearn.metrics",
)
PAUSE_S: Final = 2.0
POLL_S: Final = 0.2
WARM_S: Final = 15.0  # workers that are not there by then have something wrong with them

_loaded = threading.Event()


@st.cache_resource(show_spinner=False)
def warm_up() -> None:
    """Start the engine, and leave the cores to its workers. Once per server."""
    engine()
    use_one_numpy_thread()
    _freeze()


@st.cache_resource(show_spinner=False)
def preload_libraries() -> None:
    """Begin to import what is heavy, in the background. Once per server, when the first page has been drawn.

    The workers come first: two imports of PyTorch at once would have a visitor who presses Train wait for both.
    """
    begin(_preload, "tools")


def _preload() -> None:
    deadline = time.monotonic() + WARM_S
    while not _has_torch() and not engine().wait_until_warm(POLL_S):
        if is_ending() or time.monotonic() > deadline:
            break
    if not _has_torch() and is_ending(within_s=PAUSE_S):  # the first points of a run are drawn now
        return
    try:
        _import_libraries()
    except Exception:  # a library may fail in any way at import; the page that needs it will say so
        LOG.exception("what the pages need could not be imported in advance")


def _has_torch() -> bool:
    """Return whether a page that was opened first has imported it itself."""
    return "torch" in sys.modules


def libraries_loaded() -> bool:
    """Return whether PyTorch and what goes with it have been imported, so that using them costs no wait."""
    return _loaded.is_set()


def _import_libraries() -> None:
    if not _import(LIBRARIES[:1]):
        return
    use_one_thread()  # a page's sums are small
    if not _import(LIBRARIES[1:]):
        return
    _loaded.set()
    if not is_ending(within_s=PAUSE_S):
        _import(LATER_LIBRARIES)


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


def list_ready_models() -> None:
    """List the models that come with Inkling: at the start, and in the new store when a damaged one was set aside."""
    _list_ready_models(system_store().notices)


@st.cache_resource(show_spinner=False, max_entries=8)
def _list_ready_models(notices: tuple[str, ...]) -> None:  # noqa: ARG001 - another store says another thing
    """List the models, at once; their scores on the test set follow in a few seconds."""
    try:
        adopt_shipped(system_store())
    except StoreError as error:
        LOG.warning("the ready models could not be taken in: %s", error)
        return
    begin(_score_ready_models, "ready-models")


def _score_ready_models() -> None:
    while not _loaded.wait(POLL_S):  # the first page is drawn before
        if is_ending():
            return
    try:
        score_shipped(system_store(), image_data, go_on=lambda: not is_ending())
    except (StoreError, DatasetError) as error:
        LOG.warning("the ready models could not be scored: %s", error)
