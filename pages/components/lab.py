"""What every page shares, once per server: the run store, the engine that trains, the datasets."""

import gc
import importlib

import streamlit as st

from core import datasets
from core.datasets import ImageData
from core.jobs import EmbeddedEngine
from core.runs import Store
from core.settings import Settings, from_environment

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


@st.cache_resource(show_spinner=False)
def warm_up() -> None:
    """Import what is heavy, start the engine, and freeze the garbage collector. Once per server."""
    engine()
    for name in HEAVY:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


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
