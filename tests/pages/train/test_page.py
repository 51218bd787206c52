"""Every state of the Train page, each put into the store by the calls that a worker makes."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config.run_config import RunConfig
from core.export import script_of_settings
from core.figures.binary_message import unpack
from core.pretrained.registry import SHIPPED
from core.protocol.events import (
    Checkpoint,
    Diverged,
    Evaluated,
    Failed,
    Finished,
    Logits,
    Paused,
    Started,
    Steps,
    Weights,
)
from core.runs import Store
from pages.server import services
from pages.train import run_controls

CONFIG = RunConfig(train_size=1_000, epochs=2)
STARTED = Started(0, 20, 10, 1_000, "test", 10_000, 7_850, "closed-form", 1)


def steps(first: int, count: int) -> Steps:
    return Steps(first, np.full(count, 0.5, np.float32), np.full(count, 0.8, np.float32), 0.1, 1.0, 500.0)


def worked_on(store: Store, *events: object) -> str:
    """Return the id of a run that this process holds as its worker, having said `events`."""
    run_id = store.create(CONFIG)
    attempt = store.claim(run_id)
    store.append(run_id, attempt, [STARTED, *events])  # type: ignore[list-item]
    return run_id


def shown(app: AppTest, run_id: str = "") -> str:
    """Return all the words of the page with this run in view."""
    if run_id:
        app.query_params["run"] = run_id
    app.run()
    assert not app.exception, app.exception
    blocks = [*app.markdown, *app.caption, *app.warning, *app.error, *app.info]
    live = [
        unpack(c.proto.bytes)[0]
        for c in app.get("bidi_component")
        if "inkling_parts" in c.proto.component_name
    ]
    told = [text for header in live for text in (header["html"], *header["set"].values())]
    return "\n".join([*(block.value for block in blocks), *told])


@pytest.mark.parametrize(
    ("run", "offered"), [("softmax-mnist", "Draw one yourself"), ("softmax-fashion", "Try it on an image")]
)
def test_only_what_can_be_drawn_is_offered_to_be_drawn(
    app: AppTest, store: Store, run: str, offered: str
) -> None:
    assert store.get(run).status == "finished"
    shown(app, run)
    assert [link.proto.label for link in app.get("page_link")] == [offered]


def button(app: AppTest, label: str):
    return next(b for b in app.button if b.label == label)


def test_empty_shows_what_it_would_start_from_and_one_primary_button(app: AppTest) -> None:
    text = shown(app)
    assert "Press Train: the model learns from 60,000 images and is tested on 10,000 others." in text
    assert button(app, "Pause").disabled
    assert button(app, "Stop").disabled
    assert not button(app, "Train").disabled


def test_train_creates_a_run_with_the_forms_settings(app: AppTest, store: Store) -> None:
    shown(app)
    next(s for s in app.selectbox if s.label == "Start from").select("mnist-article").run()
    button(app, "Train").click().run()
    run = store.list()[0]
    assert run.config.learning_rate == 0.001
    assert run.status == "queued"
    assert run.id in app.query_params["run"]
    assert "0.001" in app.query_params["learning_rate"]


def test_a_double_click_on_train_begins_one_run(
    app: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_controls, "DOUBLE_S", 60.0)
    shown(app)
    button(app, "Train").click().run()
    button(app, "Train again").click().run()
    (run,) = [row for row in store.list() if row.id not in SHIPPED]
    assert run.id in app.query_params["run"]
    monkeypatch.setattr(run_controls, "DOUBLE_S", 0.0)
    button(app, "Train again").click().run()
    assert len([row for row in store.list() if row.id not in SHIPPED]) == 2


def test_queued_tells_how_many_come_before(app: AppTest, store: Store) -> None:
    store.create(CONFIG)
    store.create(CONFIG)
    third = store.create(CONFIG)
    text = shown(app, third)
    assert "Queued, 2 ahead" in text
    assert not button(app, "Stop").disabled


def test_running_shows_step_epoch_and_figures(app: AppTest, store: Store) -> None:
    run_id = worked_on(store, Evaluated(0, "test", 2.3, 0.1), steps(1, 12), Evaluated(10, "test", 0.6, 0.85))
    text = shown(app, run_id)
    assert "Running" in text
    assert "step 12 of 20" in text
    assert "epoch 2 of 2" in text
    assert "85.0%" in text
    assert "0.600" in text


def test_paused_offers_to_resume(app: AppTest, store: Store) -> None:
    run_id = worked_on(store, steps(1, 5), Paused(5))
    assert "Paused" in shown(app, run_id)
    button(app, "Resume").click().run()
    assert store.get(run_id).command == "run"


def test_one_step_orders_exactly_one(app: AppTest, store: Store) -> None:
    run_id = worked_on(store, steps(1, 5), Paused(5))
    shown(app, run_id)
    button(app, "One step").click().run()
    assert (store.get(run_id).command, store.get(run_id).run_until) == ("pause", 6)


def test_diverged_says_where_and_offers_a_tenth(app: AppTest, store: Store) -> None:
    run_id = worked_on(
        store, steps(1, 5), Diverged(6, 0.1, "The loss stopped being a number at step 6.", "Try less.")
    )
    text = shown(app, run_id)
    assert "The loss stopped being a number at step 6." in text
    button(app, "Train with learning rate 0.01").click().run()
    assert store.list()[0].config.learning_rate == pytest.approx(0.01)


def test_failed_says_why_and_what_to_do(app: AppTest, store: Store) -> None:
    run_id = worked_on(store, Failed(0, "user_error", "The images are damaged.", "Press Train again."))
    text = shown(app, run_id)
    assert "The images are damaged." in text
    assert "Press Train again." in text


def test_interrupted_can_be_resumed(app: AppTest, store: Store) -> None:
    run_id = worked_on(store, steps(1, 7), Checkpoint(7, b"state"))
    store.release(run_id, 1, message="The worker is gone.", remedy="Press Resume.")
    text = shown(app, run_id)
    assert "interrupted at step 7" in text
    button(app, "Resume").click().run()
    assert store.get(run_id).status == "queued"


def test_finished_says_what_came_of_it(app: AppTest, store: Store, mnist) -> None:
    logits = np.eye(10, dtype=np.float32)[mnist.test_labels]
    logits[mnist.test_labels == 5] = np.eye(10, dtype=np.float32)[3]  # every 5 is taken for a 3
    run_id = worked_on(
        store,
        steps(1, 20),
        Evaluated(20, "test", 0.3, 0.9108),
        Weights(
            20,
            {"linear.weight": np.zeros((10, 784), np.float32), "linear.bias": np.zeros(10, np.float32)},
            True,
        ),
        Logits(20, "test", logits),
        Finished(20, "finished", 1.5),
    )
    text = shown(app, run_id)
    assert "It recognises 91.1% of 10,000 images it had never seen." in text  # 892 of the 10,000 are fives
    assert "worst at 5 (0%), which it most often mistakes for 3." in text


def test_refused_settings_of_an_address_are_told_and_the_rest_holds(app: AppTest) -> None:
    app.query_params["learning_rate"] = "nan"
    app.query_params["seed"] = "9"
    app.query_params["run"] = "nowhere"
    text = shown(app)
    assert "Learning rate must be a number from 0.000001 to 100, not “nan”" in text
    assert "There is no run “nowhere” here." in text
    assert app.session_state.config.seed == 9
    assert app.session_state.config.learning_rate == 0.1


TOO_MANY = (
    "50,000 validation images and 20,000 training images are more than the 60,000 that the dataset has."
)


def test_a_split_of_an_address_larger_than_the_dataset_is_not_applied(app: AppTest) -> None:
    app.query_params["validation_size"] = "50000"
    app.query_params["train_size"] = "20000"
    app.query_params["mix_in"] = "fashion_mnist"
    app.query_params["seed"] = "9"
    text = shown(app)
    assert text.count(TOO_MANY) == 1
    config = app.session_state.config
    assert (config.validation_size, config.train_size, config.mix_in, config.seed) == (0, 0, "", 9)
    assert not button(app, "Train").disabled


def test_a_split_larger_than_the_dataset_is_refused_beside_the_form(app: AppTest) -> None:
    app.query_params["validation_size"] = "50000"
    shown(app)
    app.text_input(key="set_train_size_0").set_value("20000")
    text = shown(app)
    assert TOO_MANY in text
    assert "One setting is invalid. See the settings." in text


@pytest.mark.parametrize("asked", ["60001", "99999999"])
@pytest.mark.parametrize(("name", "most"), [("train_size", "60,000"), ("validation_size", "59,999")])
def test_the_limits_named_for_numbers_of_images_are_those_of_the_dataset(
    app: AppTest, name: str, most: str, asked: str
) -> None:
    label = {"train_size": "Training images", "validation_size": "Validation images"}[name]
    refused = f"{label} must be a whole number from 0 to {most}, not “"
    app.query_params[name] = asked
    assert refused in shown(app)
    assert getattr(app.session_state.config, name) == 0
    app.text_input(key=f"set_{name}_0").set_value(asked)
    assert refused in shown(app)


@pytest.mark.parametrize("model", ["mlp", "cnn"])
def test_other_models_show_their_first_layer(app: AppTest, model: str) -> None:
    app.query_params["model"] = model
    text = shown(app)
    assert ("hidden units" if model == "mlp" else "filters") in text


def test_a_dataset_that_is_not_there_is_offered_for_download(app: AppTest) -> None:
    app.query_params["dataset"] = "cifar10"
    text = shown(app)
    assert "downloaded once" in text
    assert any(b.label == "Download CIFAR-10" for b in app.button)


def test_fashion_mnist_is_shown_with_its_names(app: AppTest) -> None:
    app.query_params["preset"] = "fashion-article-84"
    text = shown(app)
    assert "Ankle boot" in text
    assert "learns from 50,000 images" in text


def test_drawn_digits_can_be_mixed_into_mnist_and_nothing_into_garments(app: AppTest, store: Store) -> None:
    app.query_params["mix_in"] = "drawn_digits"
    shown(app)
    assert app.selectbox(key="set_mix_in_0").value == "drawn_digits"
    button(app, "Train").click().run()
    assert not app.exception
    (run,) = [row for row in store.list() if row.id not in SHIPPED]
    assert run.config.mix_in == "drawn_digits"
    app.selectbox(key="set_dataset_0").set_value("fashion_mnist").run()
    assert not app.exception
    assert app.selectbox(key="set_mix_in_0").options == ["nothing"]
    assert "mix_in" not in app.query_params


def test_images_of_other_classes_in_the_address_are_refused_with_what_fits(app: AppTest) -> None:
    app.query_params["mix_in"] = "fashion_mnist"
    assert "drawn_digits" in shown(app)


def test_runs_that_look_alike_can_be_told_apart_in_the_picker(app: AppTest, store: Store) -> None:
    twins = [store.create(CONFIG, name="Ada's") for _ in range(2)]
    app.query_params["run"] = twins[0]
    app.run()
    box = next(box for box in app.selectbox if box.label == "Selected run")
    assert len({*box.options}) == len(box.options)
    for wanted in twins:
        box = next(box for box in app.selectbox if box.label == "Selected run")
        box.select(wanted).run()
        assert not app.exception
        assert app.query_params["run"] == wanted


def test_the_code_of_the_settings_in_the_form_is_there_before_a_run(app: AppTest) -> None:
    app.query_params["learning_rate"] = "0.05"
    app.run()
    assert not app.code
    app.toggle(key="shows_code").set_value(True).run()
    assert not app.exception
    (shown,) = app.code
    script = script_of_settings(app.session_state["config"], services.settings())
    assert shown.value == script.strip()  # as Streamlit shows code
    assert "lr=0.05" in shown.value
