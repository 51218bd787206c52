"""Many at once: two apps on one store, hundreds of runs queued and cancelled at random, and nothing leaking."""

import os
import random
import signal
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from core.config.run_config import RunConfig
from core.protocol.events import TERMINAL
from core.runs import Store
from tests.faults.conftest import LONG, SHORT, SLOW, App, ended, running
from tests.faults.processes import family, gone, send_all, worker_of
from tests.polling import until

pytestmark = pytest.mark.faults


def test_two_apps_share_a_store_and_its_queue(app_in, tmp_path):
    first, store = app_in(tmp_path)
    second, _ = app_in(tmp_path)
    ids = [store.create(SHORT, pace="steps:100") for _ in range(8)]
    for number, run_id in enumerate(ids):
        (first, second)[number % 2].submit(run_id)

    def all_ended() -> bool:
        assert len(store.in_work()) <= 4
        return all(row.has_ended for row in store.list())

    until(all_ended, "every run to end", 180)
    assert [(row.status, row.attempt) for row in store.list()] == [("finished", 1)] * 8


@pytest.mark.long
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
    until(
        lambda: {path.name for path in leases.iterdir()} <= {"runner"}, "every run's lease to be given back"
    )
    assert store.in_work() == []


MIXED = [
    (replace(LONG, epochs=20, seed=1), "full"),
    (replace(LONG, epochs=20, seed=2, momentum=0.9, nesterov=True), "steps:200"),
    (replace(LONG, epochs=10, seed=3, optimizer="adam", learning_rate=0.01), "film:4"),
    (replace(LONG, epochs=10, seed=4, model="mlp", hidden_sizes=(32,)), "full"),
    (replace(LONG, epochs=10, seed=5, model="mlp", hidden_sizes=(32,), optimizer="rmsprop"), "film:4"),
    (replace(LONG, epochs=2, seed=6, model="cnn", channels=(4, 8), learning_rate=0.05), "full"),
]


def kill_and_resume(app: App, store: Store, run_id: str) -> None:
    """Kill the run's worker after one more step, if it has not ended by then, and let it go on."""
    at = store.get(run_id).step
    until(lambda: store.get(run_id).has_ended or store.get(run_id).step > at, "a step more")
    with suppress(OSError, AssertionError):  # it has just ended
        os.kill(worker_of(app.runner, store, run_id), signal.SIGKILL)
    until(lambda: store.get(run_id).status in ("interrupted", "finished"), "its end to be seen")
    app.submit(run_id)


@pytest.mark.parametrize(("times", "kills"), [(2, 1), pytest.param(3, 3, marks=pytest.mark.long)])
def test_runs_alone_in_a_crowd_and_killed_a_few_times_have_the_same_bits(app_in, tmp_path, times, kills):
    app, store = app_in(tmp_path, cores=2, running=30)

    def trained(config: RunConfig, pace: str, owner: str) -> str:
        run_id = store.create(config, pace=pace, owner=owner)
        app.submit(run_id)
        return run_id

    def weights(run_id: str) -> dict[str, bytes]:
        row = ended(store, run_id)
        assert (row.status, row.step) == ("finished", row.total_steps)
        return {name: array.tobytes() for name, array in store.snapshot(run_id, row.step).items()}

    alone = [weights(trained(config, "full", "one")) for config, _pace in MIXED]
    crowd = [
        trained(config, pace, f"pupil {i}.{j}")
        for j in range(times)
        for i, (config, pace) in enumerate(MIXED)
    ]
    killed = crowd[: len(MIXED)]
    for _time in range(kills):
        for run_id in killed:
            kill_and_resume(app, store, run_id)
    assert [weights(run_id) for run_id in crowd] == alone * times
    assert any(store.get(run_id).attempt > 1 for run_id in killed)


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


@pytest.mark.long
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
