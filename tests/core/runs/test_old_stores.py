"""Stores as earlier commits left them: nothing in them is orphaned, and they are kept as they were."""

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from core.config.app_settings import Settings
from core.datasets import load
from core.pretrained.registry import SHIPPED, recorded_events, renew_shipped, shipped_config, shipped_weights
from core.protocol.events import Evaluated, Started
from core.runs import Store
from core.search import Searches
from tests.core.runs.old_stores import ACCURACIES, COMMITS, RUNS, TRIALS, described, unpack


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


@pytest.fixture(params=COMMITS)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return the file of a commit's store, beside it the own data."""
    return unpack(request.param, tmp_path)


def opened(path: Path) -> Store:
    return Store(settings=Settings(data=str(path.parent)))


def test_every_run_is_listed_with_its_owner_its_status_and_its_own_figures(old: Path) -> None:
    store = opened(old)
    rows, unreadable = store.listing()
    assert unreadable == []
    ready = {"softmax-mnist", "softmax-fashion"}
    ours = [row for row in rows if row.id not in ready]
    assert {row.id for row in rows} > ready
    trials = {row.name: (row.owner, row.status, row.step) for row in ours if row.group_id}
    assert sorted(trials.values()) == TRIALS
    assert described([row for row in ours if not row.group_id]) == RUNS
    told = {row.name: row.test_accuracy for row in ours if row.name in ACCURACIES}
    assert told == pytest.approx(ACCURACIES)


def test_all_that_runs_have_said_and_learned_is_there(old: Path) -> None:
    store = opened(old)
    for row in store.list(statuses=["finished", "stopped", "paused", "interrupted"]):
        events = store.events_since(row.id).events
        assert isinstance(events[0], Started)
        if row.status == "finished":
            last = [event for event in events if isinstance(event, Evaluated) and event.split == "test"][-1]
            assert last.accuracy == row.test_accuracy
        for step in store.snapshots(row.id):
            assert all(np.isfinite(array).all() for array in store.snapshot(row.id, step).values())
        assert (store.checkpoint(row.id) is None) == (row.status == "finished")


def test_own_data_and_the_search_on_it_are_there(old: Path) -> None:
    store = opened(old)
    (run,) = [row for row in store.list() if row.name == "on own data"]
    data = load(run.dataset, old.parent)
    assert (data.spec.title, len(data.train_labels), len(data.test_labels)) == ("Bars", 48, 12)
    (search,) = Searches(store).newest()
    assert (search.name, search.state, search.plan.base.dataset) == ("a search", "finished", run.dataset)
    assert len(store.list(group_id=search.id)) == search.plan.planned_trials == 2


def test_it_is_kept_as_it_was_and_only_once(old: Path) -> None:
    before = dump(old)
    first = opened(old)
    assert len(first.notices) == 1
    first.close()
    backup = old.with_name("inkling.db.version-1")
    assert dump(backup) == before
    second = opened(old)
    assert second.notices == ()
    assert [file.name for file in old.parent.glob("inkling.db.version*")] == [backup.name]


def test_its_queue_goes_on_where_it_was(old: Path) -> None:
    store = opened(old)
    (queued,) = store.waiting()
    assert queued.config is not None
    assert store.claim(queued.run_id)
    (interrupted,) = store.list(statuses=["interrupted"])
    assert store.enqueue(interrupted.id)
    (paused,) = store.list(statuses=["paused"])
    store.order(paused.id, command="run")
    assert [entry.run_id for entry in store.waiting()] == [interrupted.id, paused.id]


def test_its_ready_runs_become_the_shipped_ones_at_their_place_and_nothing_else_changes(old: Path) -> None:
    store = opened(old)
    before = {row.id: row for row in store.list()}
    ready = [name for name in SHIPPED if name in before]
    earlier = {name: store.newest_weights(name)[1] for name in ready}
    assert set(ready) == {"softmax-mnist", "softmax-fashion"}

    renewed = renew_shipped(store)

    assert renewed == [name for name in ready if not same(earlier[name], shipped_weights(name))]
    assert renewed == ["softmax-mnist"], "it was trained on fewer ways of writing; the other is as it was"
    after = {row.id: row for row in store.list()}
    assert [*after] == [*before]
    for name in ready:
        assert same(store.newest_weights(name)[1], shipped_weights(name))
        assert after[name].config == shipped_config(name)
        told = [event for event in recorded_events(name) if isinstance(event, Evaluated)]
        assert after[name].test_accuracy == told[-1].accuracy
        assert (after[name].number, after[name].name) == (before[name].number, before[name].name)
    assert {i: row for i, row in after.items() if i not in renewed} == {
        i: row for i, row in before.items() if i not in renewed
    }


def same(arrays: dict[str, np.ndarray], others: dict[str, np.ndarray]) -> bool:
    return arrays.keys() == others.keys() and all(
        np.array_equal(arrays[name], others[name]) for name in arrays
    )
