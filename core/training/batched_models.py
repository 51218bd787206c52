"""Many softmax regressions for little more than one: side by side, each as if it were trained alone.

They share what costs most beside the products themselves: a mini-batch is gathered and turned into numbers once, and
softmax, records and updates are done for all models in one call each. What differs from one to the next is the
learning rate, the penalty or the initialisation.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from core.config.run_config import RunConfig, differing_fields
from core.datasets import ImageData
from core.protocol.controls import Controls, FreeRun
from core.protocol.events import Event
from core.protocol.turns import Turns, Unshared
from core.training.closed_form import Buffers, ClosedFormLearner, only_first_is_right
from core.training.data import TrainingData, training_data
from core.training.learner import chunk_capacity
from core.training.matmul import gradients_of_all_into, scores_of_all_into
from core.training.path_selection import may_join
from core.training.run_state import RunState
from core.training.threads import held_to, threads_for
from core.training.training_run import IDLE_S, POLL_S, WAIT_S, Run


def train_many(
    data: ImageData,
    configs: Sequence[RunConfig],
    controls: Sequence[Controls] = (),
    *,
    extra: ImageData | None = None,
    checkpoint_every_s: float | None = None,
    threads: int | None = None,
    turns: Turns | None = None,
) -> Iterator[tuple[int, Event]]:
    """Yield (position in `configs`, event): of each run what `core.training.loop.train` would say of it alone.

    Each run obeys its own "stop", "interrupt" and learning rate; pause and pace are those of the first that has
    not ended, and hold for all.

    Raises: ValueError for configs that may not be joined.
    """
    for config in configs:
        if not may_join(config, configs[0]):
            refused = "these runs cannot be trained side by side"  # not said: for programmers
            differing = ", ".join(differing_fields(config, configs[0])) or "the model"  # not said: see above
            raise ValueError(f"{refused}: they differ in {differing}")
    with held_to(threads or threads_for(configs[0])):
        learned = training_data(configs[0], data, extra)
        learners = [ClosedFormLearner(config, learned) for config in configs]
        free = [FreeRun() for _ in configs]
        runs = [
            Run(RunState(learned, config, learner), control, checkpoint_every_s)
            for config, learner, control in zip(configs, learners, controls or free, strict=True)
        ]
        yield from _Group(runs, BatchedLearner(configs, learned, learners), turns or Unshared()).events()


class BatchedLearner:
    """M learners whose parameters and records lie in one memory, so that one step moves all of them."""

    def __init__(
        self, configs: Sequence[RunConfig], data: TrainingData, learners: list[ClosedFormLearner]
    ) -> None:
        config = configs[0]
        self._images, self._labels = data.images.flatten(1), data.labels
        self._learners, self._first = learners, learners[0]
        self._momentum, self._nesterov = config.momentum, config.nesterov
        M, (K, D) = len(learners), learners[0].weight.shape
        self._weight, self._bias = torch.zeros(M, K, D), torch.zeros(M, K, 1)
        self._gradients = torch.zeros(M, K, D), torch.zeros(M, K, 1)
        self._velocity = torch.zeros(M, K, D), torch.zeros(M, K, 1)
        capacity = chunk_capacity(config.batch_size)
        self._picked = torch.zeros(capacity, M, config.batch_size)
        self._top = torch.zeros(capacity, M, config.batch_size)
        for m, learner in enumerate(learners):
            velocity = (self._velocity[0][m], self._velocity[1][m]) if config.momentum else None
            learner.live_in(self._weight[m], self._bias[m], velocity)
            learner.record_in(self._picked[:, m], self._top[:, m])
        self._buffers: dict[int, tuple[Buffers, Tensor, Tensor, Tensor]] = {}
        self._weight_array, self._gradient_array = self._weight.numpy(), self._gradients[0].numpy()
        self._rates, self._rate_column = [0.0], torch.zeros(1)
        penalties = [config.l2 for config in configs]
        self._l2 = torch.tensor(penalties).view(-1, 1, 1) if any(penalties) else None

    @np.errstate(over="ignore", invalid="ignore")  # a run that diverges is told by its loss
    def step(self, batch: Tensor, learning_rates: list[float], slot: int) -> None:
        """Do one update of every model on the images at positions `batch`; see Learner.step."""
        M, B = len(self._learners), len(batch)
        shared, scores, errors, minus_one = self._buffers_for(B)
        labels = self._labels.index_select(0, batch).expand(M, 1, B)
        torch.index_select(self._images, 0, batch, out=shared.pixels)
        self._first.scale(shared.pixels, shared.inputs)
        scores_of_all_into(scores.numpy(), self._weight_array, shared.inputs_array)
        torch.add(self._bias, scores, alpha=self._first.factor, out=scores)
        log_probabilities = torch.log_softmax(scores, 1)  # (M, K, B)
        self._record(log_probabilities, labels, slot)
        torch.exp(log_probabilities, out=errors)
        errors.scatter_add_(1, labels, minus_one)
        gradients_of_all_into(self._gradient_array, errors.numpy(), shared.inputs_array)
        torch.sum(errors, 2, keepdim=True, out=self._gradients[1])
        self._update(learning_rates, B)

    def _record(self, log_probabilities: Tensor, labels: Tensor, slot: int) -> None:
        B = labels.shape[2]
        self._picked[slot, :, :B] = log_probabilities.gather(1, labels)[:, 0]
        self._top[slot, :, :B] = log_probabilities.amax(1)
        for m, learner in enumerate(self._learners):
            learner.sizes[slot] = B
            if learner.is_undecided:
                only_first_is_right(self._top[slot, m, :B], labels[m, 0])
                learner.is_undecided = False

    def _update(self, learning_rates: list[float], B: int) -> None:
        """Take torch.optim.SGD's step for every model with its own learning rate and penalty."""
        if learning_rates != self._rates:
            self._rates, self._rate_column = learning_rates, torch.tensor(learning_rates).view(-1, 1, 1)
        scales = self._first.factor / B, 1 / B
        parameters = self._weight, self._bias
        for parameter, gradient, velocity, scale in zip(
            parameters, self._gradients, self._velocity, scales, strict=True
        ):
            if self._l2 is None and not self._momentum:
                parameter.addcmul_(gradient, self._rate_column, value=-scale)
                continue
            gradient.mul_(scale)
            if self._l2 is not None:
                gradient.addcmul_(parameter, self._l2)
            direction = gradient
            if self._momentum:
                velocity.mul_(self._momentum).add_(gradient)
                direction = gradient.add(velocity, alpha=self._momentum) if self._nesterov else velocity
            parameter.addcmul_(direction, self._rate_column, value=-1)

    def _buffers_for(self, B: int) -> tuple[Buffers, Tensor, Tensor, Tensor]:
        if B not in self._buffers:
            M, K, D = self._weight.shape
            shared = Buffers(B, D, K)
            scores, errors = torch.empty(M, K, B), torch.empty(M, K, B)
            self._buffers[B] = shared, scores, errors, torch.full((M, 1, B), -1.0)
        return self._buffers[B]


