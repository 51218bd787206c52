"""Files that are not what they were: a store overwritten with garbage, a checkpoint cut short."""

import os
import signal

import pytest

from core.runs import StoreError
from core.runs.schema import ARTIFACTS
from tests.faults.conftest import LONG, SHORT, SLOW, App, ended, running
from tests.faults.processes import worker_of
from tests.polling import until

pytestmark = pytest.mark.faults


def test_a_store_overwritten_while_the_app_runs_is_set_aside_and_the_app_goes_on(app_in, tmp_path):
    app, store = app_in(tmp_path)
    run_id = store.create(LONG, pace=SLOW)
    app.submit(run_id)
    running(store, run_id)
    path = tmp_path / "inkling.db"
    for file in (path, tmp_path / "inkling.db-wal"):
        with file.open("r+b") as opened:
            opened.write(b"garbage " * (file.stat().st_size // 8))

    def is_set_aside() -> bool:
        try:
            store.list()
        except StoreError:
            return False
        return any(tmp_path.glob("inkling.db.damaged-*"))

    until(is_set_aside, "the damaged file to be set aside")
    assert store.list() == [], "a new store was begun"
    fresh = store.create(SHORT)
    app.submit(fresh)
    assert ended(store, fresh).status == "finished"
    until(lambda: store.in_work() == [], "the old run's worker to end")


def test_a_damaged_store_found_at_the_start_is_set_aside_with_a_message(app_in, tmp_path):
    (tmp_path / "inkling.db").write_bytes(b"this is no database, it is a letter to my mother\n" * 500)
    app, store = app_in(tmp_path)
    assert len(store.notices) == 1
    assert "Nothing was deleted" in store.notices[0]
    aside = next(tmp_path.glob("inkling.db.damaged-*"))
    assert aside.read_bytes().startswith(b"this is no database")
    run_id = store.create(SHORT)
    app.submit(run_id)
    assert ended(store, run_id).status == "finished"


def test_a_truncated_checkpoint_costs_time_but_not_the_run(shared_app):
    app, store = shared_app
    run_id = store.create(LONG, pace=SLOW)
    app.submit(run_id)
    until(lambda: store.get(run_id).checkpoint_step, "a checkpoint")
    os.kill(worker_of(app.runner, store, run_id), signal.SIGKILL)
    until(lambda: store.get(run_id).status == "interrupted", "the loss")
    state = store.checkpoint(run_id)
    with store.database.write() as connection:
        mine = (ARTIFACTS.c.run_id == run_id) & (ARTIFACTS.c.kind == "checkpoint")
        connection.execute(ARTIFACTS.update().where(mine).values(data=state[: len(state) // 2]))
    app.submit(run_id)
    store.order(run_id, pace="full")
    row = ended(store, run_id)
    assert (row.status, row.step, row.attempt) == ("finished", 4000, 2)


def test_a_store_that_was_removed_while_the_app_runs_is_begun_anew(app_in, tmp_path):
    app: App
    app, store = app_in(tmp_path)
    for file in tmp_path.glob("inkling.db*"):
        if file.is_file():
            file.unlink()
    run_id = store.create(SHORT)
    app.submit(run_id)
    assert ended(store, run_id).status == "finished"
