"""Where room is short: what goes, of which runs, in which order, and what stays."""

import logging
import time
from pathlib import Path

import numpy as np
import pytest

from core.config.units import MB
from core.protocol.events import Evaluated, Finished
from core.runs import Store, disk_use, room
from core.runs.schema import RUNS
from tests.core.runs.conftest import claimed, open_store, started, steps, told, weights

STEPS = range(0, 31, 3)
BEST = 12
KEPT = [0, BEST, 30]
WHOLE = list(STEPS)
STRIP = np.zeros(20, np.int64)


def trained(store: Store, owner: str = "") -> str:
    """Return a finished run with eleven snapshots, best at step BEST."""
    run_id, attempt = claimed(store, owner=owner)
    scores = [Evaluated(step, "test", 1.0, 0.9 if step == BEST else 0.5, STRIP) for step in (BEST, 30)]
    store.append(
        run_id,
        attempt,
        [started(), steps(1, 30), *map(weights, STEPS), *scores, Finished(30, "finished", 1.0)],
    )
    return run_id


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Return what the disk has free besides the store's file, to be set: under "bytes"."""
    told = {"bytes": 5000 * MB}
    monkeypatch.setattr(
        room, "free_bytes", lambda folder: told["bytes"] - (folder / "inkling.db").stat().st_size
    )
    return told


def use_up(store: Store, free: dict[str, int], missing: int) -> None:
    """Have the disk lack so many bytes."""
    found = store.room()
    assert found is not None
    free["bytes"] -= found.free_bytes - 1000 * MB + missing


def test_where_there_is_room_nothing_goes(store: Store, free: dict[str, int]):
    run = trained(store)
    assert store.make_room() == 0
    assert store.snapshots(run) == WHOLE
    found = store.room()
    assert found is not None
    assert (found.missing_bytes, found.is_short_soon) == (0, False)
    use_up(store, free, -500 * MB)
    found = store.room()
    assert found is not None
    assert (found.missing_bytes, found.is_short_soon) == (0, True)
    assert store.make_room() == 0
    assert store.snapshots(run) == WHOLE


def test_the_oldest_go_first_until_there_is_room_and_first_best_and_last_stay(
    store: Store, free: dict[str, int]
):
    runs = [trained(store) for _ in range(3)]
    before = [(row.test_accuracy, row.best_step) for row in store.list()], store.events_since(runs[0]).events
    use_up(store, free, 300_000)  # eight snapshots of one run are 250 kB
    assert store.make_room() == 16
    assert [store.snapshots(run) for run in runs] == [KEPT, KEPT, WHOLE]
    after = [(row.test_accuracy, row.best_step) for row in store.list()], store.events_since(runs[0]).events
    assert repr(after) == repr(before)
    assert store.make_room() == 0


def test_what_is_pinned_looked_at_or_in_work_keeps_all(store: Store, free: dict[str, int]):
    pinned, seen, old, binned = (trained(store) for _ in range(4))
    store.pin(pinned)
    store.touch(seen)
    store.delete(binned)
    in_work, _ = told(store, started(), steps(1, 30), *map(weights, STEPS))
    assert store.count_thinnable() == 2
    free["bytes"] = 0
    assert store.make_room() == 16
    assert [store.snapshots(run) for run in (pinned, seen, in_work)] == [WHOLE] * 3
    assert [store.snapshots(run) for run in (old, binned)] == [KEPT] * 2
    assert store.count_thinnable() == 0
    with store.database.write() as connection:
        connection.execute(RUNS.update().where(RUNS.c.id == seen).values(seen_at=time.time() - 3600))
    assert store.make_room() == 8


def test_what_lies_in_the_bin_goes_before_all_others(store: Store, free: dict[str, int]):
    old, binned = trained(store), trained(store)
    store.delete(binned)
    use_up(store, free, 100_000)
    assert store.make_room() == 8
    assert (store.snapshots(old), store.snapshots(binned)) == (WHOLE, KEPT)


@pytest.mark.usefixtures("free")
def test_a_store_has_a_size_of_its_own_that_it_keeps_to(store_path: Path):
    store = open_store(store_path)
    runs = [trained(store) for _ in range(3)]
    size = store.room().store_bytes
    bounded = open_store(store_path, store_mb=(size - 200_000) / MB)
    assert bounded.make_room() == 8
    assert [store.snapshots(run) for run in runs] == [KEPT, WHOLE, WHOLE]
    assert bounded.room().store_bytes < size - 200_000
    assert open_store(store_path, free_mb=0).make_room() == 0
    assert open_store(store_path, store_mb=2 * size / MB).room().is_short_soon is False


def test_runs_are_counted_by_whose_they_are(store: Store):
    for owner in ("ada", "ada", "bob"):
        trained(store, owner)
    told(store, started(), weights(0), weights(30), Finished(30, "finished", 1.0))
    assert [store.count_thinnable(owner) for owner in ("ada", "bob", "eve", None)] == [2, 1, 0, 3]


def test_the_log_says_what_went_and_what_takes_how_much_and_does_not_repeat_itself(
    store: Store, free: dict[str, int], caplog: pytest.LogCaptureFixture
):
    trained(store)
    free["bytes"] = 0
    with caplog.at_level(logging.WARNING):
        for _upkeep in range(3):
            store.make_room()
    (line,) = caplog.messages
    assert line.startswith("room is short: 8 snapshots of weights removed. Snapshots of weights take 0.1 MB")
    assert "of their disk are free." in line


@pytest.mark.parametrize("folder", ["", "store"])
def test_what_takes_how_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str):
    monkeypatch.setattr(disk_use, "free_bytes", lambda folder: len(str(folder)))
    home = tmp_path / folder
    home.mkdir(exist_ok=True)
    store = open_store(home / "inkling.db", data=str(tmp_path))
    trained(store)
    for place, size in {
        "own/a/1": 3,
        "own-bin/b/2": 4,
        "arrays/mnist/5": 50,
        "MNIST/raw/6": 600,
        "surveys/7": 7,
    }.items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_bytes(bytes(size))
    (home / "inkling.db.version-1").write_bytes(bytes(1_000_000))
    use = store.disk_use()
    assert use is not None
    assert (use.own_datasets, use.cache, use.free) == (7, 7, len(str(home)))
    assert 650 <= use.unpacked_datasets < 5_000, "locks are there, too"
    files = sum(file.stat().st_size for file in home.glob("inkling.db*") if file.is_file())
    assert use.snapshots + use.rest_of_runs == files
    assert use.snapshots > 11 * 31_000
    assert use.rest_of_runs > 1_000_000
