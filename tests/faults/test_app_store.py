"""The running app's store locked, spoiled, full or read-only under a visitor's eyes."""

import os
import re
import signal
import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.config.run_config import RunConfig
from core.jobs.store_controls import InterruptSignal
from core.jobs.worker import train_here
from core.pretrained.registry import SHIPPED
from core.runs import Store, StoreFull
from core.runs.schema import ARTIFACTS
from tests.faults.lab import SETTINGS, SHORT, Lab, fill, picture, remount, says, told_steps, unharmed
from tests.faults.processes import worker_of
from tests.polling import until
from tests.train_page import choose, expect_status, open_train, press, run_id, step_shown

pytestmark = pytest.mark.faults


def set_aside(lab: Lab) -> set[Path]:
    """Return the stores that were set aside."""
    return {
        path for path in lab.folder.glob("inkling.db.damaged-*") if not path.name.endswith(("-wal", "-shm"))
    }


@pytest.mark.long
def test_a_locked_store_is_read_on_and_says_busy_when_train_is_pressed(lab, page):
    with unharmed(lab, page):
        run = lab.trained(page)
        with closing(sqlite3.connect(lab.path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            page.reload()
            expect_status(page, "running")
            press(page, "Train")
            says(page, "The run store was locked by another process.*Try again in a moment")
            picture(page, "locked")
            assert run_id(page) == run, "the run in view stays in view"
            expect_status(page, "running")
        shown = step_shown(page)
        until(lambda: step_shown(page) > shown, "the page to go on")
        press(page, "Train")
        until(lambda: run_id(page) != run, "the new run")
        lab.acknowledged.add(run_id(page))
        expect(page.get_by_text("Try again in a moment")).to_have_count(0)
        for each in lab.acknowledged:
            lab.store.order(each, command="stop")
        expect_status(page, "stopped")
        until(lambda: lab.store.get(run).has_ended, "the first run to stop")
        steps = told_steps(lab.store, run)
        assert steps == list(range(1, lab.store.get(run).step + 1)), "not a step is missing"


@pytest.mark.long
def test_a_truncated_checkpoint_costs_time_but_resume_on_the_page_finishes_the_run(lab, page):
    with unharmed(lab, page):
        run = lab.trained(page)
        os.kill(worker_of(lab.runner, lab.store, run), signal.SIGKILL)
        expect_status(page, "interrupted")
        state = lab.store.checkpoint(run)
        with lab.store.database.write() as connection:
            mine = (ARTIFACTS.c.run_id == run) & (ARTIFACTS.c.kind == "checkpoint")
            connection.execute(ARTIFACTS.update().where(mine).values(data=state[: len(state) // 2]))
        lab.resume(page, run)
        picture(page, "truncated-checkpoint")


def spoil(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.write(b"garbage " * (file.stat().st_size // 8))


@pytest.mark.long
def test_a_store_overwritten_with_garbage_is_set_aside_the_page_says_so_and_trains_on(lab, page):
    before = set_aside(lab)
    run = lab.trained(page)
    lab.acknowledged.clear()  # they are in the file that will be set aside
    with unharmed(lab, page):
        spoil(lab.path)
        with suppress(FileNotFoundError):  # it is there only while somebody has the store open
            spoil(lab.folder / "inkling.db-wal")
        says(page, "no longer exists")
        head = page.get_by_test_id("stMain")
        expect(head).to_contain_text("was damaged. It was kept as")
        expect(head).to_contain_text("Nothing was deleted")
        picture(page, "garbage")
        assert len(set_aside(lab) - before) == 1
        assert run_id(page) != run
        choose(page, "Pace", "Full speed")
        # the notice goes with that, and the buttons move up: a click at that moment goes astray
        expect(page.get_by_test_id("stMain")).not_to_contain_text("no longer exists")
        press(page, "Train")
        expect_status(page, "finished")
        lab.acknowledged.add(run_id(page))
        assert {row.id for row in lab.store.list()} >= set(SHIPPED), (
            "the ready models are in the new store too"
        )


def use_up(store: Store) -> None:
    """Fill the room that the store's own log may have though the disk has none."""
    with suppress(StoreFull):
        while True:
            store.create(RunConfig(train_size=1000, epochs=2), queue=False)


@pytest.mark.long
def test_a_full_disk_interrupts_the_run_in_words_and_with_room_again_resume_finishes_it(
    small_disk, new_lab, page
):
    remount(
        small_disk, "size=8m"
    )  # the ready models, which a bare store has not, take more than half of 4 MB
    lab = new_lab(small_disk)
    with unharmed(lab, page):
        run = lab.trained(page)
        until((small_disk / "inkling.db.reserve").exists, "the reserve")
        fill(small_disk)
        expect_status(page, "interrupted", 120_000)
        says(page, "is full", "Free some space")
        picture(page, "disk-full")
        kept = told_steps(lab.store, run)
        fill(small_disk)
        use_up(lab.store)
        press(page, "Train")
        refusal = page.get_by_test_id("stAlert")  # the interrupted run says the same below, for its own part
        expect(refusal).to_contain_text(re.compile("is full.*Free some space, or delete runs"))
        assert run_id(page) == run
        picture(page, "disk-full-train")
        expect_status(page, "interrupted")
        remount(small_disk, "size=64m")
        for row in lab.store.list(statuses=["created"]):
            lab.store.order(row.id, command="stop")
        lab.resume(page, run)
        assert told_steps(lab.store, run)[: len(kept)] == kept


@pytest.mark.long
def test_a_read_only_store_shows_its_runs_refuses_train_in_words_and_goes_on_when_it_may(
    small_disk, new_lab, data_folder, page
):
    settings = replace(SETTINGS, data=str(data_folder), store=f"sqlite:///{small_disk / 'inkling.db'}")
    with closing(Store(settings=settings)) as store:
        run = store.create(RunConfig(train_size=1000, epochs=2), queue=False)
        assert train_here(store, run, settings, InterruptSignal(), lambda _: None)
    remount(small_disk, "ro")
    lab = new_lab(small_disk)
    with unharmed(lab, page):
        lab.open(page, SHORT, run)
        expect_status(page, "finished")
        expect(page.get_by_test_id("stMain")).to_contain_text("can be read but not written")
        press(page, "Train")
        says(page, "can be read but not written", "Allow writing there")
        picture(page, "read-only")
        assert run_id(page) == run
        remount(small_disk, "rw")
        press(page, "Train")
        expect_status(page, "running|finished")
        until(lambda: run_id(page) != run, "the new run")
        expect_status(page, "finished")
        expect(page.get_by_test_id("stMain")).not_to_contain_text("can be read but not written")
        open_train(page, f"{lab.app.url}/?run={run}")
        expect_status(page, "finished")