class _Group:
    """The runs of one group in progress; those that have ended stay in memory but are told no more of."""

    def __init__(self, runs: list[Run], learner: BatchedLearner, turns: Turns) -> None:
        self._runs, self._learner, self._turns = runs, learner, turns
        self._order = runs[0].state.order
        for run in runs:
            run.state.order = self._order
        self._live = list(range(len(runs)))
        self._step = 0

    def events(self) -> Iterator[tuple[int, Event]]:
        """Yield everything that the runs say, from their starts to their ends."""
        for i in self._live:
            yield from _of(i, [self._runs[i].state.started()])
            yield from _of(i, self._runs[i].poll())
            yield from _of(i, self._runs[i].milestones())
        next_poll = 0.0
        while self._live:
            now = time.perf_counter()
            if now >= next_poll:
                if self._turns.is_over():
                    self._turns.give_back()
                for i in self._live:
                    yield from _of(i, self._runs[i].poll())
                next_poll = time.perf_counter() + POLL_S * (1 + len(self._live) / 4)
            yield from self._end_those_that_must()
            if self._live:
                yield from self._go_on()

    def _end_those_that_must(self) -> Iterator[tuple[int, Event]]:
        for i in [i for i in self._live if self._runs[i].is_over or self._runs[i].must_end()]:
            self._live.remove(i)
            self._turns.take()
            yield from _of(i, self._runs[i].end())

    def _go_on(self) -> Iterator[tuple[int, Event]]:
        """Do one step of all, or wait with the first for its next."""
        leader = self._runs[self._live[0]]
        if leader.must_wait():
            if not leader.is_halted:
                self._take_turn()
            for i in self._live:
                yield from _of(i, self._runs[i].pause())
            self._turns.give_back()
            time.sleep(WAIT_S)
            return
        for i in self._live:
            yield from _of(i, self._runs[i].resume())
        if leader.is_step_due():
            self._take_turn()
            batch = self._order.batch(self._step)
            rates = [run.state.learning_rate for run in self._runs]
            self._learner.step(batch, rates, leader.state.slot)
            self._step += 1
            for i in self._live:
                self._runs[i].state.count(len(batch))
        else:
            with self._clocks_stopped():
                self._turns.give_back()
                time.sleep(IDLE_S)
        if any(self._runs[i].has_news() for i in self._live):
            for i in self._live:  # all at once: they record their steps in the same places
                yield from _of(i, self._runs[i].flush_steps())
                yield from _of(i, self._runs[i].due_events())

    def _take_turn(self) -> None:
        """Have a turn to compute."""
        if not self._turns.is_mine:
            with self._clocks_stopped():
                self._turns.take()

    @contextmanager
    def _clocks_stopped(self) -> Iterator[None]:
        """Let the clocks of all runs stand still within the block."""
        watches = [self._runs[i].state.watch for i in self._live]
        for watch in watches:
            watch.stop()
        yield
        for watch in watches:
            watch.go()


def _of(i: int, events: Iterable[Event]) -> Iterator[tuple[int, Event]]:
    """Yield events with the position of the run that said them."""
    for event in events:
        yield i, event
