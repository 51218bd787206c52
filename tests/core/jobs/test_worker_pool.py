"""Workers as the runner sees them: one waiting, one for each run, told from each other when they die."""

import os
import signal
from collections.abc import Iterator

import pytest

from core.jobs import worker_pool as module
from core.jobs.turn_server import Share
from core.jobs.worker_pool import Worker, WorkerPool
from tests.core.jobs.conftest import SMALL, ended
from tests.polling import DEADLINE_S, until

SHARE = Share("somebody", threads=1)


@pytest.fixture(params=["forkserver", pytest.param("spawn", marks=pytest.mark.long)])
def pool(request, store, monkeypatch) -> Iterator[WorkerPool]:
    """Return a pool of either kind; the second is what there is without a forkserver, as on Windows."""
    monkeypatch.setattr(module, "METHOD", request.param)
    made = WorkerPool(store.settings)
    yield made
    made.end(within_s=30)


def heard(pool: WorkerPool, worker: Worker) -> bool:
    """Return what `on_message` returns for the worker's next message or its end."""
    until(lambda: worker.pipe.poll(), "a word from the worker")
    return pool.on_message(worker)


@pytest.mark.parametrize("pool", ["forkserver", "spawn"], indirect=True)
def test_a_waiting_worker_takes_a_run_and_ends_with_it(pool, store):
    worker = pool.ensure_spare()
    assert pool.ensure_spare() is worker
    assert heard(pool, worker)
    assert worker.pid
    run_id = store.create(SMALL)
    assert pool.assign(run_id, SHARE) is worker
    assert pool.busy == [worker]
    assert heard(pool, worker)
    assert worker.attempt == 1
    assert ended(store, run_id).status == "finished"
    assert not heard(pool, worker)
    worker.process.join(DEADLINE_S)
    assert worker.ending() == ""
    assert pool.workers == []


def test_a_worker_whose_run_was_taken_by_another_waits_for_the_next(pool, store):
    worker = pool.ensure_spare()
    heard(pool, worker)
    run_id = store.create(SMALL)
    store.order(run_id, command="stop")
    pool.assign(run_id, SHARE)
    assert heard(pool, worker)
    assert (worker.run_id, worker.attempt) == ("", 0)
    assert pool.ensure_spare() is worker


def test_a_killed_worker_says_how_it_ended(pool, store):
    worker = pool.ensure_spare()
    heard(pool, worker)
    run_id = store.create(SMALL, command="pause")
    pool.assign(run_id, SHARE)
    heard(pool, worker)
    os.kill(worker.pid, signal.SIGKILL)
    assert not heard(pool, worker)
    worker.process.join(DEADLINE_S)
    assert "SIGKILL" in worker.ending()
    until(lambda: store.get(run_id).status == "interrupted", "its lease to end with it")


def test_a_recalled_run_is_given_back_with_a_checkpoint(pool, store):
    worker = pool.ensure_spare()
    heard(pool, worker)
    run_id = store.create(SMALL, command="pause", run_until=5)
    pool.assign(run_id, SHARE)
    heard(pool, worker)
    until(lambda: store.get(run_id).step == 5, "five steps")
    pool.end(within_s=60)
    row = store.get(run_id)
    assert (row.state, row.checkpoint_step) == ("interrupted", 5)
    assert not worker.process.is_alive()
