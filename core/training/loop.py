"""The one training loop: a generator of events for any model and optimizer, obedient between two steps."""

import math
import time
from collections.abc import Iterator, Sequence

import numpy as np
import torch

from core.config import RunConfig, to_json
from core.controls import Controls, FreeRun, Orders
from core.datasets import ImageData
from core.events import (
    STRIP_SIZE,
    Checkpoint,
    Diverged,
    Evaluated,
    Event,
    Finished,
    LearningRateChanged,
    Logits,
    Paused,
    Resumed,
    Started,
    Weights,
)
from core.threads import threads_for
from core.training.autograd import AutogradLearner
from core.training.checkpoint import CheckpointError, TrainingState, pack, unpack
from core.training.closed_form import ClosedFormLearner, fits_closed_form
from core.training.data import BatchOrder, TrainingData, training_data
from core.training.learner import Learner, Score, evaluate
from core.training.progress import CHUNK_S, Chunk, Stopwatch
from core.training.schedule import (
    SNAPSHOT_COUNT,
    LearningRate,
    Pacer,
    is_evaluation_step,
    snapshot_steps,
)

POLL_S = 0.05
GLIMPSE_S = 0.45
WAIT_S = 0.02
IDLE_S = 0.002
SNAPSHOT_BUDGET_BYTES = 32 * 2**20


