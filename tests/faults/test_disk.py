"""A disk that is full or may not be written: told in words, survived, and gone on from when it is put right."""

import os

import pytest

from core.protocol.events import Steps
from core.runs import Store, StoreFull, StoreReadOnly
from tests.faults.conftest import LONG, SHORT, SLOW, ended, running
from tests.faults.lab import fill, remount
from tests.polling import until

pytestmark = pytest.mark.faults


def create_many(store: Store) -> None:
    for _ in range(200):
        store.create(SHORT)


def losses_of(store: Store, run_id: str) -> list[float]:
    chunks = [event for event in store.events_since(run_id).events if isinstance(event, Steps)]
    return [float(loss) for chunk in chunks for loss in chunk.losses]


def test_a_run_that_fills_the_disk_keeps_what_it_wrote_and_goes_on_when_there_is_room(small_disk, app_in):
    app, store = app_in(small_disk)
    reserve = small_disk / "inkling.db.reserve"
    until(reserve.exists, "the reserve")
    run_id = store.create(LONG, pace="steps:200")
    app.submit(run_id)
    running(store, run_id, step=20)
    fill(small_disk)
    until(lambda: store.get(run_id).status == "interrupted", "the full disk to be noticed")
    until(lambda: store.get(run_id).state == "interrupted", "the reason to be written down")
    row = store.get(run_id)
    assert row.cause == "disk_full"
    assert "is full" in row.message
    assert "Free some space" in row.remedy
    kept = losses_of(store, run_id)
    assert len(kept) == row.step >= 20
    fill(small_disk)
    with pytest.raises(StoreFull, match="Free some space, or delete runs"):
        create_many(store)
    remount(small_disk, "size=64m")
    app.submit(run_id)
    store.order(run_id, pace="full")
    assert ended(store, run_id).status == "finished"
    assert losses_of(store, run_id)[: len(kept)] == kept
    for waiting in store.list(statuses=["queued"]):
        store.order(waiting.id, command="stop")


@pytest.mark.long
def test_with_little_room_left_the_upkeep_makes_more_of_old_snapshots_and_the_next_run_finishes(
    small_disk, app_in
):
    app, store = app_in(small_disk, free_mb=0)
    old = store.create(SHORT)
    app.submit(old)
    row = ended(store, old)
    before = store.snapshots(old)
    assert len(before) > 10
    app.end()
    store.close()
    app, store = app_in(small_disk, free_mb=100)  # whose upkeep begins at once
    until(lambda: not store.count_thinnable(), "snapshots to go")
    assert {before[0], before[-1]} <= {*store.snapshots(old)} <= {before[0], row.best_step, before[-1]}
    assert store.newest_weights(old)[0] == row.step
    more = store.create(SHORT)
    app.submit(more)
    assert ended(store, more).status == "finished"


def test_a_full_disk_still_takes_a_stop_and_a_deletion(small_disk, app_in):
    app, store = app_in(small_disk)
    until((small_disk / "inkling.db.reserve").exists, "the reserve")
    run_id = store.create(LONG, command="pause", pace=SLOW)
    app.submit(run_id)
    until(lambda: store.get(run_id).status == "paused", "the pause")
    waiting = store.create(SHORT, queue=False)
    fill(small_disk)
    store.delete(waiting)
    assert [row.id for row in store.list()] == [run_id]
    assert store.get(waiting).status == "stopped"


def test_a_disk_that_may_not_be_written_shows_every_run_and_refuses_new_ones_in_words(small_disk, app_in):
    remount(small_disk, "size=64m")  # 4 MB may be full after a run, by what its log holds at the moment
    app, store = app_in(small_disk)
    run_id = store.create(SHORT)
    app.submit(run_id)
    ended(store, run_id)
    waiting = store.create(SHORT, queue=False)
    app.end()
    store.close()
    remount(small_disk, "ro")
    app, store = app_in(small_disk)
    assert store.is_read_only
    assert "can be read but not written" in store.notices[0]
    assert store.get(run_id).status == "finished"
    assert store.events_since(run_id).events
    assert store.newest_weights(run_id) is not None
    for write in (
        lambda: store.create(SHORT),
        lambda: store.rename(run_id, "x"),
        lambda: store.enqueue(waiting),
    ):
        with pytest.raises(StoreReadOnly, match="Allow writing there"):
            write()
    pid = app.runner
    remount(small_disk, "rw")
    app.submit(waiting)
    assert ended(store, waiting).status == "finished", "the same processes go on once they may write"
    assert app.runner == pid
    os.kill(pid, 0)
