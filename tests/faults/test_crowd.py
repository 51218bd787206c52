"""Many at once: two apps on one store, hundreds of runs queued and cancelled at random, and nothing leaking."""

import random
import signal
from pathlib import Path

import pytest

from core.protocol.events import TERMINAL
from tests.faults.conftest import LONG, SHORT, SLOW, ended, running
from tests.faults.processes import family, gone, send_all
from tests.polling import until

pytestmark = pytest.mark.faults


def test_two_apps_share_a_store_its_queue_and_the_cores(app_in, tmp_path):
    first, store = app_in(tmp_path)
    second, _ = app_in(tmp_path)
    ids = [store.create(SHORT, pace="steps:100") for _ in range(8)]
    for number, run_id in enumerate(ids):
        (first, second)[number % 2].submit(run_id)

    def all_ended() -> bool:
        assert store.threads_in_work() <= 2
        return all(row.has_ended for row in store.list())

    until(all_ended, "every run to end", 180)
    assert [(row.status, row.attempt) for row in store.list()] == [("finished", 1)] * 8


def test_when_one_of_two_apps_is_killed_the_other_carries_on(app_in, tmp_path):
    first, store = app_in(tmp_path, cores=1)
    run_id = store.create(LONG, pace=SLOW)
    first.submit(run_id)
    running(store, run_id, step=3)
    second, _ = app_in(tmp_path, cores=1)
    waiting = store.create(SHORT)
    second.submit(waiting)
    pids = family(first.process.pid)
    send_all(pids, signal.SIGKILL)
    gone(pids)
    assert ended(store, waiting).status == "finished"
    assert store.get(run_id).state == "interrupted", "the other app wrote the loss down"
    second.submit(run_id)
    store.order(run_id, pace="full")
    assert ended(store, run_id).status == "finished"


@pytest.mark.parametrize("count", [50, pytest.param(200, marks=pytest.mark.long)])
def test_runs_queued_and_cancelled_at_random_leave_nothing_stuck(shared_app, count):
    app, store = shared_app
    chance = random.Random(7)
    ids: list[str] = []
    for number in range(count):
        run_id = store.create(SHORT, pace=chance.choice(["full", "steps:200"]))
        ids.append(run_id)
        if number % 3 == 0:
            app.submit(run_id)
        for victim in chance.sample(ids, min(len(ids), 2)):
            orders = chance.choice(
                [{"command": "stop"}, {"command": "stop"}, {"command": "pause"}, {"one_step": True}]
            )
            store.order(victim, **orders)
        if number % 20 == 0:
            store.delete(chance.choice(ids))
    for run_id in ids:
        store.order(run_id, command=chance.choice(["run", "stop"]))
    until(lambda: all(store.get(run_id).has_ended for run_id in ids), "every run to end", 300, every_s=0.2)
    for run_id in ids:
        row, events = store.get(run_id), store.events_since(run_id).events
        assert row.status in ("finished", "stopped")
        assert row.attempt <= 1
        assert [isinstance(event, TERMINAL) for event in events].count(True) == 1
        assert isinstance(events[-1], TERMINAL)
    leases = Path(f"{store.database.path}.leases")
    until(lambda: not any(leases.iterdir()), "every lease to be given back")
    assert store.in_work() == []


def descriptors(pid: int) -> int:
    """Return how many files the process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


@pytest.mark.parametrize("count", [8, pytest.param(30, marks=pytest.mark.long)])
def test_runs_leave_processes_and_open_files_as_they_were(shared_app, count):
    app, store = shared_app

    def train(count: int) -> tuple[int, int]:
        """Return (processes, the runner's open files) after some more runs, once it is quiet."""
        ids = [store.create(SHORT) for _ in range(count)]
        for run_id in ids:
            app.submit(run_id)
        for run_id in ids:
            assert ended(store, run_id).status == "finished"
        quiet: list[tuple[int, int]] = []

        def is_quiet() -> bool:
            quiet.append((len(family(app.runner)), descriptors(app.runner)))
            return len(quiet) > 60 and len(set(quiet[-60:])) == 1

        until(is_quiet, "the processes to settle", 90, every_s=0.05)
        return quiet[-1]

    before = train(4)
    assert train(count) == before


def test_a_long_pause_gives_its_worker_up_when_others_wait_and_takes_one_again(shared_app):
    app, store = shared_app
    paused = store.create(LONG, command="pause", run_until=7, pace=SLOW)
    app.submit(paused)
    until(lambda: store.get(paused).step == 7 and store.get(paused).status == "paused", "the pause")
    waiting = store.create(SHORT)
    app.submit(waiting)
    assert store.get(waiting).status == "queued"
    assert ended(store, waiting).status == "finished"
    row = store.get(paused)
    assert (row.status, row.step, row.attempt) == ("paused", 7, 1)
    store.order(paused, one_step=True)

    def stands_at_8() -> bool:
        row = store.get(paused)
        return (row.step, row.status) == (8, "paused")

    until(stands_at_8, "one step in a new worker")
    assert store.get(paused).attempt == 2
    store.order(paused, command="run", pace="full")
    assert ended(store, paused).step == 4000
