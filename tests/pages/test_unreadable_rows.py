"""What the store holds and cannot be read is a line on pages, never a broken one, and hides nothing else."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.config.presets import DEFAULT
from core.datasets import ImageData
from core.runs import Store
from core.runs.schema import ARTIFACTS, STORE_VERSION
from core.search import Dimension, Searches, SearchPlan
from pages.server import visitor
from tests.core.runs.unreadable_rows import DAMAGES, damage, damage_events
from tests.pages.finished_runs import finished_run, shown, words
from tests.pages.runs.test_page import CONFIG, STORY

PAGES = ("train", "weights", "draw", "evaluate", "data", "runs", "search")


def test_runs_lists_the_others_and_a_line_for_each_that_cannot_be_read(app: AppTest, store: Store) -> None:
    store.add_finished_run(CONFIG, STORY, name="good")
    for name, values in DAMAGES.items():
        damage(store, store.add_finished_run(CONFIG, STORY, name=name), values)
    text = shown(app, "runs")
    assert "good" in set(app.dataframe[0].value["name"])
    assert text.count("cannot be read: ") == 5, "five in full"
    assert f"{len(DAMAGES) - 5} more runs cannot be read, either." in text


def test_only_who_made_it_may_delete_it(app: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, others = (store.add_finished_run(CONFIG, STORY, owner=owner) for owner in ("me", "you"))
    for run_id in (mine, others):
        damage(store, run_id, DAMAGES["settings that are no JSON"])
    monkeypatch.setattr(visitor, "visitor", lambda: "me")
    shown(app, "runs")
    offered = [button.key for button in app.button if button.key in {f"delete_{mine}", f"delete_{others}"}]
    assert offered == [f"delete_{mine}"]
    app.button(key=f"delete_{mine}").click().run()
    assert [problem.run_id for problem in store.listing()[1]] == [others]
    app.button(key="undo_button").click().run()
    assert len(store.listing()[1]) == 2


@pytest.mark.parametrize("page", PAGES)
def test_a_link_to_it_says_so_on_every_page(page: str, app: AppTest, store: Store) -> None:
    run_id = store.add_finished_run(CONFIG, STORY, name="later")
    damage(store, run_id, DAMAGES["a setting of a later version"])
    app.query_params["run"] = run_id
    app.run()
    assert (
        "“later” cannot be read: it has settings that this version of Inkling does not know (mood)"
        in words(app)
    )
    shown(app, page, run_id)
    assert app.session_state["run"] is None


def test_a_run_that_is_in_view_when_it_is_damaged_is_left_with_a_sentence(app: AppTest, store: Store) -> None:
    run_id = store.add_finished_run(CONFIG, STORY, name="later")
    shown(app, "data", run_id)
    assert app.session_state["run"] == run_id
    damage(store, run_id, DAMAGES["a state that nobody knows"])
    app.run()
    assert not app.exception
    assert "cannot be read: what the store holds of it is damaged (state)" in words(app)
    assert app.session_state["run"] is None


@pytest.mark.parametrize("page", PAGES)
def test_a_run_whose_events_are_damaged_breaks_no_page(
    page: str, app: AppTest, store: Store, mnist: ImageData
) -> None:
    run_id = finished_run(store, mnist)
    damage_events(store, run_id, b"{")
    damage_events(store, run_id, b"short", "steps")
    text = shown(app, page, run_id)
    if page == "train":
        assert "is damaged" in text


@pytest.mark.parametrize("model", ["softmax", pytest.param("mlp", marks=pytest.mark.long), "cnn"])
@pytest.mark.parametrize("page", PAGES)
def test_a_run_whose_weights_and_scores_are_damaged_breaks_no_page(
    page: str, model: str, app: AppTest, store: Store, mnist: ImageData
) -> None:
    run_id = finished_run(store, mnist, model=model, train_size=200)
    with store.database.write() as connection:
        of_run = ARTIFACTS.c.run_id == run_id
        connection.execute(ARTIFACTS.update().where(of_run).values(data=b"torn"))
    text = shown(app, page, run_id)
    if page in ("weights", "evaluate"):
        assert "damaged" in text


@pytest.mark.parametrize("page", PAGES)
def test_a_version_that_no_store_has_is_a_sentence_in_place_of_every_page(
    page: str, app: AppTest, store: Store
) -> None:
    with store.database.write() as connection:
        connection.execute(STORE_VERSION.update().values(version=0))
    st.cache_resource.clear()
    assert "has version “0”, which no Inkling has made" in shown(app, page)


def test_a_comparison_goes_on_without_what_cannot_be_read(app: AppTest, store: Store) -> None:
    first, second, unreadable, damaged = (
        store.add_finished_run(CONFIG, STORY, name=name) for name in ("first", "second", "later", "torn")
    )
    damage(store, unreadable, DAMAGES["a setting of a later version"])
    damage_events(store, damaged, b"{")
    text = shown(app, "runs", compare=",".join((first, second, unreadable, damaged)))
    assert "“later” cannot be read" in text
    assert "torn cannot be compared. A stored event (evaluated) is damaged." in text
    assert "Not found" not in text
    assert "first" in text
    assert "Final results" in text


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("plan", "{"),
        ("plan", "null"),
        ("plan", '{"base": {"mood": 1}, "dimensions": []}'),
        ("state", "dreaming"),
    ],
)
def test_a_search_that_cannot_be_read_is_a_line_and_hides_no_other(
    column: str, value: str, app: AppTest, store: Store
) -> None:
    plan = SearchPlan(DEFAULT, (Dimension("learning_rate", ("0.1",)),))
    searches = Searches(store)
    good, bad = searches.create(plan, name="good"), searches.create(plan, name="bad")
    with store.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE searches SET {column} = ? WHERE id = ?", (value, bad))
    assert [search.id for search in searches.active()] == [good]
    text = shown(app, "search")
    assert text.count("The search “bad” cannot be read") == 1
    assert app.button(key=f"open_{good}").label == "good"
    assert "The search “bad” cannot be read" in shown(app, "search", search=bad)
