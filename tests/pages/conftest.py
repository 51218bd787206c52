"""Pages without a browser: the real app over a real store, with an engine that leaves runs where a test puts them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from core.runs import Store
from pages.components import lab

ROOT = Path(__file__).resolve().parents[2]


class StillEngine:
    """An engine without workers: orders reach the store, and nobody acts on them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def submit(self, run_id: str) -> None:
        self._store.enqueue(run_id)

    def wait_until_warm(self, timeout_s: float) -> bool:  # noqa: ARG002
        return True

    def command(self, run_id: str, **orders: object) -> None:
        self._store.order(run_id, **orders)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def entered_by_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every run of a page begin with app.py, as on a server; AppTest takes pages/ for pages of the old kind."""
    begin = PagesManager.__init__

    def begin_in_app(self: PagesManager, *args: Any, **settings: Any) -> None:
        begin(self, *args, **settings)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", begin_in_app)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Return the app's store, empty; pages started in this test use it."""
    monkeypatch.setenv("INKLING_STORE", f"sqlite:///{tmp_path / 'inkling.db'}")
    monkeypatch.setattr(lab, "EmbeddedEngine", StillEngine)
    monkeypatch.setattr(lab, "_score_ready_models", lambda: None)  # seconds of work that no page here needs
    monkeypatch.setattr(lab, "MORE_TOOLS", ())  # the canvas can be imported only while a real app runs
    monkeypatch.setattr(lab, "_fetch", lambda: None)
    monkeypatch.setattr(lab, "PAUSE_S", 0.0)
    lab._import_tools()  # as some seconds after the start
    st.cache_resource.clear()
    st.cache_data.clear()
    yield lab.store()
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def app(store: Store) -> AppTest:  # noqa: ARG001
    """Return the app, not yet run."""
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
