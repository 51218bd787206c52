"""A group trained by one worker: every run written down as if it had been trained alone."""

from dataclasses import replace

import numpy as np

from core.jobs.group_job import Group, with_siblings
from core.jobs.job import Job
from core.protocol.events import Weights
from core.runs.run_groups import new_group_id
from core.training.loop import train
from tests.core.jobs.conftest import SMALL, final_weights

RATES = (0.01, 0.1, 0.3)


def group_of(store, configs) -> list[str]:
    """Return the ids of the configs' runs, held back in one group."""
    group_id = new_group_id()
    return [store.create(config, group_id=group_id, queue=False) for config in configs]


def claimed(store, run_id) -> Job | Group:
    return with_siblings(Job(store, store.get(run_id), store.claim(run_id), 1, store.settings))


def test_a_group_is_trained_by_the_worker_of_one_and_each_run_is_its_own(store, mnist):
    configs = [replace(SMALL, learning_rate=rate) for rate in RATES]
    ids = group_of(store, configs)
    claimed(store, ids[1]).work()
    for run_id, config in zip(ids, configs, strict=True):
        row = store.get(run_id)
        assert (row.status, row.step, row.attempt) == ("finished", 60, 1)
        assert not store.leases.is_held(run_id)
        alone = [e for e in train(mnist, config) if isinstance(e, Weights)][-1].arrays
        for name, array in final_weights(store, run_id).items():
            np.testing.assert_allclose(array, alone[name], atol=1e-5)
        assert store.logits(run_id).shape == (10_000, 10)


def test_a_run_taken_away_leaves_the_others_training(store):
    ids = group_of(store, [replace(SMALL, learning_rate=rate) for rate in RATES])
    group = claimed(store, ids[0])
    store.release(ids[2], 1)  # as if another process had found it without a worker
    group.work()
    assert [store.get(run_id).status for run_id in ids] == ["finished", "finished", "interrupted"]


def test_a_recalled_group_is_left_resumable_run_by_run(store):
    ids = group_of(store, [replace(SMALL, learning_rate=rate, epochs=50) for rate in RATES])
    for run_id in ids:
        store.order(run_id, pace="steps:200")
    group = claimed(store, ids[0])
    assert isinstance(group, Group)
    group.jobs[0].interrupt_signal.give("interrupt")
    group.work()
    assert [store.get(run_id).status for run_id in ids] == ["interrupted"] * 3
    assert all(store.enqueue(run_id) for run_id in ids)
    again = store.get(ids[1])
    alone = with_siblings(Job(store, again, store.claim(ids[1]), 1, store.settings))
    assert isinstance(alone, Job)  # resumed by itself


def test_runs_that_differ_in_more_stay_held_back(store):
    ids = group_of(store, [SMALL, replace(SMALL, batch_size=20), replace(SMALL, learning_rate=0.3)])
    claimed(store, ids[0]).work()
    assert [store.get(run_id).status for run_id in ids] == ["finished", "created", "finished"]
