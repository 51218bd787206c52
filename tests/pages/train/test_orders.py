"""Who may order a run about: whoever made it; a run of the command line obeys all."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config.run_config import RunConfig
from core.protocol.events import Event, Paused, Started, Steps
from core.runs import Store
from core.runs.run_row import COMMAND_LINE

FIVE = np.full(5, 0.5, np.float32)
BEGUN = (
    Started(0, 20, 10, 1_000, "test", 10_000, 7_850, "closed-form", 1),
    Steps(1, FIVE, FIVE, 0.1, 1.0, 500.0),
)


def begun(store: Store, owner: str, *said: Event) -> str:
    """Return the id of a run of this owner, of which this process is the worker."""
    run_id = store.create(RunConfig(train_size=1_000, epochs=2), owner=owner)
    attempt = store.claim(run_id)
    assert attempt is not None
    store.append(run_id, attempt, [*BEGUN, *said])
    return run_id


def open_run(app: AppTest, run_id: str) -> None:
    app.query_params["run"] = run_id
    app.run()
    assert not app.exception


def button(app: AppTest, label: str):
    return next(b for b in app.button if b.label == label)


ORDERS = ("command", "run_until", "pace", "learning_rate")
WATCH_ONLY = "This run was not made in this browser, so you can only watch it."


@pytest.mark.parametrize(
    ("said", "buttons"),
    [((), ("Pause", "One step", "One epoch", "Stop")), ((Paused(5),), ("Resume", "One step", "Stop"))],
)
def test_the_run_of_another_visitor_can_be_watched_and_obeys_only_its_own(
    app: AppTest, store: Store, said: tuple[Event, ...], buttons: tuple[str, ...]
) -> None:
    run_id = begun(store, "another-visitor", *said)
    before = store.get(run_id)
    for label in buttons:
        app.session_state["visitor"] = "another-visitor"
        open_run(app, run_id)
        app.session_state["visitor"] = "me"  # who presses what a page of mine would not let me press
        button(app, label).click().run()
        assert button(app, label).disabled
        assert button(app, label).help == WATCH_ONLY
    for label in ("Pace", "Learning rate now"):
        assert next(s for s in app.selectbox if s.label == label).disabled
    after = store.get(run_id)
    assert [getattr(after, name) for name in ORDERS] == [getattr(before, name) for name in ORDERS]
    assert not button(app, "Train").disabled, "one of its own may be begun beside it"


@pytest.mark.parametrize(
    ("pace", "said"), [("steps:25", "25 steps a second"), ("film:120", "Slow, about 2 min")]
)
def test_a_pace_of_the_command_line_is_said_in_words(
    app: AppTest, store: Store, pace: str, said: str
) -> None:
    run_id = begun(store, COMMAND_LINE)
    store.order(run_id, pace=pace)
    open_run(app, run_id)
    box = next(box for box in app.selectbox if box.label == "Pace")
    assert box.options[0] == said
    assert box.value == pace
