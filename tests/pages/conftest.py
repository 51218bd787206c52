"""Pages without a browser: the real app over a real store, with an engine that leaves runs where a test puts them."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.access.rules import SYSTEM, Actor, Role
from core.config.app_settings import Settings
from core.pretrained.registry import adopt_shipped
from core.runs import Store
from pages.server import services, warmup
from pages.train import run_controls
from tests.pages.another_language import foreign, pseudo_locales

__all__ = ["foreign", "pseudo_locales"]

ME = "me"  # the visitor who looks at the pages
SHELL = Path(__file__).resolve().parents[2] / "pages" / "shell.py"


class StillEngine:
    """An engine without workers: orders reach the store, and nobody acts on them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def submit(self, run_id: str, actor: Actor = SYSTEM) -> None:
        self._store.acting_as(actor).enqueue(run_id)

    def wait_until_warm(self, timeout_s: float) -> bool:  # noqa: ARG002
        return True

    def command(self, run_id: str, actor: Actor = SYSTEM, **orders: object) -> None:
        self._store.acting_as(actor).order(run_id, **orders)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def begun_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a store that holds the models that come with the app and nothing else, closed."""
    path = tmp_path_factory.mktemp("begun") / "inkling.db"
    store = Store(settings=Settings(store=f"sqlite:///{path}"))
    adopt_shipped(store)
    store.close()
    return path


@pytest.fixture
def store(begun_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Return the app's store with the models that come with the app; pages started in this test use it.

    What a test puts there is the visitor's own, unless it says whose it is.
    """
    shutil.copy(begun_store, tmp_path / "inkling.db")
    monkeypatch.setenv("INKLING_STORE", f"sqlite:///{tmp_path / 'inkling.db'}")
    monkeypatch.setattr(services, "EmbeddedEngine", StillEngine)
    monkeypatch.setattr(run_controls, "FIRST_POINT_S", 0.0)  # nobody works here: there is nothing to wait for
    monkeypatch.setattr(run_controls, "OBEYED_S", 0.0)
    monkeypatch.setattr(
        warmup, "_score_ready_models", lambda: None
    )  # seconds of work that no page here needs
    monkeypatch.setattr(
        warmup, "LATER_LIBRARIES", ()
    )  # the canvas can be imported only while a real app runs
    monkeypatch.setattr(warmup, "_preload", lambda: None)
    monkeypatch.setattr(warmup, "PAUSE_S", 0.0)
    warmup._import_libraries()  # as some seconds after the start
    st.cache_resource.clear()
    st.cache_data.clear()
    yield services.system_store().acting_as(Actor(Role.OPERATOR, ME))
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture(autouse=True)
def same_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have `__main__` be what it was after the test: AppTest leaves its page there, for new processes to run."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture
def app(store: Store) -> AppTest:  # noqa: ARG001
    """Return the app, not yet run."""
    made = AppTest.from_file(str(SHELL), default_timeout=300)
    made.session_state["visitor"] = ME
    return made
