"""Runs trained side by side against the same runs trained alone."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.protocol.controls import RunCommands
from core.protocol.events import (
    Checkpoint,
    Diverged,
    Evaluated,
    Event,
    Finished,
    Logits,
    Paused,
    Steps,
    Weights,
)
from core.training.batched_models import train_many
from core.training.loop import train


@pytest.fixture
def obeyed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the runs look at their orders between any two steps, so that no clock says where they obey them."""
    monkeypatch.setattr("core.training.batched_models.POLL_S", 0.0)


BASE = RunConfig(train_size=3_050, epochs=3, eval_every=20, learning_rate=0.1)  # the last batch is short
RATES = (0.001, 0.01, 0.1, 0.5)

GROUPS = {
    "learning rates": [replace(BASE, learning_rate=rate) for rate in RATES],
    "penalties": [replace(BASE, l2=l2) for l2 in (0.0, 0.001, 0.1)],
    "initialisations": [replace(BASE, initialisation=i) for i in ("default", "zeros", "normal")],
    "momentum": [replace(BASE, momentum=0.9, learning_rate=rate) for rate in (0.01, 0.05)],
    "nesterov, cosine, validation": [
        replace(
            BASE,
            momentum=0.9,
            nesterov=True,
            schedule="cosine",
            validation_size=500,
            scaling="standardised",
            learning_rate=rate,
        )
        for rate in (0.001, 0.005)
    ],
}


def by_run(told: Iterator[tuple[int, Event]], count: int) -> list[list[Event]]:
    runs: list[list[Event]] = [[] for _ in range(count)]
    for i, event in told:
        runs[i].append(event)
    return runs


def final_weights(events: list[Event]) -> dict[str, np.ndarray]:
    return [event for event in events if isinstance(event, Weights)][-1].arrays


def losses(events: list[Event]) -> np.ndarray:
    return np.concatenate([event.losses for event in events if isinstance(event, Steps)])


def first_accuracy(events: list[Event]) -> float:
    return float(next(event for event in events if isinstance(event, Steps)).accuracies[0])


@pytest.mark.parametrize("group", GROUPS)
def test_every_run_of_a_group_equals_the_run_trained_alone(quick_mnist: ImageData, group: str) -> None:
    configs = GROUPS[group]
    together = by_run(train_many(quick_mnist, configs), len(configs))
    for config, events in zip(configs, together, strict=True):
        alone = list(train(quick_mnist, config))
        for name, array in final_weights(alone).items():
            np.testing.assert_allclose(final_weights(events)[name], array, atol=1e-5)
        np.testing.assert_allclose(losses(events), losses(alone), atol=1e-5)
        assert first_accuracy(events) == first_accuracy(alone)
        told, expected = ([e for e in run if isinstance(e, Evaluated)] for run in (events, alone))
        assert [(e.step, e.split) for e in told] == [(e.step, e.split) for e in expected]
        np.testing.assert_allclose([e.loss for e in told], [e.loss for e in expected], atol=1e-5)
        assert isinstance(events[-2], Logits)
        assert isinstance(events[-1], Finished)


def test_one_run_that_diverges_ends_alone(quick_mnist: ImageData) -> None:
    configs = [replace(BASE, l2=10.0, learning_rate=rate) for rate in (0.01, 100.0)]
    calm, wild = by_run(train_many(quick_mnist, configs), 2)
    assert isinstance(wild[-1], Diverged)
    assert isinstance(calm[-1], Finished)
    np.testing.assert_allclose(losses(calm), losses(list(train(quick_mnist, configs[0]))), atol=1e-5)


class Told:
    """Controls that give one order from a number of polls on."""

    def __init__(self, command: str, after: int) -> None:
        self._command, self._left = command, after

    def poll(self) -> RunCommands:
        self._left -= 1
        return RunCommands(command=self._command if self._left < 0 else "run")


@pytest.mark.usefixtures("obeyed_at_once")
def test_stop_ends_one_run_and_leaves_the_others_training(quick_mnist: ImageData) -> None:
    configs = GROUPS["learning rates"][:3]
    controls = [Told("run", 0), Told("stop", 2), Told("run", 0)]
    told = by_run(train_many(quick_mnist, configs, controls), 3)
    assert [run[-1].reason for run in told] == ["finished", "stopped", "finished"]  # type: ignore[union-attr]
    assert 0 < told[1][-1].step < told[0][-1].step


@pytest.mark.usefixtures("obeyed_at_once")
def test_a_run_left_off_is_resumed_alone_and_equals_the_undisturbed_one(quick_mnist: ImageData) -> None:
    configs = GROUPS["momentum"]
    told = by_run(train_many(quick_mnist, configs, [Told("interrupt", 4), Told("interrupt", 4)]), 2)
    for config, events in zip(configs, told, strict=True):
        checkpoint = events[-1]
        assert isinstance(checkpoint, Checkpoint)
        assert 0 < checkpoint.step < 93
        resumed = list(train(quick_mnist, config, checkpoint=checkpoint.state))
        for name, array in final_weights(list(train(quick_mnist, config))).items():
            np.testing.assert_allclose(final_weights(resumed)[name], array, atol=1e-5)


@pytest.mark.usefixtures("obeyed_at_once")
def test_a_pause_of_the_first_holds_for_all(quick_mnist: ImageData) -> None:
    class PausesOnce:
        def __init__(self) -> None:
            self.polls = 0

        def poll(self) -> RunCommands:
            self.polls += 1
            return RunCommands(command="pause" if 3 <= self.polls <= 6 else "run")

    configs = GROUPS["learning rates"][:2]
    first, second = by_run(train_many(quick_mnist, configs, [PausesOnce(), Told("run", 0)]), 2)
    steps = [[e.step for e in run if isinstance(e, Paused)] for run in (first, second)]
    assert len(steps[0]) == 1
    assert steps[0] == steps[1]
    np.testing.assert_allclose(losses(second), losses(list(train(quick_mnist, configs[1]))), atol=1e-5)


def test_runs_that_differ_in_more_are_refused_with_the_setting(quick_mnist: ImageData) -> None:
    with pytest.raises(ValueError, match="batch_size"):
        list(train_many(quick_mnist, [BASE, replace(BASE, batch_size=50)]))
    with pytest.raises(ValueError, match="the model"):
        list(train_many(quick_mnist, [replace(BASE, model="mlp")]))
    with pytest.raises(ValueError, match="the model"):
        list(
            train_many(
                quick_mnist, [replace(BASE, optimizer="adam"), replace(BASE, optimizer="adam", l2=0.1)]
            )
        )
