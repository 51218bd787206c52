"""A run that is asked to let others compute: it does so between any two batches, of evaluations too."""

import numpy as np
import pytest

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.protocol.events import Evaluated, Event, Finished, Started, Weights
from core.training.loop import train


class AskedBackAtOnce:
    """Turns of which each is asked back as soon as it is in hand; `given_back` counts them."""

    def __init__(self) -> None:
        self.is_mine, self.given_back = False, 0

    def take(self) -> None:
        self.is_mine = True

    def give_back(self) -> None:
        self.given_back += self.is_mine
        self.is_mine = False

    def is_over(self) -> bool:
        return self.is_mine


@pytest.mark.parametrize("config", [RunConfig(), RunConfig(model="mlp"), RunConfig(model="cnn")])
def test_an_evaluation_lets_others_compute_between_its_batches(config, quick_mnist: ImageData):
    turns = AskedBackAtOnce()
    turns.take()  # as a worker does before it begins
    events = train(quick_mnist, config, threads=1, turns=turns)
    told: list[Event] = []
    while not isinstance(event := next(events), Evaluated):
        told.append(event)
    assert [type(one) for one in told] == [Started]
    assert event.step == 0
    batch = {"softmax": 500, "mlp": 500, "cnn": 100}[config.model]
    assert turns.given_back == np.ceil(1_200 / batch)
    events.close()


def test_whoever_else_computes_changes_no_bit(quick_mnist: ImageData):
    config = RunConfig(model="mlp", train_size=2_000, epochs=2, eval_every=7)
    alone = list(train(quick_mnist, config, threads=1))
    shared = list(train(quick_mnist, config, threads=1, turns=AskedBackAtOnce()))
    for events in (alone, shared):
        assert isinstance(events[-1], Finished)
    (one, other) = (
        [e for e in events if isinstance(e, Weights) and e.keep][-1] for events in (alone, shared)
    )
    assert all(np.array_equal(one.arrays[name], other.arrays[name]) for name in one.arrays)
    scores = [[(e.step, e.loss) for e in events if isinstance(e, Evaluated)] for events in (alone, shared)]
    assert scores[0] == scores[1]
