"""The step that a paused run would take, against the step that the real loop takes."""

from dataclasses import replace

import numpy as np
import pytest

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.insight.gradient_step import take_model_step
from core.protocol.events import Checkpoint, Event, Weights
from core.training.checkpoint import unpack
from core.training.data import training_data
from core.training.loop import train
from core.training.next_step import NextStep, next_step

PLAIN = RunConfig(train_size=300, batch_size=100, epochs=3, eval_every=0, seed=4)


def weights_of(events: list[Event]) -> dict[int, dict[str, np.ndarray]]:
    return {event.step: event.arrays for event in events if isinstance(event, Weights)}


def stepped(rest: NextStep) -> dict[str, np.ndarray]:
    (outcome,) = take_model_step(
        rest.model, rest.optimizer, rest.images, rest.labels, [rest.learning_rate]
    ).outcomes
    return outcome.parameters


@pytest.mark.parametrize("scaling", ["unit", "standardised"])
@pytest.mark.parametrize("step", [0, 2, 3, 7])
def test_the_step_looked_at_is_the_step_that_is_taken(
    quick_mnist: ImageData, step: int, scaling: str
) -> None:
    config = replace(PLAIN, scaling=scaling, validation_size=100, schedule="cosine")
    kept = weights_of(list(train(quick_mnist, config)))
    rest = next_step(config, training_data(config, quick_mnist), step, kept[step])
    assert len(rest.labels) == 100
    for name, array in stepped(rest).items():
        np.testing.assert_allclose(array, kept[step + 1][name], atol=2e-6)


@pytest.mark.parametrize("model", ["softmax", "mlp"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_what_the_optimizer_remembers_is_taken_from_a_checkpoint_of_the_same_step(
    quick_mnist: ImageData, optimizer: str, model: str
) -> None:
    momentum = 0.9 if optimizer == "sgd" else 0.0
    config = replace(PLAIN, model=model, optimizer=optimizer, momentum=momentum, learning_rate=0.01)
    events = list(train(quick_mnist, config, checkpoint_every_s=0.0))
    kept, states = weights_of(events), [unpack(e.state) for e in events if isinstance(e, Checkpoint)]
    state = next(s for s in states if s.step in kept and s.step + 1 in kept and s.step > 1)
    data = training_data(config, quick_mnist)

    knowing = next_step(config, data, state.step, kept[state.step], checkpoint=state)
    forgetful = next_step(config, data, state.step, kept[state.step])

    assert knowing.remembers
    assert not forgetful.remembers
    for name, after in kept[state.step + 1].items():
        np.testing.assert_allclose(stepped(knowing)[name], after, atol=2e-6)
        assert np.abs(stepped(forgetful)[name] - after).max() > 1e-5


def test_a_rate_ordered_while_it_rests_counts_for_the_next_step(quick_mnist: ImageData) -> None:
    data, kept = training_data(PLAIN, quick_mnist), weights_of(list(train(quick_mnist, PLAIN)))
    assert next_step(PLAIN, data, 4, kept[4]).learning_rate == 0.1
    assert next_step(PLAIN, data, 4, kept[4], changes=((2, 0.5),)).learning_rate == 0.5
    assert next_step(PLAIN, data, 4, kept[4], changes=((2, 0.5),), ordered_rate=0.02).learning_rate == 0.02
