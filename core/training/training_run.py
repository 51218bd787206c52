"""One run in progress: what it obeys between two steps, and what it says."""

import math
import time
from collections.abc import Iterator

import torch

from core.protocol.controls import Controls, RunCommands
from core.protocol.events import (
    STRIP_SIZE,
    Evaluated,
    Event,
    Finished,
    LearningRateChanged,
    Logits,
    Paused,
    Resumed,
    Weights,
)
from core.protocol.turns import Turns, Unshared
from core.training.divergence import diverged
from core.training.learner import Score, evaluate
from core.training.run_state import RunState
from core.training.schedule import SNAPSHOT_COUNT, Pacer, is_evaluation_step, snapshot_steps
from core.training.step_buffer import CHUNK_S

POLL_S = 0.05
GLIMPSE_S = 0.45  # between two glimpses: weights to be shown now, which the next replaces
WAIT_S = 0.05
IDLE_S = 0.04  # steps that come due meanwhile are done at once; more often than this nobody is shown any
SNAPSHOT_BUDGET_BYTES = 32 * 2**20


class Run:
    """One run in progress."""

    def __init__(
        self,
        state: RunState,
        controls: Controls,
        checkpoint_every_s: float | None,
        turns: Turns | None = None,
    ) -> None:
        self.state = state
        self._controls, self._turns = controls, turns or Unshared()
        self._pacer = Pacer(state.total_steps)
        weight_bytes = sum(array.nbytes for array in state.learner.weights().values())
        count = min(SNAPSHOT_COUNT, SNAPSHOT_BUDGET_BYTES // weight_bytes)
        self._snapshots = snapshot_steps(state.total_steps, max(3, count))
        self._splits = {split: state.data.split(split) for split in {state.data.evaluation_split, "test"}}
        self._orders = RunCommands()
        self._is_waiting = self.is_halted = False
        self.is_finite = True
        self._scores: dict[str, tuple[int, Score]] = {}
        self._closing_s = 0.0  # what the evaluations after the last step will take
        self._glimpsed_step = state.step  # nothing of a checkpoint's step has to be shown again
        self._glimpsed_at = self._checkpointed_at = time.perf_counter()
        self._checkpoint_every_s = math.inf if checkpoint_every_s is None else checkpoint_every_s
        self._next_poll = 0.0

    def events(self) -> Iterator[Event]:
        """Yield the whole run from where it stands."""
        yield self.state.started()
        yield from self.poll()  # now, so that the pace's time counts from here
        if self.state.step == 0:
            yield from self.milestones()
        while not self.is_over:
            if time.perf_counter() >= self._next_poll:
                if self._turns.is_over():
                    self._turns.give_back()
                yield from self.poll()
            if self.must_end():
                break
            if self.must_wait():
                yield from self._wait()
            elif not self.is_step_due():
                yield from self._idle()
            else:
                self.take_turn()
                self.state.update()
                if self.has_news():
                    yield from self.due_events()
        self.take_turn()
        yield from self.end()

    def take_turn(self) -> None:
        """Have a turn to compute; the run's clock stands still while it waits for one."""
        if not self._turns.is_mine:
            self.state.watch.stop()
            self._turns.take()
            self.state.watch.go()

    def _let_others_compute(self) -> None:
        """Give the turn in hand to whoever waits for it, and wait for another."""
        if self._turns.is_over():
            self._turns.give_back()
            self.take_turn()

    def has_news(self) -> bool:
        """Return whether anything is due after this update; after most there is nothing."""
        now = time.perf_counter()
        return (
            self._is_milestone()
            or self.state.chunk.is_due(self.state.step, now)
            or now - self._glimpsed_at >= GLIMPSE_S
            or self._is_checkpoint_due(now)
        )

    def _is_checkpoint_due(self, now: float) -> bool:
        return now - self._checkpointed_at >= self._checkpoint_every_s

    def _is_milestone(self) -> bool:
        return self._is_evaluation_due() or self.state.step in self._snapshots

    def due_events(self) -> Iterator[Event]:
        """Yield what is due after an update: the chunk, evaluation, snapshot, glimpse, checkpoint."""
        now = time.perf_counter()
        is_milestone, checkpoints = self._is_milestone(), self._is_checkpoint_due(now)
        if is_milestone or checkpoints or self.state.chunk.is_due(self.state.step, now):
            yield from self.flush_steps()
        if is_milestone:
            yield from self.milestones()
        if now - self._glimpsed_at >= GLIMPSE_S:
            yield from self._glimpse()
        if checkpoints and self.is_finite:
            self._checkpointed_at = time.perf_counter()
            yield self.state.checkpoint()

    def flush_steps(self) -> Iterator[Event]:
        """Yield the steps since the last time, if there are any."""
        state = self.state
        steps, broken_step = state.chunk.read(state.step, state.last_learning_rate, state.watch.elapsed_s)
        if steps:
            yield steps
        if broken_step:
            self.is_finite, state.step = False, broken_step

    def _is_evaluation_due(self) -> bool:
        state = self.state
        every = state.config.eval_every
        return is_evaluation_step(state.step, state.total_steps, every, state.steps_per_epoch)

    def milestones(self) -> Iterator[Event]:
        """Yield the evaluation and the snapshot that are due after this step."""
        if self._is_evaluation_due():
            yield from self._evaluate(self.state.data.evaluation_split)
        if self.state.step in self._snapshots and self.is_finite:
            yield Weights(self.state.step, self.state.learner.weights(), keep=True)
            self._glimpsed_step, self._glimpsed_at = self.state.step, time.perf_counter()

    # ---- orders

    def poll(self) -> Iterator[Event]:
        """Read the orders, and say so where they change the learning rate."""
        self._orders = self._controls.poll()
        self._next_poll = time.perf_counter() + POLL_S
        self._pacer.follow(self._orders.pace, self.state.step)
        yield from self._resumed()  # one that took a few steps only, and is now to go on
        state, rate = self.state, self._orders.learning_rate
        if rate is None or rate == state.ordered_rate:
            return
        state.ordered_rate = rate
        if rate != state.rate.base(state.step):
            yield from self.flush_steps()
            state.rate.change(state.step, rate)
            yield LearningRateChanged(state.step, rate)

    @property
    def is_over(self) -> bool:
        """Whether no step is left to do, or none can be."""
        return self.state.is_complete or not self.is_finite

    def must_end(self) -> bool:
        """Return whether the run has been told to stop or to leave off."""
        return self._orders.command in ("stop", "interrupt")

    def is_step_due(self) -> bool:
        """Return whether the pace lets the next step be done now."""
        return self._pacer.is_due(self.state.step, self.state.watch.elapsed_s, self._closing_s)

    def must_wait(self) -> bool:
        """Return whether the run is paused here."""
        return self._orders.command == "pause" and self.state.step >= self._orders.run_until

    def _wait(self) -> Iterator[Event]:
        """Wait until the run may take a step or must end."""
        self.take_turn()
        yield from self.pause()
        self._turns.give_back()
        while self.must_wait() and self.is_finite:
            time.sleep(WAIT_S)
            yield from self.poll()
        yield from self.resume()

    def pause(self) -> Iterator[Event]:
        """Say where the run stands and let its clock stand still; said once, however often it is asked."""
        if self.is_halted:
            return
        yield from self.flush_steps()
        if not self.is_finite:
            return
        yield from self._evaluate(self.state.data.evaluation_split)
        yield from self._glimpse()
        if not self._is_waiting:
            self._is_waiting = True
            yield Paused(self.state.step)
        self.is_halted = True
        self.state.watch.stop()

    def resume(self) -> Iterator[Event]:
        """Let the clock of a halted run go on; the run has resumed unless it is only to take a few steps."""
        if not self.is_halted:
            return
        self.is_halted = False
        state = self.state
        state.watch.go()
        state.chunk.restart(state.step)
        self._pacer.restart(self._orders.pace, state.step)
        yield from self._resumed()

    def _resumed(self) -> Iterator[Event]:
        """Say that the run goes on, if it does after a pause."""
        if self._is_waiting and not self.is_halted and self._orders.command == "run":
            self._is_waiting = False
            yield Resumed(self.state.step)

    def _idle(self) -> Iterator[Event]:
        """Let the pace's time pass, in short sleeps, and say meanwhile what is to be said."""
        self.state.watch.stop()
        now = time.perf_counter()
        if now - self.state.chunk.since >= CHUNK_S:
            yield from self.flush_steps()
        if now - self._glimpsed_at >= GLIMPSE_S:
            yield from self._glimpse()
        self._turns.give_back()
        time.sleep(IDLE_S)
        self.state.watch.go()

    # ---- what is said

    def _score(self, split: str) -> Score:
        """Return the model's score on a split, computed once for each step."""
        state = self.state
        if self._scores.get(split, (-1, None))[0] != state.step:
            began_s = state.watch.elapsed_s
            score = evaluate(state.learner, *self._splits[split], before_each=self._let_others_compute)
            self._scores[split] = (state.step, score)
            self._closing_s = (state.watch.elapsed_s - began_s) * len(self._splits)
        return self._scores[split][1]

    def _evaluate(self, split: str) -> Iterator[Event]:
        """Yield the score on `split`, unless it has no images, was told for this step or is no finite number."""
        if not len(self._splits[split][1]) or self._scores.get(split, (-1, None))[0] == self.state.step:
            return
        score = self._score(split)
        if not math.isfinite(score.loss):
            self.is_finite = False
            return
        strip = score.logits[:STRIP_SIZE]
        if split != "test":
            with torch.no_grad():
                strip = self.state.learner.logits(self._splits["test"][0][:STRIP_SIZE]).cpu()
        yield Evaluated(self.state.step, split, score.loss, score.accuracy, strip.argmax(1).numpy())

    def _glimpse(self) -> Iterator[Event]:
        self._glimpsed_at, step = time.perf_counter(), self.state.step
        if self._glimpsed_step != step and self.is_finite:
            self._glimpsed_step = step
            yield Weights(step, self.state.learner.weights(), keep=False)

    def end(self) -> Iterator[Event]:
        """Yield what closes the run: a checkpoint for later, or the last figures, or that it diverged."""
        yield from self.flush_steps()
        state = self.state
        if self.is_finite and self._orders.command == "interrupt" and not state.is_complete:
            yield state.checkpoint()
            return
        if self.is_finite:
            yield from self._evaluate(state.data.evaluation_split)
        if self.is_finite:
            yield from self._evaluate("test")
        if not self.is_finite:
            yield diverged(self.state)
            return
        if not state.is_complete:
            yield Weights(state.step, state.learner.weights(), keep=True)
            yield state.checkpoint()
        yield Logits(state.step, "test", self._score("test").logits.numpy())
        reason = "finished" if state.is_complete else "stopped"
        yield Finished(state.step, reason, state.watch.elapsed_s)
