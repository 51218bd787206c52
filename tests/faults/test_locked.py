"""A store locked by another program for a while: training goes on, reading goes on, nothing is lost."""

import sqlite3
import time
from contextlib import closing

import pytest

from core.runs import Store, StoreBusy
from tests.faults.conftest import LONG, SLOW, ended, running
from tests.faults.lab import told_steps
from tests.polling import until

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("locked_s", [8, pytest.param(30, marks=pytest.mark.long)])
def test_a_store_locked_for_a_while_loses_no_step_and_no_worker(shared_app, locked_s):
    app, store = shared_app
    run_id = store.create(LONG, pace=SLOW)
    app.submit(run_id)
    at = running(store, run_id, step=5).step
    impatient = Store(store.url, settings=store.settings, busy_s=0.2)
    with closing(sqlite3.connect(store.database.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        locked_at = time.monotonic()
        with pytest.raises(StoreBusy, match="Try again in a moment"):
            impatient.order(run_id, command="pause")

        def is_over() -> bool:
            assert store.get(run_id).status == "running", "a run is not lost because nobody may write"
            return time.monotonic() - locked_at > locked_s

        until(is_over, "the end of the lock", every_s=0.5)
    until(lambda: store.get(run_id).step > at + locked_s * 50 / 2, "what was trained meanwhile")
    store.order(run_id, command="stop")
    row = ended(store, run_id)
    assert (row.status, row.attempt) == ("stopped", 1)
    assert told_steps(store, run_id) == list(range(1, row.step + 1))
