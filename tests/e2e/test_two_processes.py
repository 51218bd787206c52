"""Two processes of the app on one store serve one class: a member on each, one board, one pause for both."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.runs import Store
from tests.browser import App, end_app, start_app
from tests.e2e.drawing import expect_rest
from tests.e2e.lesson import (
    HELD,
    LAPTOP,
    LINE,
    PHONE,
    TABLET,
    Arrive,
    Student,
    expect_members,
    join,
    lead,
    start_class,
    tile,
)
from tests.faults.processes import family, runner_of
from tests.polling import until
from tests.runs_in_work import stop_all
from tests.train_page import choose, expect_status, open_train, press, run_id, step_shown

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.long,
]  # the store's own form: tests/core/classroom/test_two_processes.py
LESSON = "train_size=1000&batch_size=50&epochs=200&eval_every=1000"


@pytest.fixture
def second(app: App, store: Store, tmp_path: Path) -> Iterator[App]:
    """Return another process of the app, at a port of its own, on the shared app's store."""
    running = start_app(app.data, app.store, log=tmp_path / "second.log")
    yield running
    stop_all(store)
    end_app(running)


def train(student: Student, app: App) -> str:
    """Press Train as a student does, and return the run once its steps are on their screen."""
    open_train(student.page, f"{app.url}/?{LESSON}")
    choose(student.page, "Pace", "5 steps a second")
    press(student.page, "Train")
    expect_status(student.page, "running")
    until(lambda: step_shown(student.page) > 0, "the first steps")
    return run_id(student.page)


def holders(store: Store, run: str) -> list[int]:
    """Return the pids of the processes that hold the run's lease."""
    inode = (Path(f"{store.database.path}.leases") / run).stat().st_ino
    held = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    return [int(lock[4]) for lock in held if lock[1] == "FLOCK" and lock[5].endswith(f":{inode}")]


@pytest.mark.usefixtures("trains")
def test_a_member_on_each_of_two_processes_one_board_and_one_pause(
    app: App, store: Store, second: App, page: Page, arrive: Arrive
) -> None:
    code = start_class(page, app, "7b in two")
    ada, ben = join(arrive(LAPTOP), app, code, "Ada"), join(arrive(PHONE, "dark"), second, code, "Ben")
    expect_members(page, "Ada", "Ben")
    runs = [train(ada, app), train(ben, second)]

    page.get_by_role("tab", name="Board").click()
    there = arrive(TABLET)  # the board of a member is the same by the other process
    cleo = join(there, second, code, "Cleo")
    there.goto(f"{second.url}/classroom")
    expect_rest(there)
    for board in (page, there):
        for nickname in ("Ada", "Ben"):
            expect(tile(board, nickname)).to_contain_text("Running")
        expect(tile(board, "Cleo")).to_contain_text("No run yet")

    workers = [holders(store, run) for run in runs]
    assert [len(pids) for pids in workers] == [1, 1], "each run is trained by one worker"
    assert {*workers[0], *workers[1]} <= {*family(app.process.pid)}, "by one runner: the first's"
    assert holders(store, "runner") == [runner_of(app.process.pid)]

    page.get_by_role("button", name=re.compile("Lead “")).click()
    lead(page, "Pause all training")
    for student, run in ((ada, runs[0]), (ben, runs[1])):
        expect(student.page.locator(LINE)).to_have_text(re.compile("^Your teacher has paused training"))
        expect_status(student.page, "paused")
        until(lambda run=run: store.get(run).status == "paused", "the run to stand still")
    stood = [store.get(run).step for run in runs]
    for board in (page, there):
        for nickname in ("Ada", "Ben"):
            expect(tile(board, nickname)).to_contain_text("Paused")
    lead(page, "Let training go on")
    for student, step in zip((ada, ben), stood, strict=True):
        expect(student.page.locator(LINE)).to_have_count(0)
        until(lambda student=student, step=step: step_shown(student.page) > step, "the step to go on")
    assert [store.get(run).attempt for run in runs] == [1, 1]

    lead(page, "Hold all screens")
    for student in (ada, ben, cleo):
        expect(student.page.locator(HELD)).to_be_visible()
    lead(page, "Release all screens")
    for student in (ada, ben, cleo):
        expect(student.page.locator(HELD)).to_be_hidden()
