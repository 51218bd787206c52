"""What an installation limits, as a visitor meets it: a sentence at once, and nothing half started."""

import errno

import pytest
from streamlit.testing.v1 import AppTest

from core.config.run_config import RunConfig
from core.jobs.store_controls import InterruptSignal
from core.jobs.worker import train_here
from core.protocol.events import TERMINAL, Failed
from core.runs import Store
from core.training.step_buffer import Stopwatch
from pages.train import run_controls
from tests.pages.train.test_page import button, shown


@pytest.fixture
def limited(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the INKLING_* variables of the parameter before the app reads them; ask for it first."""
    monkeypatch.setattr(run_controls, "DOUBLE_S", 0.0)  # a second press that follows at once is meant here
    for name, value in request.param.items():
        monkeypatch.setenv(f"INKLING_{name}", value)


@pytest.mark.parametrize(
    ("limited", "settings", "sentence"),
    [
        (
            {"MAX_PARAMETERS": "8000"},
            {"model": "mlp"},
            "The model would have 101,770 parameters (weights and biases), but at most 8,000 are allowed here.",
        ),
        ({"QUEUE_LENGTH": "1"}, {}, "The queue is full: it holds at most 1 run"),
        ({"QUEUE_PER_OWNER": "1"}, {}, "You already have 1 run in the queue"),
    ],
    indirect=["limited"],
    ids=lambda value: next(iter(value), "") if isinstance(value, dict) else "",
)
def test_what_is_beyond_a_limit_is_refused_in_words_when_train_is_pressed(
    limited: None,  # noqa: ARG001
    app: AppTest,
    store: Store,
    settings: dict[str, str],
    sentence: str,
) -> None:
    for name, value in settings.items():
        app.query_params[name] = value
    shown(app)
    if not settings:
        button(app, "Train").click().run()
        before = len(store.list())
    else:
        before = len(store.list())
    next(b for b in app.button if b.label.startswith("Train")).click().run()
    assert not app.exception
    assert sentence in " ".join(error.value for error in app.error)
    assert len(store.list()) == before, "nothing half started is left"


@pytest.mark.parametrize(
    ("limited", "sentence"),
    [
        ({"MAX_STEPS": "15"}, "would take 20 training steps, but at most 15 are allowed here"),
        ({"MAX_RUN_HOURS": "0.001"}, "0.001 h, which is the longest that is allowed here"),
    ],
    indirect=["limited"],
    ids=["MAX_STEPS", "MAX_RUN_HOURS"],
)
def test_what_shows_only_in_training_ends_the_run_in_words_on_its_page(
    limited: None,  # noqa: ARG001
    app: AppTest,
    store: Store,
    mnist,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
    sentence: str,
) -> None:
    elapsed = Stopwatch.elapsed_s.fget
    assert elapsed
    hasty = property(lambda watch: 1e6 * elapsed(watch))  # the least that can be set is 3.6 seconds
    monkeypatch.setattr(Stopwatch, "elapsed_s", hasty)
    run = store.create(RunConfig(train_size=1000, epochs=2, eval_every=50), queue=False)
    told: list[object] = []
    assert train_here(store, run, store.settings, InterruptSignal(), told.append)
    assert store.get(run).status == "failed"
    ends = [event for event in store.events_since(run).events if isinstance(event, TERMINAL)]
    assert [type(end) for end in ends] == [Failed]
    assert sentence in shown(app, run)


@pytest.mark.parametrize("limited", [{"MAX_EPOCHS": "many", "CORES": "-1"}], indirect=True)
def test_settings_that_are_refused_are_named_on_the_page_and_nothing_is_started(
    monkeypatch: pytest.MonkeyPatch,
    store: Store,  # noqa: ARG001
    limited: None,  # noqa: ARG001
    app: AppTest,
) -> None:
    from pages.server import services

    services.settings.clear()
    services.system_store.clear()
    monkeypatch.setattr(services, "EmbeddedEngine", lambda _: pytest.fail("an engine was started"))
    app.run()
    assert not app.exception
    told = " ".join(error.value for error in app.error)
    assert "INKLING_MAX_EPOCHS must be a whole number from 1 to 1,000, not “many”" in told
    assert "INKLING_CORES must be a whole number from 0 to 1,024, not “-1”" in told
    assert not app.button


def test_a_store_that_cannot_be_reached_is_told_with_one_button_and_tried_again(
    tmp_path, monkeypatch: pytest.MonkeyPatch, store: Store, app: AppTest
) -> None:
    from pages.server import services

    (tmp_path / "file").write_text("no folder")
    services.settings.clear()
    services.system_store.clear()
    monkeypatch.setenv("INKLING_STORE", f"sqlite:///{tmp_path / 'file' / 'inkling.db'}")
    app.run()
    assert not app.exception
    assert "Check that its folder exists" in app.error[0].value
    assert [b.label for b in app.button] == ["Try again"]
    monkeypatch.setenv("INKLING_STORE", store.url)
    services.settings.clear()
    app.button[0].click().run()
    assert not app.error
    assert any(b.label.startswith("Train") for b in app.button)


def test_a_disk_without_locks_is_told_in_place_of_the_page(
    monkeypatch: pytest.MonkeyPatch,
    store: Store,  # noqa: ARG001 - the app's
    app: AppTest,
) -> None:
    from pages.server import services

    fcntl = pytest.importorskip("fcntl")

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    services.system_store.clear()
    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", refuse)
        app.run()
        assert not app.exception
        assert "cannot be locked (ENOLCK: files there cannot be locked)" in app.error[0].value
        assert "set INKLING_DATA" in app.error[0].value
    app.button[0].click().run()
    assert not app.error


@pytest.mark.parametrize("limited", [{"MAX_EPOCHS": "3"}], indirect=True)
@pytest.mark.parametrize("epochs", ["4", "99999"])
def test_the_address_and_the_form_name_the_same_limit(
    limited: None,  # noqa: ARG001
    app: AppTest,
    epochs: str,
) -> None:
    sentence = f"Epochs must be a whole number from 1 to 3, not “{epochs}”."
    app.query_params["epochs"] = epochs
    shown(app)
    assert any(sentence in warning.value for warning in app.warning)
    next(field for field in app.text_input if field.label == "Epochs").set_value(epochs).run()
    assert sentence in [error.value for error in app.error]
