"""What every page shares, once per server: the run store, the engine that trains, the datasets."""

import gc
import importlib
import logging
import threading
from collections.abc import Sequence
from typing import Final

import streamlit as st

from core import datasets
from core.datasets import DatasetError, ImageData
from core.jobs import EmbeddedEngine
from core.runs import Store, StoreError
from core.settings import Settings, from_environment
from core.shipped import adopt_shipped, score_shipped
from core.threads import hold_to_one
from pages.components.background import begin
from pages.components.entry import enter_by_app

enter_by_app()  # before anything of a page is drawn

LOG: Final = logging.getLogger("inkling.app")

# Everything heavy that any page will import, so that no visitor pays for it and the garbage collector can be
# told to leave it alone: Streamlit collects after every rerun, which with torch loaded holds the interpreter
# for about 200 ms unless what was there at the start is frozen.
HEAVY = (
    "torch",
    "torch.nn.functional",
    "plotly.graph_objects",
    "pandas",
    "numpy",
    "sqlalchemy",
    "core.models",
)
# Not needed by the first page, so that nobody waits for it there: 1.2 s, Captum with Matplotlib most of it.
HEAVY_LATER = ("core.asking", "captum.attr", "streamlit_drawable_canvas")
LATER_S: Final = 2.0


@st.cache_resource(show_spinner=False)
def warm_up() -> None:
    """Import what is heavy, start the engine, and freeze the garbage collector. Once per server."""
    engine()
    _import_and_freeze(HEAVY)
    hold_to_one()  # the cores are the workers'; a page's sums are small
    later = threading.Timer(LATER_S, _import_and_freeze, args=(HEAVY_LATER,))
    later.daemon = True
    later.start()


def _import_and_freeze(names: Sequence[str]) -> None:
    """Import modules, and have the garbage collector leave alone everything that is there by then."""
    for name in names:
        importlib.import_module(name)
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
    try:
        score_shipped(store(), image_data)
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
    return EmbeddedEngine(store())


@st.cache_resource(show_spinner="Unpacking the images, once …", max_entries=8)
def image_data(name: str) -> ImageData:
    """Return a dataset's memory-mapped images.  Raises: DatasetError."""
    return datasets.load(name, settings().data_dir)
