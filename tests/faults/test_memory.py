"""A worker that runs out of memory: its run says so, everything else goes on."""

from dataclasses import replace

import pytest

from tests.faults.conftest import SHORT, ended
from tests.faults.processes import forked, limit_memory, processes
from tests.polling import until

pytestmark = pytest.mark.faults


def test_a_model_that_does_not_fit_fails_in_words_and_the_next_run_is_trained(shared_app):
    app, store = shared_app
    small = store.create(SHORT)
    app.submit(small)
    ended(store, small)
    until(lambda: len(forked(app.runner)) == 2, "the process that workers come from, and the one that waits")
    workers = forked(app.runner)
    for pid in workers:
        limit_memory(pid, 300 * 2**20)
    try:
        huge = store.create(replace(SHORT, model="mlp", hidden_sizes=(4096, 4096, 4096), optimizer="adam"))
        app.submit(huge)
        row = ended(store, huge)
    finally:
        for pid in set(workers) & set(processes()):
            limit_memory(pid, None)
    assert (row.status, row.cause) == ("failed", "user_error")
    assert "did not fit into memory" in row.message
    assert "smaller model" in row.remedy
    small = store.create(SHORT)
    app.submit(small)
    assert ended(store, small).status == "finished"
    until(lambda: store.in_work() == [], "free cores")
