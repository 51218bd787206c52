"""Where a run stands between two steps: all that the next step depends on, to a checkpoint and back."""

import time
from collections.abc import Sequence

import torch

from core.config.run_config import RunConfig, to_json
from core.protocol.events import Checkpoint
from core.training.autograd import AutogradLearner
from core.training.checkpoint import CheckpointError, TrainingState, pack, unpack
from core.training.closed_form import ClosedFormLearner
from core.training.data import BatchOrder, TrainingData
from core.training.learner import Learner
from core.training.path_selection import fits_closed_form
from core.training.schedule import LearningRate
from core.training.step_buffer import StepBuffer, Stopwatch


def build_learner(data: TrainingData, config: RunConfig, path: str | None) -> Learner:
    if path != "autograd" and fits_closed_form(config):
        return ClosedFormLearner(config, data)
    return AutogradLearner(config, data)


class RunState:
    """A learner, the order of its batches, its learning rate and its clock. `_step` counts the updates done."""

    def __init__(
        self, data: TrainingData, config: RunConfig, learner: Learner, checkpoint_every_s: float | None
    ) -> None:
        self.learner = learner
        self._data, self._config = data, config
        self.order = BatchOrder(data.train_index, config.batch_size, config.seed)
        self._per_epoch = self.order.steps_per_epoch
        self._total = self._per_epoch * config.epochs
        self._rate = LearningRate(config, self._per_epoch, self._total)
        self._weight_bytes = sum(array.nbytes for array in self.learner.weights().values())
        self._step = 0
        self._ordered_rate: float | None = None
        self._checkpoint_every_s = checkpoint_every_s
        self._checkpointed_at = time.perf_counter()
        self._chunk = StepBuffer(self.learner)
        self._watch = Stopwatch()

    def update(self) -> None:
        """Do one optimizer step."""
        batch = self.order.batch(self._step)
        self.learner.step(batch, self.learning_rate, self.slot)
        self.count(len(batch))

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        return self._rate.at(self._step)

    @property
    def slot(self) -> int:
        """The place in the chunk's records where the next step is recorded."""
        return self._chunk.slot(self._step)

    def count(self, image_count: int) -> None:
        """Count a step that the learner has done."""
        self._chunk.add(image_count)
        self._step += 1

    def _checkpoints(self, now: float) -> bool:
        every_s = self._checkpoint_every_s
        return every_s is not None and now - self._checkpointed_at >= every_s

    def _checkpoint(self) -> Checkpoint:
        self._checkpointed_at = time.perf_counter()
        tensors, numbers = self.learner.optimizer_state()
        state = TrainingState(
            step=self._step,
            elapsed_s=self._watch.elapsed_s,
            path=self.learner.path,
            threads=torch.get_num_threads(),
            config_json=to_json(self._config),
            learning_rate_changes=self._rate.changes,
            ordered_rate=self._ordered_rate,
            weights=self.learner.weights(),
            optimizer_tensors=tensors,
            optimizer_numbers=numbers,
            epoch_state=self.order.epoch_state,
        )
        return Checkpoint(self._step, pack(state))

    def restore(self, data: bytes) -> None:
        """Stand where the checkpoint was written, with the thread count it was written under.

        Raises: CheckpointError when it is unreadable or of another config.
        """
        state = unpack(data)
        if state.config_json != to_json(self._config):
            raise CheckpointError("the checkpoint belongs to a run with other settings")
        if state.path != self.learner.path:
            self.learner = build_learner(self._data, self._config, state.path)
        torch.set_num_threads(state.threads)
        self.learner.load_weights(state.weights)
        self.learner.load_optimizer_state(state.optimizer_tensors, state.optimizer_numbers)
        self.order.restore(state.epoch_state, state.step)
        self._rate.changes = list(state.learning_rate_changes)
        self._ordered_rate = state.ordered_rate
        self._watch.set(state.elapsed_s)
        self._step = state.step
        self._chunk = StepBuffer(self.learner, state.step)

    def replay(self, changes: Sequence[tuple[int, float]]) -> None:
        """Let recorded live changes of the learning rate come again at their steps."""
        self._rate.changes = sorted({**dict(self._rate.changes), **dict(changes)}.items())
