"""Where a run stands: restored from its checkpoint it is the same place, in a run of its own."""

from dataclasses import replace

import numpy as np
import pytest

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.training.checkpoint import CheckpointError, pack, unpack
from core.training.data import TrainingData, training_data
from core.training.run_state import RunState, build_learner

CONFIG = RunConfig(train_size=330, batch_size=50, momentum=0.9, schedule="cosine")


@pytest.fixture(scope="module")
def learned(mnist: ImageData) -> TrainingData:
    return training_data(CONFIG, mnist)


def state_of(data: TrainingData, config: RunConfig, path: str | None = None) -> RunState:
    return RunState(data, config, build_learner(data, config, path))


@pytest.mark.parametrize(
    "settings",
    [{}, {"optimizer": "adam", "momentum": 0.0}, {"model": "mlp"}, {"model": "mlp", "optimizer": "rmsprop"}],
    ids=str,
)
@pytest.mark.parametrize("path", [None, "autograd"])
def test_a_run_restored_stands_where_the_other_stood_and_goes_on_alike(
    learned: TrainingData, path: str | None, settings: dict
) -> None:
    config = replace(CONFIG, **settings)
    first, second = state_of(learned, config, path), state_of(learned, config)
    assert second.learner.path != "autograd"
    for _ in range(9):  # into the second epoch of seven steps
        first.update()
    checkpoint = first.checkpoint()
    assert checkpoint.step == 9
    second.restore(checkpoint.state)
    assert second.learner.path == first.learner.path
    assert second.learning_rate == first.learning_rate < config.learning_rate
    for _ in range(9):
        first.update()
        second.update()
    for name, array in first.learner.weights().items():
        np.testing.assert_array_equal(second.learner.weights()[name], array)


def test_a_live_change_stands_in_the_checkpoint_and_comes_again(learned: TrainingData) -> None:
    config = replace(CONFIG, schedule="constant")
    first, second = state_of(learned, config), state_of(learned, config)
    first.replay([(2, 0.5)])
    state = first.checkpoint().state
    assert unpack(state).learning_rate_changes == [(2, 0.5)]
    second.restore(state)
    rates = []
    for _ in range(3):
        rates.append(second.learning_rate)
        second.update()
    assert rates == [0.1, 0.1, 0.5]


def test_another_configs_checkpoint_is_refused_before_anything_moves(learned: TrainingData) -> None:
    other = state_of(learned, replace(CONFIG, seed=1))
    before = {name: array.copy() for name, array in other.learner.weights().items()}
    with pytest.raises(CheckpointError, match="other settings"):
        other.restore(state_of(learned, CONFIG).checkpoint().state)
    for name, array in before.items():
        np.testing.assert_array_equal(other.learner.weights()[name], array)


def test_momentum_of_a_checkpoint_of_an_earlier_version_is_gone_on_with(learned: TrainingData) -> None:
    first, second = state_of(learned, CONFIG), state_of(learned, CONFIG)
    for _ in range(3):
        first.update()
    tensors, numbers = first.learner.optimizer_state()
    earlier = {"momentum.weight": tensors["0.momentum_buffer"], "momentum.bias": tensors["1.momentum_buffer"]}
    state = replace(unpack(first.checkpoint().state), optimizer_tensors=earlier, optimizer_numbers=numbers)
    second.restore(pack(state))
    first.update()
    second.update()
    for name, array in first.learner.weights().items():
        np.testing.assert_array_equal(second.learner.weights()[name], array)


def test_a_checkpoint_of_a_path_of_a_later_version_is_refused(learned: TrainingData) -> None:
    state = state_of(learned, CONFIG)
    later = replace(unpack(state.checkpoint().state), path="by heart")
    with pytest.raises(CheckpointError, match="by heart"):
        state.restore(pack(later))
