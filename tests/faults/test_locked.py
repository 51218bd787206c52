"""A store locked by another program for half a minute: training goes on, reading goes on, nothing is lost."""

import sqlite3
import time
from contextlib import closing

import pytest

from core.events import Steps
from core.runs import Store, StoreBusy
from tests.faults.conftest import LONG, SLOW, ended, running
from tests.polling import until

pytestmark = pytest.mark.faults
LOCKED_S = 30.0


def test_a_store_locked_for_half_a_minute_loses_no_step_and_no_worker(app_in, tmp_path):
    app, store = app_in(tmp_path)
    run_id = store.create(LONG, pace=SLOW)
    app.submit(run_id)
    at = running(store, run_id, step=5).step
    impatient = Store(store.url, settings=store.settings, busy_s=0.2)
    with closing(sqlite3.connect(tmp_path / "inkling.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        locked_at = time.monotonic()
        with pytest.raises(StoreBusy, match="Try again in a moment"):
            impatient.order(run_id, command="pause")

        def is_over() -> bool:
            assert store.get(run_id).status == "running", "a run is not lost because nobody may write"
            return time.monotonic() - locked_at > LOCKED_S

        until(is_over, "the end of the lock", LOCKED_S + 10, every_s=0.5)
    until(lambda: store.get(run_id).step > at + LOCKED_S * 50 / 2, "what was trained meanwhile", 20)
    store.order(run_id, command="stop")
    row = ended(store, run_id)
    assert (row.status, row.attempt) == ("stopped", 1)
    chunks = [event for event in store.rows(run_id).events if isinstance(event, Steps)]
    told = [step for chunk in chunks for step in range(chunk.first_step, chunk.last_step + 1)]
    assert told == list(range(1, row.step + 1))
