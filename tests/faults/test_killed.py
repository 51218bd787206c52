"""Processes killed, one by one and all together: noticed within seconds, nothing acknowledged lost, nothing left."""

import os
import signal
from itertools import pairwise

import pytest

from tests.faults.conftest import LONG, SHORT, SLOW, ended, running
from tests.faults.lab import told_steps
from tests.faults.processes import family, gone, processes, send_all, worker_of
from tests.polling import until

pytestmark = pytest.mark.faults


def forkserver_of(runner: int) -> int:
    """Return the pid of the process that workers are forked from."""
    return next(
        pid
        for pid, (parent, _, command) in processes().items()
        if parent == runner and "forkserver" in command
    )


def test_a_killed_worker_is_noticed_its_run_resumable_and_the_queue_goes_on(shared_app):
    app, store = shared_app
    run_id = store.create(LONG, pace=SLOW)
    waiting = store.create(SHORT)
    app.submit(run_id)
    until(lambda: store.get(run_id).checkpoint_step, "a checkpoint")
    acknowledged = told_steps(store, run_id)
    os.kill(worker_of(app.runner, store, run_id), signal.SIGKILL)
    until(lambda: store.get(run_id).status == "interrupted", "the loss to be noticed")
    until(lambda: store.get(run_id).state == "interrupted", "the loss to be written down")
    row = store.get(run_id)
    assert row.cause == "worker_lost"
    assert "SIGKILL" in row.message
    assert "Resume" in row.remedy
    assert told_steps(store, run_id)[: len(acknowledged)] == acknowledged
    assert ended(store, waiting).status == "finished", "the queue goes on in a new worker"
    app.submit(run_id)
    running(store, run_id, step=row.checkpoint_step)
    store.order(run_id, pace="full")
    row = ended(store, run_id)
    assert (row.status, row.attempt) == ("finished", 2)
    assert told_steps(store, run_id) == list(range(1, 4001))


def test_a_killed_runner_is_replaced_and_its_workers_leave_a_checkpoint(shared_app):
    app, store = shared_app
    run_id = store.create(LONG, pace=SLOW)
    app.submit(run_id)
    running(store, run_id, step=5)
    pids = family(app.runner)
    os.kill(app.runner, signal.SIGKILL)
    until(lambda: store.get(run_id).state == "interrupted", "the worker to give the run back")
    gone(pids)
    row = store.get(run_id)
    assert row.checkpoint_step == row.step, "not a step is lost"
    app.submit(run_id)
    store.order(run_id, pace="full")
    assert ended(store, run_id).status == "finished"
    assert told_steps(store, run_id) == list(range(1, 4001))


@pytest.mark.long
def test_when_the_app_is_killed_everything_ends_and_the_next_app_finds_every_run(app_in, tmp_path):
    app, store = app_in(tmp_path, cores=1)
    run_id, waiting = store.create(LONG, pace=SLOW), store.create(SHORT)
    app.submit(run_id)
    running(store, run_id, step=5)
    pids = family(app.process.pid)
    assert len(pids) >= 4
    os.kill(app.process.pid, signal.SIGKILL)
    gone(pids)
    row = store.get(run_id)
    assert (row.status, row.cause, row.checkpoint_step) == ("interrupted", "app_ended", row.step)
    assert store.get(waiting).status == "queued"
    second, store = app_in(tmp_path, cores=1)
    assert ended(store, waiting).status == "finished", "what was queued is trained without being asked for"
    second.submit(run_id)
    store.order(run_id, pace="full")
    assert ended(store, run_id).status == "finished"


def test_sigterm_to_everything_ends_everything(app_in, tmp_path):
    app, store = app_in(tmp_path)
    ids = [store.create(LONG, pace=SLOW), store.create(LONG, pace=SLOW)]
    for run_id in ids:
        app.submit(run_id)
    for run_id in ids:
        running(store, run_id, step=3)
    pids = family(app.process.pid)
    send_all(pids, signal.SIGTERM)
    gone(pids)
    for run_id in ids:
        row = store.get(run_id)
        assert (row.status, row.checkpoint_step) == ("interrupted", row.step)
        assert not store.leases.is_held(run_id)
    store.rename(ids[0], "the store is not locked")


def test_everything_killed_at_once_as_by_a_power_cut_leaves_every_run_resumable(app_in, tmp_path):
    app, store = app_in(tmp_path)
    run_id = store.create(LONG, pace=SLOW)
    app.submit(run_id)
    until(lambda: store.get(run_id).checkpoint_step, "a checkpoint")
    acknowledged = told_steps(store, run_id)
    pids = family(app.process.pid)
    send_all(pids, signal.SIGKILL)
    gone(pids)
    until(lambda: store.get(run_id).status == "interrupted", "its leases to be gone")
    assert store.get(run_id).state == "running", "nobody was left to write it down"
    assert told_steps(store, run_id)[: len(acknowledged)] == acknowledged
    second, store = app_in(tmp_path)
    until(lambda: store.get(run_id).state == "interrupted", "the next app to write it down")
    second.submit(run_id)
    store.order(run_id, pace="full")
    assert ended(store, run_id).status == "finished"
    assert told_steps(store, run_id) == list(range(1, 4001))


def test_the_process_that_workers_come_from_is_replaced_when_killed(shared_app):
    app, store = shared_app
    first = store.create(SHORT)
    app.submit(first)
    ended(store, first)
    os.kill(forkserver_of(app.runner), signal.SIGKILL)
    ids = [store.create(SHORT) for _ in range(3)]
    for run_id in ids:
        app.submit(run_id)
    assert [ended(store, run_id).status for run_id in ids] == ["finished"] * 3


def test_a_worker_that_is_being_forked_when_that_process_is_killed_is_forked_again(shared_app):
    app, store = shared_app
    first = store.create(SHORT)
    app.submit(first)
    ended(store, first)
    forkserver = forkserver_of(app.runner)
    os.kill(forkserver, signal.SIGSTOP)
    second = store.create(SHORT)
    app.submit(second)
    ended(store, second)  # by the worker that waited; the runner waits for the next one since
    os.kill(forkserver, signal.SIGKILL)
    third = store.create(SHORT)
    app.submit(third)
    assert ended(store, third).status == "finished"
    assert app.runner in processes(), "the runner outlives it, and so do the runs of its other workers"


def test_a_worker_that_does_not_obey_stop_is_ended_by_force(shared_app):
    app, store = shared_app
    run_id = store.create(LONG, pace=SLOW)
    app.submit(run_id)
    running(store, run_id)
    os.kill(worker_of(app.runner, store, run_id), signal.SIGSTOP)  # hung, as far as anyone can tell
    store.order(run_id, command="stop")
    row = ended(store, run_id)
    assert row.status == "stopped"
    assert not store.leases.is_held(run_id)


def test_no_run_is_told_with_a_gap_or_twice(shared_app):
    app, store = shared_app
    run_id = store.create(LONG, pace="steps:2000")
    app.submit(run_id)
    for step in (500, 1500):
        running(store, run_id, step)
        os.kill(worker_of(app.runner, store, run_id), signal.SIGKILL)
        until(lambda: store.get(run_id).status == "interrupted", "the loss")
        steps = told_steps(store, run_id)
        assert all(b == a + 1 for a, b in pairwise(steps))
        app.submit(run_id)
    assert ended(store, run_id).status == "finished"
    assert told_steps(store, run_id) == list(range(1, 4001))
