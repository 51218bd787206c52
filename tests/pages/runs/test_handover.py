"""Take my things to another browser: the link on Runs."""

import sqlite3
from contextlib import closing

import pytest
from streamlit.testing.v1 import AppTest

from core.runs import Store
from core.runs.handover import VALID_S, owner_by
from pages.runs import handover


def link_shown(app: AppTest) -> str:
    return next((code.value for code in app.code if "/take/" in code.value), "")


def test_a_link_is_made_shown_and_leads_to_who_made_it(
    app: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.run()
    app.switch_page("runs/page.py").run()
    assert not link_shown(app)
    app.button(key="make_handover").click().run()
    assert not app.exception
    address = link_shown(app)
    word = address.rpartition("/")[2]
    assert owner_by(store.database, word) == app.session_state["visitor"]
    assert "good for one browser and for 10 min" in " ".join(caption.value for caption in app.caption)
    now = handover.time.monotonic()
    app.run()
    assert link_shown(app) == address
    monkeypatch.setattr(handover.time, "monotonic", lambda: now + VALID_S + 1)
    app.run()
    assert not link_shown(app)


def test_it_tells_the_visitors_id(app: AppTest) -> None:
    app.session_state["visitor"] = "0123456789abcdef"
    app.run()
    app.switch_page("runs/page.py").run()
    said = " ".join(caption.value for caption in app.caption)
    assert "can give you a dataset by your id here: 0123456789abcdef." in said


def test_where_the_store_cannot_be_written_it_says_so(app: AppTest, store: Store) -> None:
    app.run()
    app.switch_page("runs/page.py").run()
    assert store.database.path
    with closing(sqlite3.connect(store.database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        app.button(key="make_handover").click().run()
    assert not app.exception
    assert "locked by another process" in " ".join(error.value for error in app.error)