def train(
    data: ImageData,
    config: RunConfig,
    controls: Controls | None = None,
    *,
    extra: ImageData | None = None,
    initial_weights: dict[str, np.ndarray] | None = None,
    checkpoint: bytes | None = None,
    recorded_changes: Sequence[tuple[int, float]] = (),
    checkpoint_every_s: float | None = None,
    threads: int | None = None,
    path: str | None = None,
) -> Iterator[Event]:
    """Yield the events of a run: Started first, exactly one of Finished and Diverged last.

    After the order "interrupt" the last event is a Checkpoint instead. `initial_weights` replace the
    initialisation; `checkpoint` continues a run bit for bit, with the live changes of the learning rate that
    were recorded coming again; `extra` is mixed in (`config.mix_in`);
    `path` "autograd" forgoes the fast path. `torch.set_num_threads(threads)` holds while it runs.

    Raises: CheckpointError for a checkpoint of another run, ValueError for weights that do not fit,
    DatasetError for a split larger than the dataset.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(threads or threads_for(config))
    try:
        run = _Run(
            training_data(config, data, extra), config, controls or FreeRun(), path, checkpoint_every_s
        )
        if initial_weights is not None:
            run.learner.load_weights(initial_weights)
        if checkpoint is not None:
            run.restore(checkpoint)
        run.replay(recorded_changes)
        yield from run.events()
    finally:
        torch.set_num_threads(before)


def _build_learner(data: TrainingData, config: RunConfig, path: str | None) -> Learner:
    if path != "autograd" and fits_closed_form(config):
        return ClosedFormLearner(config, data)
    return AutogradLearner(config, data)


class _Run:
    """One run in progress. `step` counts the updates done."""

    def __init__(
        self,
        data: TrainingData,
        config: RunConfig,
        controls: Controls,
        path: str | None,
        checkpoint_every_s: float | None,
    ) -> None:
        self.learner = _build_learner(data, config, path)
        self._data, self._config, self._controls = data, config, controls
        self._order = BatchOrder(data.train_index, config.batch_size, config.seed)
        self._per_epoch = self._order.steps_per_epoch
        self._total = self._per_epoch * config.epochs
        self._rate = LearningRate(config, self._per_epoch, self._total)
        self._pacer = Pacer(self._total)
        self._weight_bytes = sum(array.nbytes for array in self.learner.weights().values())
        count = min(SNAPSHOT_COUNT, SNAPSHOT_BUDGET_BYTES // self._weight_bytes)
        self._snapshots = snapshot_steps(self._total, max(3, count))
        self._splits = {split: data.split(split) for split in {data.evaluation_split, "test"}}
        self._step = 0
        self._orders = Orders()
        self._ordered_rate: float | None = None
        self._is_waiting = False
        self._is_finite = True
        self._scores: dict[str, tuple[int, Score]] = {}
        self._glimpsed_step = -1
        self._glimpsed_at = self._checkpointed_at = time.perf_counter()
        self._next_poll = 0.0
        self._checkpoint_every_s = checkpoint_every_s
        self._chunk = Chunk(self.learner)
        self._watch = Stopwatch()

    def events(self) -> Iterator[Event]:
        """Yield the whole run from where it stands."""
        yield self._started()
        if self._step == 0:
            yield from self._milestones()
        while self._step < self._total and self._is_finite:
            if time.perf_counter() >= self._next_poll:
                yield from self._poll()
            if self._orders.command in ("stop", "interrupt"):
                break
            if self._must_wait():
                yield from self._wait()
            elif not self._pacer.is_due(self._step):
                yield from self._idle()
            else:
                self._update()
                if self._has_news():
                    yield from self._tell()
        yield from self._end()

    def _update(self) -> None:
        """Do one optimizer step."""
        batch = self._order.batch(self._step)
        self.learner.step(batch, self._rate.at(self._step), self._chunk.slot(self._step))
        self._chunk.add(len(batch))
        self._step += 1

    def _has_news(self) -> bool:
        """Return whether anything is due after this update; after most there is nothing."""
        now = time.perf_counter()
        return (
            self._is_milestone()
            or self._chunk.is_due(self._step, now)
            or now - self._glimpsed_at >= GLIMPSE_S
            or self._checkpoints(now)
        )

    def _is_milestone(self) -> bool:
        return self._evaluates() or self._step in self._snapshots

    def _checkpoints(self, now: float) -> bool:
        every_s = self._checkpoint_every_s
        return every_s is not None and now - self._checkpointed_at >= every_s

    def _tell(self) -> Iterator[Event]:
        """Yield what is due after an update: the chunk, evaluation, snapshot, glimpse, checkpoint."""
        now = time.perf_counter()
        is_milestone, checkpoints = self._is_milestone(), self._checkpoints(now)
        if is_milestone or checkpoints or self._chunk.is_due(self._step, now):
            yield from self._tell_chunk()
        if is_milestone:
            yield from self._milestones()
        if now - self._glimpsed_at >= GLIMPSE_S:
            yield from self._glimpse()
        if checkpoints and self._is_finite:
            yield self._checkpoint()

    def _tell_chunk(self) -> Iterator[Event]:
        rate = self._rate.at(max(self._step - 1, 0))
        steps, broken_step = self._chunk.read(self._step, rate, self._watch.elapsed_s)
        if steps:
            yield steps
        if broken_step:
            self._is_finite, self._step = False, broken_step

    def _evaluates(self) -> bool:
        return is_evaluation_step(self._step, self._total, self._config.eval_every, self._per_epoch)

    def _milestones(self) -> Iterator[Event]:
        """Yield the evaluation and the snapshot that are due after this step."""
        if self._evaluates():
            yield from self._evaluate(self._data.evaluation_split)
        if self._step in self._snapshots and self._is_finite:
            yield Weights(self._step, self.learner.weights(), keep=True)
            self._glimpsed_step, self._glimpsed_at = self._step, time.perf_counter()

    # ---- orders

    def _poll(self) -> Iterator[Event]:
        self._orders = self._controls.poll()
        self._next_poll = time.perf_counter() + POLL_S
        self._pacer.follow(self._orders.pace, self._step)
        rate = self._orders.learning_rate
        if rate is None or rate == self._ordered_rate:
            return
        self._ordered_rate = rate
        if rate != self._rate.base(self._step):
            yield from self._tell_chunk()
            self._rate.change(self._step, rate)
            yield LearningRateChanged(self._step, rate)

    def _must_wait(self) -> bool:
        return self._orders.command == "pause" and self._step >= self._orders.run_until

    def _wait(self) -> Iterator[Event]:
        """Say where the run stands, then wait until it may take a step or must end."""
        yield from self._tell_chunk()
        if not self._is_finite:
            return
        yield from self._evaluate(self._data.evaluation_split)
        yield from self._glimpse()
        if not self._is_waiting:
            self._is_waiting = True
            yield Paused(self._step)
        self._watch.stop()
        while self._must_wait():
            time.sleep(WAIT_S)
            yield from self._poll()
        self._watch.go()
        self._chunk.restart(self._step)
        self._pacer.restart(self._orders.pace, self._step)
        if self._orders.command == "run":
            self._is_waiting = False
            yield Resumed(self._step)

    def _idle(self) -> Iterator[Event]:
        """Let the pace's time pass, in short sleeps, and say meanwhile what is to be said."""
        self._watch.stop()
        now = time.perf_counter()
        if now - self._chunk.since >= CHUNK_S:
            yield from self._tell_chunk()
        if now - self._glimpsed_at >= GLIMPSE_S:
            yield from self._glimpse()
        time.sleep(IDLE_S)
        self._watch.go()

    # ---- what is said

    def _started(self) -> Started:
        return Started(
            step=self._step,
            total_steps=self._total,
            steps_per_epoch=self._per_epoch,
            train_count=self._data.train_count,
            evaluation_split=self._data.evaluation_split,
            evaluation_count=len(self._splits[self._data.evaluation_split][1]),
            parameter_count=self._weight_bytes // 4,
            path=self.learner.path,
            threads=torch.get_num_threads(),
        )

    def _score(self, split: str) -> Score:
        """Return the model's score on a split, computed once for each step."""
        if self._scores.get(split, (-1, None))[0] != self._step:
            self._scores[split] = (self._step, evaluate(self.learner, *self._splits[split]))
        return self._scores[split][1]

    def _evaluate(self, split: str) -> Iterator[Event]:
        """Yield the score on `split`, unless it has been told for this step or is no finite number."""
        if self._scores.get(split, (-1, None))[0] == self._step:
            return
        score = self._score(split)
        if not math.isfinite(score.loss):
            self._is_finite = False
            return
        strip = score.logits[:STRIP_SIZE] if split == "test" else self._strip_logits()
        yield Evaluated(self._step, split, score.loss, score.accuracy, strip.argmax(1).numpy())

    def _strip_logits(self) -> torch.Tensor:
        with torch.no_grad():
            return self.learner.logits(self._splits["test"][0][:STRIP_SIZE]).cpu()

    def _glimpse(self) -> Iterator[Event]:
        self._glimpsed_at = time.perf_counter()
        if self._glimpsed_step != self._step and self._is_finite:
            self._glimpsed_step = self._step
            yield Weights(self._step, self.learner.weights(), keep=False)

    def _end(self) -> Iterator[Event]:
        """Yield what closes the run: a checkpoint for later, or the last figures, or that it diverged."""
        yield from self._tell_chunk()
        if self._is_finite and self._orders.command == "interrupt" and self._step < self._total:
            yield self._checkpoint()
            return
        if self._is_finite:
            yield from self._evaluate(self._data.evaluation_split)
        if self._is_finite:
            yield from self._evaluate("test")
        if not self._is_finite:
            yield self._diverged()
            return
        if self._step < self._total:
            yield Weights(self._step, self.learner.weights(), keep=True)
            yield self._checkpoint()
        yield Logits(self._step, "test", self._score("test").logits.numpy())
        reason = "finished" if self._step == self._total else "stopped"
        yield Finished(self._step, reason, self._watch.elapsed_s)

    def _diverged(self) -> Diverged:
        rate = self._rate.at(max(self._step - 1, 0))
        return Diverged(
            step=self._step,
            elapsed_s=self._watch.elapsed_s,
            message=f"The loss stopped being a finite number at step {self._step} (learning rate {rate:g}).",
            remedy=f"Try a learning rate of {rate / 10:g}, a tenth of this one.",
        )

    # ---- checkpoints

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
            epoch_state=self._order.epoch_state,
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
            self.learner = _build_learner(self._data, self._config, state.path)
        torch.set_num_threads(state.threads)
        self.learner.load_weights(state.weights)
        self.learner.load_optimizer_state(state.optimizer_tensors, state.optimizer_numbers)
        self._order.restore(state.epoch_state, state.step)
        self._rate.changes = list(state.learning_rate_changes)
        self._ordered_rate = state.ordered_rate
        self._watch.set(state.elapsed_s)
        self._step = self._glimpsed_step = state.step
        self._chunk = Chunk(self.learner, state.step)

    def replay(self, changes: Sequence[tuple[int, float]]) -> None:
        """Let recorded live changes of the learning rate come again at their steps."""
        self._rate.changes = sorted({**dict(self._rate.changes), **dict(changes)}.items())
