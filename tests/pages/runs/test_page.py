"""Runs and Search without a browser: every state that the pages can be in."""

import dataclasses

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.access.rules import SYSTEM
from core.config.presets import DEFAULT
from core.config.run_config import RunConfig, to_json
from core.datasets import ImageData
from core.protocol.events import Evaluated, Failed, Finished, LearningRateChanged, Started
from core.runs import Store, StoreBusy
from core.runs.run_orders import RunOrders
from core.search import Dimension, Searches, SearchPlan
from pages.runs import edit, export_import, runs_table
from pages.runs.rerun import repeated_config
from pages.server import visitor
from tests.pages.finished_runs import finished_run

CONFIG = RunConfig(train_size=1_000, epochs=2)
STORY = (
    Started(0, 20, 10, 1_000, "test", 10_000, 7_850, "closed-form", 1),
    Evaluated(0, "test", 2.3, 0.1),
    LearningRateChanged(7, 0.5),
    Evaluated(20, "test", 0.6, 0.87),
    Finished(20, "finished", 1.0),
)


def shown(app: AppTest, page: str, **query: str) -> str:
    """Return all the words of a page."""
    app.run()
    app.switch_page(page)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception
    blocks = [*app.markdown, *app.caption, *app.warning, *app.error, *app.info, *app.subheader]
    html = [element.proto.body for element in app.get("html")]
    return "\n".join([*(block.value for block in blocks), *html])


def delete_everything(store: Store) -> None:
    for row in store.list():
        store.delete(row.id)


def test_without_runs_there_is_one_way_on(app: AppTest, store: Store) -> None:
    app.run()
    delete_everything(store)  # the models that come with the app too
    assert "No runs yet. The first one" in shown(app, "runs/page.py")


def test_every_kind_of_run_is_listed_with_its_figures(app: AppTest, store: Store) -> None:
    store.add_finished_run(CONFIG, STORY, name="good")
    store.add_finished_run(
        CONFIG, [STORY[0], Failed(3, "user_error", "No images.", "Get them.")], name="failed one"
    )
    store.create(CONFIG, name="waiting")
    own = dataclasses.replace(CONFIG, dataset="own:abc")
    store.add_finished_run(own, STORY, name="of images that are gone")
    store.add_finished_run(DEFAULT, STORY, name="as the form begins")
    text = shown(app, "runs/page.py")
    assert "runs. Select one" in text
    frame = app.dataframe[0].value
    by_name = frame.set_index("name")
    assert by_name.loc["good", "test"] == pytest.approx(87.0)
    assert list(by_name.loc["good", "loss"]) == [2.3, 0.6]
    assert by_name.loc["failed one", "status"] == "Failed"
    assert by_name.loc["waiting", "status"] == "Queued"
    assert "Epochs: 2" in by_name.loc["good", "differs"]
    assert by_name.loc["as the form begins", "differs"] == ""


def test_a_filter_that_nothing_fits_says_so(app: AppTest, store: Store) -> None:
    store.add_finished_run(CONFIG, STORY, name="good")
    shown(app, "runs/page.py")
    app.text_input(key="runs_search").set_value("no such run").run()
    assert [info.value for info in app.info] == ["No runs match these filters. Change or clear one."]


def test_comparison_without_scores_or_images_still_opens(app: AppTest, store: Store) -> None:
    own = dataclasses.replace(CONFIG, dataset="own:abc", seed=3)
    ids = [
        store.add_finished_run(CONFIG, STORY, name="good"),
        store.add_finished_run(own, STORY, name="gone"),
        store.create(CONFIG),
    ]
    text = shown(app, "runs/page.py", compare=",".join(ids))
    assert "good" in text
    assert "Settings that differ" in text


def test_weights_are_subtracted_only_where_they_are_of_one_kind(
    app: AppTest, store: Store, mnist: ImageData
) -> None:
    """Ten classes and ten hidden units have weights of one shape, but nothing to do with each other."""
    one, other = (finished_run(store, mnist, seed=seed) for seed in (1, 2))
    mlp = finished_run(store, mnist, model="mlp", hidden_sizes=(16,))
    mixed = shown(app, "runs/page.py", compare=f"{one},{mlp}")
    assert "One image per class" in mixed
    assert "The first 10 of 16 hidden units" in mixed
    assert " minus " not in mixed
    assert " minus " in shown(app, "runs/page.py", compare=f"{one},{other}")


def test_a_repeat_brings_live_changes_of_the_learning_rate_again(store: Store) -> None:
    planned = dataclasses.replace(CONFIG, learning_rate_changes=((3, 0.2), (7, 0.3)))
    row = store.get(store.add_finished_run(planned, STORY))
    assert repeated_config(row).learning_rate_changes == ((3, 0.2), (7, 0.5))


