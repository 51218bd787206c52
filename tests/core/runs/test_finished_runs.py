"""Runs that come ready: adopted with what they said, listed like any other, once however often."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.protocol.events import Evaluated, Event, Finished, Logits, Started, Weights
from core.runs import Store
from core.training.loop import train

CONFIG = RunConfig(train_size=500, epochs=1, eval_every=0)


@pytest.fixture(scope="module")
def story(mnist: ImageData) -> list[Event]:
    return list(train(mnist, CONFIG))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(f"sqlite:///{tmp_path / 'inkling.db'}")


def test_an_adopted_run_is_read_like_one_that_was_trained_here(store: Store, story: list[Event]) -> None:
    run_id = store.add_finished_run(CONFIG, story, name="ready", owner="somebody", tags=["a"], pinned=True)

    row = store.get(run_id)
    last = [e for e in story if isinstance(e, Evaluated)][-1]
    final = [e for e in story if isinstance(e, Weights)][-1]
    scores = next(e for e in story if isinstance(e, Logits))
    assert (row.status, row.name, row.owner, row.pinned, row.config) == (
        "finished",
        "ready",
        "somebody",
        True,
        CONFIG,
    )
    assert row.test_accuracy == last.accuracy
    assert store.snapshots(run_id)[-1] == final.step == row.step
    np.testing.assert_array_equal(
        store.snapshot(run_id, final.step)["linear.weight"], final.arrays["linear.weight"]
    )
    np.testing.assert_array_equal(store.logits(run_id), scores.logits)
    assert [e.step for e in store.events_since(run_id).events if isinstance(e, Evaluated)] == [0, 5]
    assert [found.id for found in store.list()] == [run_id]


def test_a_known_id_is_adopted_once_by_many_at_once_and_stays_deleted(
    store: Store, story: list[Event], tmp_path: Path
) -> None:
    def add(_: int) -> str:
        own = Store(f"sqlite:///{tmp_path / 'inkling.db'}")
        try:
            return own.add_finished_run(CONFIG, story, run_id="ready")
        finally:
            own.close()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(add, range(6))) == {"ready"}
    assert len(store.list()) == 1
    store.rename("ready", "mine now")
    store.delete("ready")
    store.add_finished_run(CONFIG, story, run_id="ready")
    assert store.list() == []
    store.restore("ready")
    assert store.get("ready").name == "mine now"


def test_logits_can_follow_later(store: Store, story: list[Event]) -> None:
    without = [e for e in story if not isinstance(e, Logits)]
    run_id = store.add_finished_run(CONFIG, without)
    assert store.logits(run_id) is None
    before = store.get(run_id).version
    store.add_logits(run_id, Logits(5, "test", np.arange(20, dtype=np.float32).reshape(2, 10)))
    assert store.logits(run_id)[1, 9] == 19
    assert store.get(run_id).version != before


def test_a_story_without_its_end_is_refused(store: Store, story: list[Event]) -> None:
    assert isinstance(story[0], Started)
    assert isinstance(story[-1], Finished)
    with pytest.raises(ValueError, match="begin with Started"):
        store.add_finished_run(CONFIG, story[:-1])
    assert store.list() == []
