"""Runs that come ready: adopted with what they said, listed like any other, once however often."""

import errno
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.protocol.events import Evaluated, Event, Finished, Logits, Started, Weights
from core.runs import Store
from core.runs.artifacts import ArtifactWriter
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


def told_otherwise(story: list[Event]) -> list[Event]:
    """Return the story of a training that began with other weights: the same settings but for the seed."""
    return [
        replace(event, arrays={name: array + 1 for name, array in event.arrays.items()})
        if isinstance(event, Weights)
        else replace(event, loss=event.loss + 1, accuracy=event.accuracy / 2)
        if isinstance(event, Evaluated)
        else event
        for event in story
        if not isinstance(event, Logits)
    ]


def test_a_renewed_run_says_what_is_new_and_keeps_its_place_and_peoples_words(
    store: Store, story: list[Event]
) -> None:
    words = {"owner": "somebody", "name": "ready", "note": "as it came", "pinned": True}
    run_id, other = (store.add_finished_run(CONFIG, story, run_id=i, **words) for i in ("ready", "other"))
    store.rename(run_id, "ours")
    store.note(run_id, "asked in class")
    store.tag(run_id, ["a"])
    before, cursor = store.get(run_id), store.events_since(run_id).cursor
    untouched = store.get(other)

    new, config = told_otherwise(story), replace(CONFIG, seed=7)
    assert store.renew_finished_run(run_id, config, new)

    row = store.get(run_id)
    kept = (
        "id",
        "number",
        "owner",
        "name",
        "note",
        "tags",
        "pinned",
        "created_at",
        "started_at",
        "ended_at",
        "status",
    )
    assert [getattr(row, name) for name in kept] == [getattr(before, name) for name in kept]
    assert (row.name, row.note, row.tags, row.config) == ("ours", "asked in class", ("a",), config)
    last = [e for e in new if isinstance(e, Evaluated)][-1]
    best = max((e for e in new if isinstance(e, Evaluated)), key=lambda e: e.accuracy)
    assert (row.test_accuracy, row.test_loss, row.step) == (last.accuracy, last.loss, before.step)
    assert (row.best_accuracy, row.best_loss, row.best_step) == (best.accuracy, best.loss, best.step)
    assert row.train_loss == before.train_loss, "the same steps were told again"
    weights = [e for e in new if isinstance(e, Weights)]
    assert store.snapshots(run_id) == [e.step for e in weights]
    for event in weights:
        np.testing.assert_array_equal(
            store.snapshot(run_id, event.step)["linear.weight"], event.arrays["linear.weight"]
        )
    assert store.logits(run_id) is None, "those of the earlier weights are gone"
    since = store.events_since(run_id, cursor)
    assert since.afresh, "whoever watches reads it all again"
    assert [type(e) for e in since.events] == [type(e) for e in store.events_since(other).events]
    assert store.get(other) == untouched


def test_many_renew_it_at_once_and_one_does(store: Store, story: list[Event], tmp_path: Path) -> None:
    run_id = store.add_finished_run(CONFIG, story)
    assert not store.renew_finished_run(run_id, CONFIG, story), "it is this already"

    def renew(_: int) -> bool:
        own = Store(f"sqlite:///{tmp_path / 'inkling.db'}")
        try:
            return own.renew_finished_run(run_id, CONFIG, told_otherwise(story))
        finally:
            own.close()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(renew, range(6))) == [False] * 5 + [True]
    assert len(store.events_since(run_id).events) == len(
        [e for e in story if not isinstance(e, Logits | Weights)]
    )


def test_a_deleted_run_is_renewed_where_it_lies_and_one_in_work_is_not(
    store: Store, story: list[Event]
) -> None:
    deleted = store.add_finished_run(CONFIG, story)
    store.delete(deleted)
    assert store.renew_finished_run(deleted, CONFIG, told_otherwise(story))
    assert store.list() == []
    store.restore(deleted)
    last = [e for e in story if isinstance(e, Evaluated)][-1]
    assert store.get(deleted).test_accuracy == last.accuracy / 2
    begun = store.create(CONFIG)
    assert store.claim(begun)
    assert not store.renew_finished_run(begun, CONFIG, story)
    assert store.get(begun).status == "running"


def test_a_renewal_that_fails_on_the_way_leaves_the_run_as_it_was(
    store: Store, story: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = store.add_finished_run(CONFIG, story)
    before, said = store.get(run_id), store.events_since(run_id)

    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(ArtifactWriter, "_write", full)
    with pytest.raises(OSError, match="no space"):
        store.renew_finished_run(run_id, CONFIG, told_otherwise(story))
    assert store.get(run_id) == before
    assert len(store.events_since(run_id).events) == len(said.events)
    assert store.logits(run_id) is not None
