"""Many at once before a visitor's eyes: two apps on one store, two hundred runs, and a clock that is set."""

import os
import random
import signal

import pytest

from core.config.run_config import RunConfig
from core.protocol.events import TERMINAL
from tests.browser import start_app
from tests.faults.lab import LONG, SHORT, calm, picture, unharmed
from tests.faults.processes import family, gone
from tests.polling import until
from tests.train_page import expect_status, open_train, press, run_id, step_shown

pytestmark = pytest.mark.faults


@pytest.mark.long
def test_two_apps_on_one_store_show_each_others_runs_and_train_each_once(lab, page, context, tmp_path):
    with unharmed(lab, page):
        first = lab.trained(page)
        twin = start_app(
            lab.data, lab.path, log=tmp_path / "twin.log", INKLING_CORES="1", INKLING_RUNNING="1"
        )
        try:
            other = context.new_page()
            open_train(other, f"{twin.url}/?run={first}&{SHORT}")
            expect_status(other, "running")
            press(other, "Train")
            expect_status(other, "queued")
            second = run_id(other)
            lab.acknowledged.add(second)
            picture(other, "two-apps")
            for run in (first, second):
                lab.store.order(run, pace="full")
            expect_status(page, "finished", 120_000)
            expect_status(other, "finished", 120_000)
            assert (run_id(page), run_id(other)) == (first, second)
            assert {lab.store.get(run).attempt for run in (first, second)} == {1}
            calm(other)
            other.close()
        finally:
            pids = family(twin.process.pid)
            os.kill(twin.process.pid, signal.SIGKILL)
            twin.process.wait()
            gone(pids)
        assert "Traceback" not in (tmp_path / "twin.log").read_text()
        press(page, "Train")
        until(lambda: run_id(page) not in (first, ""), "the next run in the app that is left")
        lab.acknowledged.add(run_id(page))
        expect_status(page, "running")
        press(page, "Stop")
        expect_status(page, "stopped")


@pytest.mark.long
@pytest.mark.parametrize("count", [50, 200])
def test_runs_queued_and_cancelled_at_random_leave_the_page_that_watches_in_order(lab, page, count):
    with unharmed(lab, page):
        watched = lab.trained(page)
        chance, config, ids = random.Random(7), RunConfig(train_size=1000, batch_size=50, epochs=2), []
        for number in range(count):
            run = lab.store.create(config, pace=chance.choice(["full", "steps:200"]))
            ids.append(run)
            for victim in chance.sample(ids, min(len(ids), 2)):
                lab.store.order(victim, command=chance.choice(["stop", "stop", "pause"]))
            if number == count // 2:
                picture(page, "two-hundred")
                press(page, "Stop")
                expect_status(page, "stopped")
        press(page, "Train")
        until(lambda: run_id(page) != watched, "a run behind all of them")
        mine = run_id(page)
        lab.acknowledged |= {mine, *ids}
        expect_status(page, "queued|running")
        picture(page, "behind-two-hundred")
        for run in ids:
            lab.store.order(run, command=chance.choice(["run", "stop", "stop"]), pace="full")
        lab.store.order(mine, pace="full")
        expect_status(page, "finished", 240_000)
        until(lambda: all(lab.store.get(run).has_ended for run in ids), "every run to end", 240, every_s=0.2)
        for run in ids:
            row, events = lab.store.get(run), lab.store.events_since(run).events
            assert row.status in ("finished", "stopped")
            assert row.attempt <= 1
            assert isinstance(events[-1], TERMINAL)
        assert lab.store.in_work() == []


@pytest.mark.long
@pytest.mark.parametrize("offset_s", [-3600])
def test_a_clock_set_back_an_hour_disturbs_neither_the_page_nor_the_next_run(lab, page, offset_s):
    with unharmed(lab, page):
        run = lab.trained(page, LONG)
        started_at = lab.store.get(run).started_at
        lab.clock.write_text(str(offset_s))
        try:
            shown = step_shown(page)
            until(lambda: step_shown(page) > shown + 5, "the page to move on")
            expect_status(page, "running")
            page.reload()
            expect_status(page, "running")
            picture(page, "clock-set-back")
            press(page, "Stop")
            expect_status(page, "stopped")
            row = lab.store.get(run)
            assert row.ended_at - started_at == pytest.approx(offset_s, abs=120), (
                "the app did see the clock jump"
            )
            lab.train(page, SHORT, "Full speed")
            expect_status(page, "finished")
        finally:
            lab.clock.write_text("0")
