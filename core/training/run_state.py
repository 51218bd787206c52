"""Where a run stands between two steps: all that the next step depends on, to a checkpoint and back."""

from collections.abc import Sequence
from typing import Final

import torch

from core.config.dataset_fit import nothing_left, nothing_to_learn
from core.config.run_config import ConfigError, RunConfig, from_json, to_json
from core.protocol.events import Checkpoint, Started
from core.training.autograd import AutogradLearner
from core.training.checkpoint import CheckpointError, TrainingState, pack, unpack
from core.training.closed_form import ClosedFormLearner
from core.training.data import BatchOrder, TrainingData
from core.training.learner import Learner
from core.training.path_selection import path_of
from core.training.schedule import LearningRate
from core.training.step_buffer import StepBuffer, Stopwatch
from core.training.written_out import WrittenOutLearner

_LEARNERS: Final = {kind.path: kind for kind in (ClosedFormLearner, WrittenOutLearner, AutogradLearner)}


def build_learner(data: TrainingData, config: RunConfig, path: str | None) -> Learner:
    """Return what learns on `path`; None: on the path that the config's runs take.

    Raises: KeyError for a path that there is not.
    """
    return _LEARNERS[path or path_of(config)](config, data)


class RunState:
    """A learner, the order of its batches, its learning rate and its clock. `step` counts the updates done.

    Raises: ConfigError for data without an image to learn from.
    """

    def __init__(self, data: TrainingData, config: RunConfig, learner: Learner) -> None:
        if not data.train_count:  # there were some when the run was made
            raise ConfigError([nothing_left(config) if len(data.labels) else nothing_to_learn(data.spec)])
        self.data, self.config, self.learner = data, config, learner
        self.order = BatchOrder(data.train_index, config.batch_size, config.seed)
        self.steps_per_epoch = self.order.steps_per_epoch
        self.total_steps = self.steps_per_epoch * config.epochs
        self.rate = LearningRate(config, self.steps_per_epoch, self.total_steps)
        self.ordered_rate: float | None = None
        self.step = 0
        self.chunk = StepBuffer(learner)
        self.watch = Stopwatch()

    def update(self) -> None:
        """Do one optimizer step."""
        batch = self.order.batch(self.step)
        self.learner.step(batch, self.learning_rate, self.slot)
        self.count(len(batch))

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        return self.rate.at(self.step)

    @property
    def is_complete(self) -> bool:
        """Whether every step has been done."""
        return self.step >= self.total_steps

    @property
    def last_learning_rate(self) -> float:
        """The learning rate of the last step."""
        return self.rate.at(max(self.step - 1, 0))

    @property
    def slot(self) -> int:
        """The place in the chunk's records where the next step is recorded."""
        return self.chunk.slot(self.step)

    def count(self, image_count: int) -> None:
        """Count a step that the learner has done."""
        self.chunk.add(image_count)
        self.step += 1

    def started(self) -> Started:
        """Return the run's first word."""
        split = self.data.evaluation_split
        return Started(
            step=self.step,
            total_steps=self.total_steps,
            steps_per_epoch=self.steps_per_epoch,
            train_count=self.data.train_count,
            evaluation_split=split,
            evaluation_count=len(self.data.split(split)[1]),
            parameter_count=sum(array.size for array in self.learner.weights().values()),
            path=self.learner.path,
            threads=torch.get_num_threads(),
        )

    def checkpoint(self) -> Checkpoint:
        """Return all of it as bytes."""
        tensors, numbers = self.learner.optimizer_state()
        state = TrainingState(
            step=self.step,
            elapsed_s=self.watch.elapsed_s,
            path=self.learner.path,
            threads=torch.get_num_threads(),
            config_json=to_json(self.config),
            learning_rate_changes=self.rate.changes,
            ordered_rate=self.ordered_rate,
            weights=self.learner.weights(),
            optimizer_tensors=tensors,
            optimizer_numbers=numbers,
            epoch_state=self.order.epoch_state,
        )
        return Checkpoint(self.step, pack(state))

    def _is_of_this_config(self, state: TrainingState) -> bool:
        """Return whether the checkpoint is of this config; what an earlier version's lacks has its default."""
        try:
            return from_json(state.config_json) == self.config
        except ConfigError:
            return False

    def restore(self, data: bytes) -> None:
        """Stand where the checkpoint was written, with the thread count it was written under.

        Raises: CheckpointError when it is unreadable or of another config.
        """
        state = unpack(data)
        if not self._is_of_this_config(state):
            other = "the checkpoint belongs to a run with other settings"  # not said: goes to the log
            raise CheckpointError(other)
        if state.path not in _LEARNERS:
            unknown = f"the checkpoint is of a path that this version lacks: {state.path}"  # not said: goes to the log
            raise CheckpointError(unknown)
        if state.path != self.learner.path:
            self.learner = build_learner(self.data, self.config, state.path)
        torch.set_num_threads(state.threads)
        self.learner.load_weights(state.weights)
        self.learner.load_optimizer_state(state.optimizer_tensors, state.optimizer_numbers)
        self.order.restore(state.epoch_state, state.step)
        self.rate.changes = list(state.learning_rate_changes)
        self.ordered_rate = state.ordered_rate
        self.watch.set(state.elapsed_s)
        self.step = state.step
        self.chunk = StepBuffer(self.learner, state.step)

    def replay(self, changes: Sequence[tuple[int, float]]) -> None:
        """Let recorded live changes of the learning rate come again at their steps."""
        self.rate.changes = sorted({**dict(self.rate.changes), **dict(changes)}.items())
