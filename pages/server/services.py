"""What every page shares, once per server: the run store, the engine that trains, the datasets."""

import atexit

import streamlit as st

from core import datasets
from core.config.app_settings import Settings, SettingsError
from core.config.environment import from_environment
from core.datasets import ImageData
from core.datasets.user_datasets import content_key
from core.i18n.translation import _
from core.jobs.engine import EmbeddedEngine
from core.runs import Store
from pages.server.background import tell_end


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """Return this installation's settings.  Raises: SettingsError."""
    return from_environment()


def allowed() -> Settings:
    """Return the settings, the defaults where they are refused: for what answers even then, as each page says so."""
    try:
        return settings()
    except SettingsError:
        return Settings()


@st.cache_resource(show_spinner=False)
def system_store() -> Store:
    """Return the run store as the server itself uses it; pages use pages.server.visitor.store.  Raises: StoreError."""
    return Store(settings=settings())


@st.cache_resource(show_spinner=False)
def engine() -> EmbeddedEngine:
    """Return the engine whose runner process trains the queued runs."""
    made = EmbeddedEngine(system_store())
    # Last registered, first called: the work beside the pages leaves off while the engine ends, which takes a while.
    atexit.register(tell_end)
    return made


def image_data(name: str) -> ImageData:
    """Return a dataset's memory-mapped images as they are now: people change their own.  Raises: DatasetError."""
    content = content_key(name, settings().data_dir)
    if name in _loaded:
        return _image_data(name, content)
    with st.spinner(_("Unpacking the images (the first time only) …")):
        data = _image_data(name, content)
    _loaded.add(name)
    return data


_loaded: set[str] = set()  # the datasets that nobody has to wait for any more


@st.cache_resource(show_spinner=False, max_entries=8)
def _image_data(name: str, content: str) -> ImageData:  # noqa: ARG001 - new content, new images
    return datasets.load(name, settings().data_dir)
