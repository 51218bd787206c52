"""The head of every page: what the picker says of each run, and how a run differs from the form."""

import time
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config.run_config import RunConfig
from core.datasets import CATALOG
from core.datasets.user_datasets import add_images, create_own, delete_own
from core.i18n.number_format import percent
from core.runs import Store
from core.runs.own_datasets import OwnDatasets
from pages.run_context import run_header
from tests.own_sets import give
from tests.pages.conftest import ME


@pytest.mark.parametrize(
    ("age_s", "said"),
    [(5, "just now"), (80, "just now"), (100, "2 min ago"), (7_300, "2 h ago"), (200_000, "2 d ago")],
)
def test_a_run_is_told_by_its_name_and_its_age_in_one_unit(
    store: Store, monkeypatch: pytest.MonkeyPatch, age_s: float, said: str
) -> None:
    row = store.get(store.create(RunConfig(), name="Ada's"))
    monkeypatch.setattr(time, "time", lambda: row.created_at + age_s)
    assert run_header._label(row) == f"Ada's · {said}"


def test_a_run_of_a_clock_ahead_of_this_one_is_told_as_new(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = store.get(store.create(RunConfig(), name="Ada's"))
    monkeypatch.setattr(time, "time", lambda: row.created_at - 50)
    assert run_header._label(row) == "Ada's · just now"


def test_a_ready_made_model_has_no_age(store: Store) -> None:
    row = store.get("softmax-mnist")
    assert run_header._label(row) == f"softmax-mnist · {percent(row.evaluation_accuracy)}"


def test_the_accuracy_of_a_run_that_goes_on_would_be_old_and_is_not_told(store: Store) -> None:
    row = replace(store.get(store.create(RunConfig(), name="Ada's")), evaluation_accuracy=0.5)
    assert run_header._label(row) == "Ada's · just now"
    assert run_header._label(replace(row, state="finished")) == f"Ada's · {percent(0.5)} · just now"


def test_the_settings_of_a_run_and_what_is_changed_in_the_form(app: AppTest, store: Store) -> None:
    run_id = store.create(RunConfig(batch_size=64, epochs=2, learning_rate=0.05))
    app.query_params["run"] = run_id
    app.run()
    assert not app.exception
    assert "SGD · batch size 64 · 2 epochs" in head(app)
    assert "Changed in the form: Learning rate, Batch size and Epochs" in head(app)
    next(button for button in app.button if button.label == "Use these settings").click().run()
    assert not app.exception
    assert app.session_state["config"] == store.get(run_id).config
    assert "Changed" not in head(app)
    assert not [button for button in app.button if button.label == "Use these settings"]


PRIVATE = "The dataset of this run is not shared with you, so the form keeps “Fashion-MNIST”."
GONE = "The dataset of this run is not here, so the form keeps “Fashion-MNIST”."
IN_BIN = (
    "The dataset of this run lies in your bin, so the form keeps “Fashion-MNIST”. "
    "Restore it on Data, under “Mine”."
)
LEFT_OUT = "What this run also learned from is not here or not shared with you, so the form leaves it out."


@pytest.mark.parametrize(
    ("field", "is_gone", "told"),
    [
        ("dataset", False, PRIVATE),
        ("dataset", True, GONE),
        ("mix_in", False, LEFT_OUT),
        ("mix_in", True, LEFT_OUT),
    ],
)
def test_settings_whose_images_are_not_to_be_had_leave_the_form_its_dataset_and_say_so(
    app: AppTest, store: Store, field: str, is_gone: bool, told: str
) -> None:
    name = create_own("Theirs", CATALOG["mnist"].class_names, (1, 28, 28)).name
    add_images(name, np.zeros((20, 1, 28, 28), np.uint8), [*range(10)] * 2)
    run_id = store.create(RunConfig(**{field: name}, batch_size=64, validation_size=2))
    if is_gone:
        delete_own(name)
    else:
        give(store, name, "somebody")
    app.query_params.update({"run": run_id, "dataset": "fashion_mnist"})
    app.run()
    next(button for button in app.button if button.label == "Use these settings").click().run()
    assert not app.exception
    assert app.error[0].value == told
    config = app.session_state["config"]
    kept = "fashion_mnist" if field == "dataset" else "mnist"
    assert (config.dataset, config.mix_in, config.batch_size) == (kept, "", 64)
    assert app.selectbox(key=f"set_dataset_{app.session_state['form_number']}").value == kept


def test_settings_whose_images_lie_in_ones_bin_leave_the_form_its_dataset_and_say_so(
    app: AppTest, store: Store
) -> None:
    name = create_own("Mine", CATALOG["mnist"].class_names, (1, 28, 28)).name
    add_images(name, np.zeros((20, 1, 28, 28), np.uint8), [*range(10)] * 2)
    run_id = store.create(RunConfig(dataset=name, batch_size=64, validation_size=2))
    give(store, name, ME)
    OwnDatasets(store).delete(name)
    app.query_params.update({"run": run_id, "dataset": "fashion_mnist"})
    app.run()
    next(button for button in app.button if button.label == "Use these settings").click().run()
    assert not app.exception
    assert app.error[0].value == IN_BIN
    assert app.session_state["config"].dataset == "fashion_mnist"


def test_on_another_page_the_head_says_the_status(app: AppTest) -> None:
    app.query_params["run"] = "softmax-mnist"
    app.run()
    app.switch_page("weights/page.py").run()
    assert not app.exception
    assert "Finished" in head(app)
    assert "Softmax, MNIST, learning rate 0.5 · SGD · batch size 100 · 12 epochs" in head(app)


def head(app: AppTest) -> str:
    """Return the HTML that says what the selected run is."""
    return next(html.proto.body for html in app.get("html") if 'class="ink-run' in html.proto.body)
