"""A run that is continued from a checkpoint ends with the bits of one that was never disturbed."""

from dataclasses import replace

import numpy as np
import pytest

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.protocol.controls import RunCommands
from core.protocol.events import Checkpoint, Event, Steps, Weights
from core.training.checkpoint import CheckpointError, unpack
from core.training.loop import train

BASE = RunConfig(
    train_size=1_030, validation_size=100, epochs=3, batch_size=50, eval_every=0, learning_rate=0.01
)
CONFIGS = [
    BASE,
    *(replace(BASE, model="mlp", hidden_sizes=(16,), optimizer=o) for o in ("sgd", "adagrad", "adam")),
    *(replace(BASE, model="mlp", hidden_sizes=(16, 8), optimizer=o) for o in ("adamw", "adamax", "rmsprop")),
    replace(BASE, momentum=0.9, nesterov=True, schedule="cosine"),
    replace(BASE, momentum=0.9, l2=1e-3, schedule="step", step_epochs=1),
    replace(BASE, model="mlp", optimizer="rmsprop", momentum=0.9, hidden_sizes=(16,)),
    replace(BASE, model="cnn", channels=(4, 4), optimizer="adam", train_size=330),
    *(
        replace(BASE, optimizer=o, schedule="cosine")
        for o in ("adagrad", "adam", "adamw", "adamax", "rmsprop")
    ),
    replace(BASE, optimizer="adam", augmentation="affine", train_size=330),
    replace(BASE, l1=1e-3),
    replace(BASE, left_out_class=3),
    replace(BASE, model="mlp", hidden_sizes=(16, 8), optimizer="adam", dropout=0.5),
    replace(BASE, model="mlp", hidden_sizes=(16,), dropout=0.2, l1=1e-4),
    replace(BASE, model="cnn", channels=(4, 4), dropout=0.5, left_out_class=0, train_size=330),
    replace(BASE, learning_rate_changes=((5, 0.1), (40, 0.02))),
]


class InterruptAt:
    """Controls that interrupt the run once it has done `step` updates."""

    def __init__(self, step: int) -> None:
        self._step = step

    def poll(self) -> RunCommands:
        return RunCommands("pause", run_until=self._step)


def interrupted(quick_mnist: ImageData, config: RunConfig, step: int) -> bytes:
    """Return the checkpoint that a run writes when it is interrupted after exactly `step` updates."""
    controls = InterruptAt(step)
    for event in train(quick_mnist, config, controls, threads=1):
        if type(event).__name__ == "Paused":
            controls.poll = lambda: RunCommands("interrupt")  # type: ignore[method-assign]
        if isinstance(event, Checkpoint):
            assert event.step == step
            return event.state
    raise AssertionError("no checkpoint came")


def end(events: list[Event]) -> dict[str, np.ndarray]:
    return [e for e in events if isinstance(e, Weights)][-1].arrays


@pytest.mark.parametrize("config", CONFIGS, ids=lambda c: f"{c.model}-{c.optimizer}-{c.schedule}")
def test_resumed_run_has_the_bits_of_an_undisturbed_one(quick_mnist: ImageData, config: RunConfig) -> None:
    undisturbed = list(train(quick_mnist, config, threads=1))
    per_epoch = undisturbed[0].steps_per_epoch
    for step in (3, per_epoch, per_epoch + 2):  # inside an epoch, between two, after the first
        state = interrupted(quick_mnist, config, step)
        resumed = list(train(quick_mnist, config, checkpoint=state, threads=1))
        assert resumed[0].step == step
        losses = np.concatenate([e.losses for e in undisturbed if isinstance(e, Steps)])[step:]
        np.testing.assert_array_equal(
            np.concatenate([e.losses for e in resumed if isinstance(e, Steps)]), losses
        )
        for name, array in end(undisturbed).items():
            np.testing.assert_array_equal(end(resumed)[name], array)


def test_a_checkpoint_of_other_settings_is_refused(quick_mnist: ImageData) -> None:
    state = interrupted(quick_mnist, BASE, 3)
    with pytest.raises(CheckpointError, match="other settings"):
        list(train(quick_mnist, replace(BASE, seed=1), checkpoint=state))


def test_a_truncated_or_altered_checkpoint_is_refused(quick_mnist: ImageData) -> None:
    state = interrupted(quick_mnist, BASE, 3)
    assert unpack(state).step == 3
    for broken in (b"", state[:7], state[: len(state) // 2], b"x" * len(state)):
        with pytest.raises(CheckpointError, match="cannot be read"):
            unpack(broken)


def test_checkpoints_come_at_the_interval_asked_for(quick_mnist: ImageData) -> None:
    def checkpoints(every_s: float | None) -> list[int]:
        told = train(quick_mnist, BASE, checkpoint_every_s=every_s)
        return [event.step for event in told if isinstance(event, Checkpoint)]

    at_every_step, sometimes = checkpoints(0.0), checkpoints(0.001)
    assert at_every_step == list(range(1, 64))
    assert sometimes == sorted(set(sometimes))
    assert checkpoints(3600.0) == checkpoints(None) == []
