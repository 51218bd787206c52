"""Pruning: by age and number, never what is pinned, in work, waiting or being looked at."""

import time

import pytest

from core.config.run_config import RunConfig
from core.protocol.events import Finished
from core.runs.schema import RUNS
from tests.core.runs.conftest import claimed, open_store, started, told, weights

DAY_S = 86_400


def ended(store, age_days=0.0, seen_days=None):
    """Return the id of a finished run that ended some days ago and was last looked at some days ago."""
    run_id, _ = told(store, started(), weights(0), Finished(30, "finished", 1.0))
    now = time.time()
    values = {"ended_at": now - age_days * DAY_S, "created_at": now - age_days * DAY_S}
    if seen_days is not None:
        values["seen_at"] = now - seen_days * DAY_S
    with store.database.write() as connection:
        connection.execute(RUNS.update().where(RUNS.c.id == run_id).values(values))
    return run_id


def left(store):
    return {row.id for row in (*store.list(), *store.list(deleted=True))}


def test_by_default_nothing_goes_by_itself(store_path):
    store = open_store(store_path)
    ids = {ended(store, age_days=40_000) for _ in range(3)}
    assert store.prune() == []
    assert left(store) == ids


def test_a_clock_that_runs_ahead_takes_nothing_out_of_the_bin(store_path, monkeypatch):
    store = open_store(store_path)
    run_id = ended(store)
    store.delete(run_id)
    assert store.prune() == []
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 100 * DAY_S)
    assert store.prune() == []
    assert [row.id for row in store.list(deleted=True)] == [run_id]
    for day in range(1, 28):
        monkeypatch.setattr(time, "time", lambda day=day: now + (100 + day) * DAY_S)
        assert store.prune() == [], day
    for day in range(28, 31):
        monkeypatch.setattr(time, "time", lambda day=day: now + (100 + day) * DAY_S)
        store.prune()
    assert store.list(deleted=True) == []


def test_what_is_deleted_under_a_wrong_clock_lies_in_the_bin_as_long_as_anything(store_path, monkeypatch):
    store = open_store(store_path)
    store.prune()
    now = time.time()
    for years in (-50, 50):  # as with an empty battery, and as somebody typed it
        run_id = ended(store)
        monkeypatch.setattr(time, "time", lambda years=years: now + years * 365 * DAY_S)
        store.delete(run_id)
        monkeypatch.setattr(time, "time", lambda: now)
        assert store.prune() == []
        assert run_id in {row.id for row in store.list(deleted=True)}
    gone = []
    for day in range(1, 33):
        monkeypatch.setattr(time, "time", lambda day=day: now + day * DAY_S)
        gone += store.prune()
    assert len(gone) == 2


def test_a_run_goes_when_its_page_said_though_the_machine_was_off_for_weeks(store_path, monkeypatch):
    store = open_store(store_path)
    store.prune()
    day_s = time.time() + 100 * DAY_S
    monkeypatch.setattr(time, "time", lambda: day_s)
    store.delete(ended(store))
    (deleted,) = store.list(deleted=True)
    until_s = deleted.deleted_at + store.days_s(30)
    while not store.prune():
        day_s += DAY_S
    assert day_s == pytest.approx(until_s, abs=60)


def test_a_run_that_is_looked_at_stays_though_the_stores_time_is_days_from_the_clock(store_path, monkeypatch):
    store = open_store(store_path, kept_days=10)
    run_id = ended(store, age_days=99)
    now = time.time()
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: now + 100 * DAY_S)
        store.touch(run_id)
        assert store.prune() == []  # the store's time is now a day ahead of the clock
    store.touch(run_id)
    assert store.prune() == []
    monkeypatch.setattr(time, "time", lambda: now + 3600)
    assert store.prune() == [run_id]


def test_old_runs_go_and_young_ones_stay(store_path):
    store = open_store(store_path, kept_days=10)
    old, young = ended(store, age_days=11), ended(store, age_days=9)
    assert store.prune() == [old]
    assert left(store) == {young}
    assert store.snapshots(old) == []


def test_beyond_the_number_kept_the_oldest_go(store_path):
    store = open_store(store_path, kept_runs=3)
    ids = [ended(store) for _ in range(5)]
    assert store.prune() == ids[:2]
    assert left(store) == set(ids[2:])


@pytest.mark.parametrize("limits", [{"kept_days": 1}, {"kept_runs": 1}])
def test_pinned_open_waiting_and_running_runs_stay_whatever_their_age(store_path, limits):
    store = open_store(store_path, **limits)
    pinned, seen, looked_at = ended(store, 99), ended(store, 99, seen_days=0.01), ended(store, 99)
    store.pin(pinned)
    in_work, _ = claimed(store)
    waiting = store.create(RunConfig())
    gone = ended(store, 99)
    assert store.prune(open_ids=(looked_at,)) == [gone]
    assert left(store) == {pinned, seen, looked_at, in_work, waiting}


def test_a_run_last_looked_at_long_ago_goes(store_path):
    store = open_store(store_path, kept_days=10)
    run_id = ended(store, age_days=99, seen_days=50)
    assert store.prune() == [run_id]


def test_a_deleted_run_can_be_restored_until_its_time_is_over(store_path):
    patient, hasty = open_store(store_path), open_store(store_path, bin_days=0)
    run_id = ended(patient)
    patient.pin(run_id)
    patient.delete(run_id)
    assert patient.prune() == []
    patient.restore(run_id)
    assert hasty.prune() == []
    patient.delete(run_id)
    assert hasty.prune() == [run_id]


def test_a_clock_set_back_prunes_nothing(store_path, monkeypatch):
    store = open_store(store_path, kept_days=10)
    ended(store, age_days=9)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - 3600)
    assert store.prune() == []


def test_pruned_room_goes_back_to_the_disk(store_path):
    store = open_store(store_path, kept_runs=1)
    for _ in range(3):
        run_id, attempt = told(store, started())
        store.append(run_id, attempt, [weights(step) for step in range(40)])
        store.append(run_id, attempt, [Finished(30, "finished", 1.0)])
    ended(store)
    with store.database.read() as connection:
        before = connection.exec_driver_sql("PRAGMA page_count").scalar()
    assert len(store.prune()) == 3
    with store.database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA page_count").scalar() < before / 3
