"""Orders between two steps: pause, one step, stop, learning rate, pace. The numbers never depend on them."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.protocol.controls import RunCommands
from core.protocol.events import (
    Checkpoint,
    Diverged,
    Event,
    Finished,
    LearningRateChanged,
    Logits,
    Paused,
    Resumed,
    Steps,
    Weights,
)
from core.training.loop import train

SMALL = RunConfig(train_size=3_000, epochs=4, eval_every=40)


@pytest.fixture
def obeyed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a run look at its orders between any two steps, so that no clock says where it obeys them."""
    monkeypatch.setattr("core.training.training_run.POLL_S", 0.0)


class Script:
    """Controls that answer with what `orders` holds; a test changes it while it reads the events."""

    def __init__(self, orders: RunCommands) -> None:
        self.orders = orders

    def poll(self) -> RunCommands:
        return self.orders


def final_weights(events: list[Event]) -> np.ndarray:
    return [e for e in events if isinstance(e, Weights)][-1].arrays["linear.weight"]


def read(events: Iterator[Event], react: Callable[[Event], None]) -> list[Event]:
    told = []
    for event in events:
        told.append(event)
        react(event)
    return told


def test_a_paused_run_waits_takes_one_step_and_goes_on_to_the_same_bits(mnist: ImageData) -> None:
    controls = Script(RunCommands("pause"))

    def react(event: Event) -> None:
        if isinstance(event, Paused):
            assert event.step == 0
            controls.orders = RunCommands("pause", run_until=1)
        if isinstance(event, Steps) and event.last_step == 1 and event.first_step == 1:
            controls.orders = RunCommands("run")

    told = read(train(mnist, SMALL, controls), react)
    first = next(e for e in told if isinstance(e, Steps))
    assert (first.first_step, len(first.losses)) == (1, 1)
    assert [e.step for e in told if isinstance(e, Resumed)] == [1]
    np.testing.assert_array_equal(final_weights(told), final_weights(list(train(mnist, SMALL))))


@pytest.mark.usefixtures("obeyed_at_once")
def test_a_run_told_to_go_on_within_its_few_steps_says_that_it_does(mnist: ImageData) -> None:
    controls = Script(RunCommands("pause", pace="steps:20"))

    def react(event: Event) -> None:
        if isinstance(event, Paused):
            controls.orders = RunCommands("pause", run_until=60, pace="steps:20")
        if isinstance(event, Steps):
            controls.orders = RunCommands("run")

    told = read(train(mnist, SMALL, controls), react)
    assert [e.step for e in told if isinstance(e, Paused)] == [0]
    (resumed,) = [e.step for e in told if isinstance(e, Resumed)]
    assert 0 < resumed < 60


@pytest.mark.usefixtures("obeyed_at_once")
def test_stop_keeps_every_figure_told_so_far_and_ends_with_the_test_logits(mnist: ImageData) -> None:
    controls = Script(RunCommands())

    def react(event: Event) -> None:
        if isinstance(event, Steps) and event.last_step >= 10:
            controls.orders = RunCommands("stop")

    told = read(train(mnist, SMALL, controls), react)
    steps = [e for e in told if isinstance(e, Steps)]
    assert isinstance(told[-1], Finished)
    assert told[-1].reason == "stopped"
    assert told[-1].step == steps[-1].last_step == sum(len(e.losses) for e in steps)
    assert told[-1].step < 120
    logits = next(e for e in told if isinstance(e, Logits))
    assert logits.logits.shape == (10_000, 10)


@pytest.mark.usefixtures("obeyed_at_once")
def test_a_changed_learning_rate_is_told_with_its_step_and_its_replay_gives_the_same_bits(mnist) -> None:
    controls = Script(RunCommands())

    def react(event: Event) -> None:
        if isinstance(event, Steps) and event.last_step >= 20:
            controls.orders = RunCommands(learning_rate=0.5)

    told = read(train(mnist, SMALL, controls), react)
    changes = tuple((e.step, e.learning_rate) for e in told if isinstance(e, LearningRateChanged))
    assert len(changes) == 1
    assert changes[0][1] == 0.5
    replayed = list(train(mnist, RunConfig(train_size=3_000, epochs=4, learning_rate_changes=changes)))
    np.testing.assert_array_equal(final_weights(told), final_weights(replayed))
    assert not np.array_equal(final_weights(told), final_weights(list(train(mnist, SMALL))))


@pytest.mark.parametrize("pace", ["steps:60", "film:1.0"])
def test_pace_takes_the_time_ordered_and_changes_no_number(mnist: ImageData, pace: str) -> None:
    config, least_s = (
        (RunConfig(train_size=1_000, epochs=3), 0.45)
        if pace == "steps:60"
        else (RunConfig(train_size=3_000, epochs=2), 0.9)
    )
    began_s = time.perf_counter()
    told = list(train(mnist, config, Script(RunCommands(pace=pace))))
    took_s = time.perf_counter() - began_s
    assert took_s > least_s
    assert told[-1].elapsed_s < took_s  # the waits are no training time
    np.testing.assert_array_equal(final_weights(told), final_weights(list(train(mnist, config))))


def test_interrupt_leaves_a_checkpoint_and_no_terminal_event(mnist: ImageData) -> None:
    told = list(train(mnist, SMALL, Script(RunCommands("interrupt"))))
    assert isinstance(told[-1], Checkpoint)
    assert not any(isinstance(e, (Finished, Diverged)) for e in told)


def test_divergence_ends_the_run_with_its_step_and_what_to_try(mnist: ImageData) -> None:
    told = list(train(mnist, RunConfig(learning_rate=100.0, l2=0.05)))
    assert isinstance(told[-1], Diverged)
    losses = np.concatenate([e.losses for e in told if isinstance(e, Steps)])
    assert np.isfinite(losses).all()
    assert told[-1].step == len(losses) + 1
    step = f"{told[-1].step:,}"
    assert told[-1].message == f"The loss stopped being a finite number at step {step} (learning rate 100)."
    assert told[-1].remedy == "Try a learning rate of 10, a tenth of this one."
    assert told[-1].message.values == {"step": told[-1].step, "rate": 100.0}  # to be said in any language
