"""One run in progress: what it obeys between two steps, and what it says."""

import math
import time
from collections.abc import Iterator

import torch

from core.config.run_config import RunConfig
from core.protocol.controls import Controls, RunCommands
from core.protocol.events import (
    STRIP_SIZE,
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
from core.training.data import TrainingData
from core.training.learner import Learner, Score, evaluate
from core.training.run_state import RunState
from core.training.schedule import SNAPSHOT_COUNT, Pacer, is_evaluation_step, snapshot_steps
from core.training.step_buffer import CHUNK_S

POLL_S = 0.05
GLIMPSE_S = 0.45
WAIT_S = 0.02
IDLE_S = 0.002
SNAPSHOT_BUDGET_BYTES = 32 * 2**20


class Run(RunState):
    """One run in progress."""

    def __init__(
        self,
        data: TrainingData,
        config: RunConfig,
        learner: Learner,
        controls: Controls,
        checkpoint_every_s: float | None,
    ) -> None:
        super().__init__(data, config, learner, checkpoint_every_s)
        self._controls = controls
        self._pacer = Pacer(self._total)
        count = min(SNAPSHOT_COUNT, SNAPSHOT_BUDGET_BYTES // self._weight_bytes)
        self._snapshots = snapshot_steps(self._total, max(3, count))
        self._splits = {split: data.split(split) for split in {data.evaluation_split, "test"}}
        self._orders = RunCommands()
        self._is_waiting = self._is_halted = False
        self.is_finite = True
        self._scores: dict[str, tuple[int, Score]] = {}
        self._glimpsed_step = -1
        self._glimpsed_at = time.perf_counter()
        self._next_poll = 0.0

    def restore(self, data: bytes) -> None:
        """Stand where the checkpoint was written; nothing of that step has to be shown again."""
        super().restore(data)
        self._glimpsed_step = self._step

    def events(self) -> Iterator[Event]:
        """Yield the whole run from where it stands."""
        yield self.started()
        if self._step == 0:
            yield from self.milestones()
        while not self.is_over:
            if time.perf_counter() >= self._next_poll:
                yield from self.poll()
            if self.must_end():
                break
            if self.must_wait():
                yield from self._wait()
            elif not self.is_step_due():
                yield from self._idle()
            else:
                self.update()
                if self.has_news():
                    yield from self.due_events()
        yield from self.end()

    def has_news(self) -> bool:
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

    def due_events(self) -> Iterator[Event]:
        """Yield what is due after an update: the chunk, evaluation, snapshot, glimpse, checkpoint."""
        now = time.perf_counter()
        is_milestone, checkpoints = self._is_milestone(), self._checkpoints(now)
        if is_milestone or checkpoints or self._chunk.is_due(self._step, now):
            yield from self.flush_steps()
        if is_milestone:
            yield from self.milestones()
        if now - self._glimpsed_at >= GLIMPSE_S:
            yield from self._glimpse()
        if checkpoints and self.is_finite:
            yield self._checkpoint()

    def flush_steps(self) -> Iterator[Event]:
        """Yield the steps since the last time, if there are any."""
        rate = self._rate.at(max(self._step - 1, 0))
        steps, broken_step = self._chunk.read(self._step, rate, self._watch.elapsed_s)
        if steps:
            yield steps
        if broken_step:
            self.is_finite, self._step = False, broken_step

    def _evaluates(self) -> bool:
        return is_evaluation_step(self._step, self._total, self._config.eval_every, self._per_epoch)

    def milestones(self) -> Iterator[Event]:
        """Yield the evaluation and the snapshot that are due after this step."""
        if self._evaluates():
            yield from self._evaluate(self._data.evaluation_split)
        if self._step in self._snapshots and self.is_finite:
            yield Weights(self._step, self.learner.weights(), keep=True)
            self._glimpsed_step, self._glimpsed_at = self._step, time.perf_counter()

    # ---- orders

    def poll(self) -> Iterator[Event]:
        """Read the orders, and say so where they change the learning rate."""
        self._orders = self._controls.poll()
        self._next_poll = time.perf_counter() + POLL_S
        self._pacer.follow(self._orders.pace, self._step)
        rate = self._orders.learning_rate
        if rate is None or rate == self._ordered_rate:
            return
        self._ordered_rate = rate
        if rate != self._rate.base(self._step):
            yield from self.flush_steps()
            self._rate.change(self._step, rate)
            yield LearningRateChanged(self._step, rate)

    @property
    def is_over(self) -> bool:
        """Whether no step is left to do, or none can be."""
        return self._step >= self._total or not self.is_finite

    def must_end(self) -> bool:
        """Return whether the run has been told to stop or to leave off."""
        return self._orders.command in ("stop", "interrupt")

    def is_step_due(self) -> bool:
        """Return whether the pace lets the next step be done now."""
        return self._pacer.is_due(self._step)

    def must_wait(self) -> bool:
        """Return whether the run is paused here."""
        return self._orders.command == "pause" and self._step >= self._orders.run_until

    def _wait(self) -> Iterator[Event]:
        """Wait until the run may take a step or must end."""
        yield from self.pause()
        while self.must_wait() and self.is_finite:
            time.sleep(WAIT_S)
            yield from self.poll()
        yield from self.resume()

    def pause(self) -> Iterator[Event]:
        """Say where the run stands and let its clock stand still; said once, however often it is asked."""
        if self._is_halted:
            return
        yield from self.flush_steps()
        if not self.is_finite:
            return
        yield from self._evaluate(self._data.evaluation_split)
        yield from self._glimpse()
        if not self._is_waiting:
            self._is_waiting = True
            yield Paused(self._step)
        self._is_halted = True
        self._watch.stop()

    def resume(self) -> Iterator[Event]:
        """Let the clock of a halted run go on; the run has resumed unless it is only to take a few steps."""
        if not self._is_halted:
            return
        self._is_halted = False
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
            yield from self.flush_steps()
        if now - self._glimpsed_at >= GLIMPSE_S:
            yield from self._glimpse()
        time.sleep(IDLE_S)
        self._watch.go()

    # ---- what is said

    def started(self) -> Started:
        """Return the run's first word."""
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
            self.is_finite = False
            return
        strip = score.logits[:STRIP_SIZE] if split == "test" else self._strip_logits()
        yield Evaluated(self._step, split, score.loss, score.accuracy, strip.argmax(1).numpy())

    def _strip_logits(self) -> torch.Tensor:
        with torch.no_grad():
            return self.learner.logits(self._splits["test"][0][:STRIP_SIZE]).cpu()

    def _glimpse(self) -> Iterator[Event]:
        self._glimpsed_at = time.perf_counter()
        if self._glimpsed_step != self._step and self.is_finite:
            self._glimpsed_step = self._step
            yield Weights(self._step, self.learner.weights(), keep=False)

    def end(self) -> Iterator[Event]:
        """Yield what closes the run: a checkpoint for later, or the last figures, or that it diverged."""
        yield from self.flush_steps()
        if self.is_finite and self._orders.command == "interrupt" and self._step < self._total:
            yield self._checkpoint()
            return
        if self.is_finite:
            yield from self._evaluate(self._data.evaluation_split)
        if self.is_finite:
            yield from self._evaluate("test")
        if not self.is_finite:
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
