"""Workers as the runner sees them: one waiting, one for each run, told from each other when they die."""

import os
import signal
from collections.abc import Iterator

import pytest

from core.jobs import worker_pool as module
from core.jobs.worker_pool import Worker, WorkerPool
from tests.core.jobs.conftest import SMALL, WITHIN_S, ended
from tests.polling import until


@pytest.fixture(params=["forkserver", pytest.param("spawn", marks=pytest.mark.long)])
def crew(request, store, monkeypatch) -> Iterator[WorkerPool]:
    """Return a crew of either kind; the second is what there is without a forkserver, as on Windows."""
    monkeypatch.setattr(module, "METHOD", request.param)
    made = WorkerPool(store.settings)
    yield made
    made.end(within_s=30)


def heard(crew: WorkerPool, worker: Worker) -> bool:
    """Return what `hear` returns for the worker's next message or its end."""
    until(lambda: worker.pipe.poll(), "a word from the worker", WITHIN_S)
    return crew.hear(worker)


@pytest.mark.parametrize("crew", ["forkserver", "spawn"], indirect=True)
def test_a_waiting_worker_takes_a_run_and_ends_with_it(crew, store):
    worker = crew.spare()
    assert crew.spare() is worker
    assert heard(crew, worker)
    assert worker.pid
    run_id = store.create(SMALL)
    worker.assign(run_id, 1)
    assert crew.busy == [worker]
    assert heard(crew, worker)
    assert worker.attempt == 1
    assert ended(store, run_id).status == "finished"
    assert not heard(crew, worker)
    worker.process.join(WITHIN_S)
    assert worker.ending() == ""
    assert crew.workers == []


def test_a_worker_whose_run_was_taken_by_another_waits_for_the_next(crew, store):
    worker = crew.spare()
    heard(crew, worker)
    run_id = store.create(SMALL)
    store.order(run_id, command="stop")
    worker.assign(run_id, 1)
    assert heard(crew, worker)
    assert (worker.run_id, worker.attempt) == ("", 0)
    assert crew.spare() is worker


def test_a_killed_worker_says_how_it_ended(crew, store):
    worker = crew.spare()
    heard(crew, worker)
    run_id = store.create(SMALL, command="pause")
    worker.assign(run_id, 1)
    heard(crew, worker)
    os.kill(worker.pid, signal.SIGKILL)
    assert not heard(crew, worker)
    worker.process.join(WITHIN_S)
    assert "SIGKILL" in worker.ending()
    until(lambda: store.get(run_id).status == "interrupted", "its lease to end with it", WITHIN_S)


def test_a_recalled_run_is_given_back_with_a_checkpoint(crew, store):
    worker = crew.spare()
    heard(crew, worker)
    run_id = store.create(SMALL, command="pause", run_until=5)
    worker.assign(run_id, 1)
    heard(crew, worker)
    until(lambda: store.get(run_id).step == 5, "five steps", WITHIN_S)
    crew.end(within_s=60)
    row = store.get(run_id)
    assert (row.state, row.checkpoint_step) == ("interrupted", 5)
    assert not worker.process.is_alive()
