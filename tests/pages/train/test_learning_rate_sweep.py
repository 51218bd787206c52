"""Eight learning rates at once on the Train page, the runs put into the store as a worker would."""

import numpy as np
from streamlit.testing.v1 import AppTest

from core.i18n.number_format import plain
from core.protocol.events import Evaluated, Started, Steps
from core.runs import RunRow, Store
from core.search.learning_rate_sweep import sweep_rates
from core.training.path_selection import may_join

STARTED = Started(0, 3000, 600, 60_000, "test", 10_000, 7_850, "closed-form", 1)


def button(app: AppTest, label: str):
    return next(b for b in app.button if b.label == label)


def begun(app: AppTest, store: Store) -> list[RunRow]:
    """Return the eight runs that the button has made, the smallest learning rate first."""
    app.run()
    button(app, "Train all eight").click().run()
    assert not app.exception, app.exception
    return sorted((r for r in store.list() if r.group_id), key=lambda r: r.config.learning_rate)


def test_eight_held_back_runs_of_one_group_are_made_and_one_is_queued(app: AppTest, store: Store) -> None:
    runs = begun(app, store)
    assert [r.config.learning_rate for r in runs] == sweep_rates(0.1)
    assert len({r.group_id for r in runs}) == 1
    assert sorted(r.status for r in runs) == ["created"] * 7 + ["queued"]
    assert all(may_join(r.config, runs[0].config) for r in runs)
    assert app.session_state["run"] == next(r.id for r in runs if r.status == "queued")


def test_each_of_the_eight_can_be_opened(app: AppTest, store: Store) -> None:
    smallest = begun(app, store)[0]
    button(app, plain(smallest.config.learning_rate)).click().run()
    assert app.session_state["run"] == smallest.id
    assert button(app, plain(smallest.config.learning_rate)).disabled


def test_stop_all_ends_even_those_that_have_not_begun(app: AppTest, store: Store) -> None:
    runs = begun(app, store)
    first = runs[-1]
    attempt = store.claim(first.id)
    chunk = Steps(1, np.ones(5, np.float32), np.full(5, 0.5, np.float32), 0.1, 1.0, 500.0)
    store.append(first.id, attempt, [STARTED, chunk, Evaluated(5, "test", 1.0, 0.5)])
    button(app, "Stop all").click().run()
    assert store.get(first.id).command == "stop"
    assert {store.get(r.id).status for r in runs if r is not first} == {"stopped"}


def test_a_model_that_cannot_be_joined_is_told_what_to_choose(app: AppTest) -> None:
    app.query_params["model"] = "mlp"
    app.run()
    assert not any(b.label == "Train all eight" for b in app.button)
    assert any("Choose those settings first" in caption.value for caption in app.caption)
