"""The bin on Runs: what the visitor deleted, until when, and the press that brings it back."""

import time

import pytest
from streamlit.testing.v1 import AppTest

from core.runs import Store
from pages.server import services
from tests.pages.finished_runs import shown, words
from tests.pages.runs.test_page import CONFIG, STORY

DAY_S = 86_400


def test_what_was_deleted_lies_there_and_comes_back_by_a_press(app: AppTest, store: Store) -> None:
    assert "Bin" not in shown(app, "runs")
    mine, more = (store.add_finished_run(CONFIG, STORY, name=name) for name in ("mine", "more"))
    theirs = store.add_finished_run(CONFIG, STORY, name="theirs", owner="somebody")
    for run_id in (mine, more, theirs):
        store.delete(run_id)
    said = shown(app, "runs")
    assert "Bin (2)" in [panel.label for panel in app.expander]
    assert "mine, kept until " in said
    assert "theirs" not in said
    app.button(key=f"restore_{mine}").click().run()
    assert store.get(mine).deleted_at is None
    assert "mine" in set(app.dataframe[0].value["name"])
    assert "Bin (1)" in [panel.label for panel in app.expander]


def test_a_run_says_until_when_an_operator_keeps_it(
    app: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = store.add_finished_run(CONFIG, STORY, name="mine")
    app.session_state["selected_runs"] = [run_id]
    assert "Kept until" not in shown(app, "runs", run_id)
    monkeypatch.setenv("INKLING_KEPT_DAYS", "10")
    services.settings.clear()
    app.run()
    assert not app.exception
    year = time.gmtime(time.time() + 10 * DAY_S).tm_year
    assert "Kept until" in words(app)
    assert str(year) in words(app)
    store.pin(run_id)
    app.run()
    assert "Kept until" not in words(app)