def test_another_class_to_leave_out_is_chosen_by_its_name(app: AppTest, store: Store) -> None:
    config = RunConfig(dataset="fashion_mnist", left_out_class=7, train_size=100, epochs=1)
    run_id = store.add_finished_run(config, STORY)
    app.session_state["selected_runs"], app.session_state["runs_table_version"] = [run_id], 1
    shown(app, "runs/page.py")
    app.selectbox(key=f"one_name_{run_id}").set_value("left_out_class").run()
    values = app.selectbox(key=f"one_left_out_class_{run_id}")
    assert values.options[:3] == ["none", "T-shirt/top", "Trouser"]
    assert len(values.options) == 10
    assert "Sneaker" not in values.options, "which it leaves out as it is"
    values.set_value(8).run()
    app.button(key=f"one_train_{run_id}").click().run()
    assert not app.exception
    (queued,) = (row for row in store.list() if row.id != run_id and row.parent_id == run_id)
    assert queued.config == dataclasses.replace(repeated_config(store.get(run_id)), left_out_class=8)


def test_runs_of_others_cannot_be_changed_even_by_a_forged_callback(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = store.add_finished_run(CONFIG, STORY, name="theirs", owner="somebody")
    nobodys = store.acting_as(SYSTEM).add_finished_run(CONFIG, STORY, name="nobody's")
    mine = store.add_finished_run(CONFIG, STORY, name="mine", owner="me")
    monkeypatch.setattr(visitor, "visitor", lambda: "me")
    for run_id in (theirs, nobodys, mine):
        edit._delete([run_id])
    assert [store.get(run_id).deleted_at is None for run_id in (theirs, nobodys, mine)] == [True, True, False]
    for field, value in {"name": "mine now", "note": "", "tags": "", "pin": True}.items():
        st.session_state[f"{field}_{theirs}"] = value
    edit._save(theirs)
    assert store.get(theirs).name == "theirs"


def test_what_could_not_be_deleted_is_told_on_the_page_and_nothing_else_is_said_to_be(
    app: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [store.add_finished_run(CONFIG, STORY, name=name, owner="me") for name in ("first", "second")]
    monkeypatch.setattr(visitor, "visitor", lambda: "me")
    delete = RunOrders.delete

    def busy(orders: RunOrders, run_id: str) -> None:
        if run_id != ids[0]:
            raise StoreBusy("The run store was locked.", "Try again in a moment.")
        delete(orders, run_id)

    shown(app, "runs/page.py")
    monkeypatch.setattr(RunOrders, "delete", busy)
    visitor._store_of.cache_clear()
    app.session_state.deleted_runs = []
    with monkeypatch.context() as patch:
        patch.setattr(edit.st, "session_state", app.session_state)
        patch.setattr(edit, "select_rows", lambda run_ids: None)  # noqa: ARG005
        edit._delete(ids)
    app.run()
    assert [error.value for error in app.error] == ["The run store was locked. Try again in a moment."]
    assert "1 run deleted." in [block.value for block in app.markdown]


def test_a_run_on_images_of_one_s_own_is_offered_as_a_bundle_instead_of_a_script(
    store: Store,
) -> None:
    row = store.get(store.add_finished_run(dataclasses.replace(CONFIG, dataset="own:abc"), STORY))
    assert "Export the run as a bundle" in export_import._problem(row, "script")
    assert export_import._problem(row, "bundle") == ""


def test_a_search_shows_its_trials_and_an_unknown_one_a_sentence(app: AppTest, store: Store) -> None:
    plan = SearchPlan(CONFIG, (Dimension("batch_size", ("50", "100")),), sampler="grid")
    search_id = Searches(store).create(plan, name="Two sizes")
    store.add_finished_run(CONFIG, STORY, name="#1 · Two sizes", group_id=search_id)
    text = shown(app, "search/page.py", search=search_id)
    assert "Best so far: **87.00%** (Batch size: 100)" in text
    assert "There is no search" in shown(app, "search/page.py", search="gone")


def test_a_search_without_a_completed_trial_says_how_it_stands(app: AppTest, store: Store) -> None:
    searches = Searches(store)
    search_id = searches.create(
        SearchPlan(CONFIG, (Dimension("batch_size", ("50", "100")),)), name="None yet"
    )
    starts, none = "The first trial starts in a second or two.", "No trials completed yet."
    text = shown(app, "search/page.py", search=search_id)
    assert starts in text
    assert none not in text
    store.create(CONFIG, name="Trial 1 · None yet", group_id=search_id)
    text = shown(app, "search/page.py", search=search_id)
    assert starts not in text
    assert none in text


def test_a_search_over_nonsense_is_refused_with_what_is_allowed(app: AppTest, store: Store) -> None:
    shown(app, "search/page.py")
    app.text_input(key="search_low_learning_rate").set_value("2")
    app.button(key="start_search").click().run()
    assert "from a lower to a higher number" in app.error[0].value
    assert Searches(store).newest() == []


def test_changed_settings_are_those_that_differ_from_what_the_form_begins_with() -> None:
    assert runs_table._differing(to_json(DEFAULT), "en") == ""
    assert runs_table._differing(to_json(RunConfig()), "en") == "Epochs: 5"
