"""Runs, where room is short: what goes, of how many of the visitor's runs, and what takes how much."""

import re

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.config.units import MB
from core.runs import Store, room
from pages.server import services
from tests.core.runs.test_room import trained
from tests.pages.conftest import ME
from tests.pages.finished_runs import shown, words


def warned(app: AppTest) -> str:
    return " ".join(warning.value for warning in app.warning)


def test_it_says_nothing_while_there_is_room(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "free_bytes", lambda _folder: 3000 * MB)
    shown(app, "runs")
    assert warned(app) == ""


@pytest.mark.parametrize(
    ("free_mb", "begins"),
    [
        (
            1500,
            "Room will be short soon: 1,(500|499) MB of the disk are free, and 1,000 MB are to stay free.",
        ),
        (400, "Room is short: (400|399) MB of the disk are free, and 1,000 MB are to stay free."),
    ],
)
def test_it_says_beforehand_what_goes_and_how_that_is_avoided(
    app: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch, free_mb: int, begins: str
) -> None:
    monkeypatch.setattr(room, "free_bytes", lambda _folder: free_mb * MB)
    shown(app, "runs")
    assert re.match(f"{begins} Nothing goes by itself. Delete what you no longer need, or ask", warned(app))
    for owner in (ME, "somebody"):
        trained(services.system_store(), owner)
    st.cache_resource.clear()
    app.run()
    assert not app.exception
    assert re.match(begins, warned(app))
    assert "1 of your runs has such. Pinned runs keep theirs." in warned(app)
    assert "Snapshots of weights take" in words(app)
    for row in store.list():
        store.pin(row.id)
    st.cache_resource.clear()
    app.run()
    assert "Nothing goes by itself." in warned(app)


def test_it_tells_of_the_stores_own_bound(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "free_bytes", lambda _folder: 10**6 * MB)
    monkeypatch.setenv("INKLING_STORE_MB", "0.1")
    st.cache_resource.clear()
    shown(app, "runs")
    assert "Room is short: runs take" in warned(app)
