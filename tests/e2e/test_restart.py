"""The app is killed in the middle of a lesson and started again: no member, no run, no drawing, no answer is lost."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.access.rules import OPERATOR
from core.classroom.board import Boards
from core.classroom.classrooms import Classrooms
from core.runs import Store
from tests.browser import App, end_app, on_page, start_app
from tests.e2e.drawing import expect_rest
from tests.e2e.lesson import (
    LAPTOP,
    PHONE,
    Arrive,
    begin_run,
    expect_members,
    hand_in,
    join,
    open_section,
    start_class,
    tile,
)
from tests.faults.processes import family, gone
from tests.polling import until
from tests.runs_in_work import stop_all
from tests.train_page import expect_status, press, step_shown

pytestmark = [pytest.mark.e2e, pytest.mark.long]  # what is killed under a run alone: tests/faults
TOLD_MEANWHILE = "() => getComputedStyle(document.querySelector('.stApp'), '::after').content"
COUNTED = re.compile("Ada says 9, the model 4")


class Lesson:
    """An app of its own that can be killed and started again, and its store, opened beside it."""

    def __init__(self, data: Path, folder: Path) -> None:
        self._data, self._path = data, folder / "inkling.db"
        self.app = self._start()
        self.store = Store(f"sqlite:///{self._path}")

    def _start(self, port: int = 0) -> App:
        return start_app(self._data, self._path, port, INKLING_CHECKPOINT_S="0.3")

    def kill(self) -> None:
        """Kill the web process, by its id; what it has started ends by itself."""
        pids = family(self.app.process.pid)
        os.kill(self.app.process.pid, signal.SIGKILL)
        self.app.process.wait()
        gone(pids)

    def start_again(self) -> None:
        self.app = self._start(int(self.app.url.rpartition(":")[2]))


@pytest.fixture
def lesson(data_folder: Path, tmp_path: Path) -> Iterator[Lesson]:
    made = Lesson(data_folder, tmp_path)
    yield made
    stop_all(made.store)
    made.store.close()
    end_app(made.app)


def seats(page: Page) -> dict[str, str]:
    """Return what the browser is known by: the app's cookies, each with its value."""
    return {
        str(cookie["name"]): str(cookie["value"])
        for cookie in page.context.cookies()
        if str(cookie["name"]).startswith("inkling")
    }


def test_a_restart_in_a_lesson_loses_nothing_and_pages_come_back_by_themselves(
    lesson: Lesson, page: Page, arrive: Arrive
) -> None:
    app, store = lesson.app, lesson.store
    code = start_class(page, app, "9d")
    ada, ben = (join(arrive(size), app, code, name) for size, name in ((LAPTOP, "Ada"), (PHONE, "Ben")))
    open_section(page, app, "activities")
    page.get_by_text("Start “Fool it”").click()
    page.locator(".st-key-fool_start button").click()
    expect(page.get_by_role("heading", name="Fool it")).to_be_visible()
    hand_in(ada, app, 4, "fooled", 9)  # the model reads a 4; she says it is a 9
    ben.page.goto(f"{app.url}/classroom")
    ben.page.locator(".st-key-say_9 button").click()
    expect(ben.page.get_by_text("You have said what you see in all drawings so far.")).to_be_visible()
    run = begin_run(store, ada, app)
    until(lambda: store.get(run).checkpoint_step, "a checkpoint")
    until(lambda: step_shown(ada.page) > 0, "its steps on the page")
    classroom = Classrooms(store.acting_as(OPERATOR)).named(code)
    boards = Boards(store.acting_as(OPERATOR))
    members = [entry.member.id for entry in boards.entries(classroom.id)]
    page.goto(f"{app.url}/classroom?class_section=board")
    expect(tile(page, "Ada")).to_contain_text("Running")
    kept = [seats(one) for one in (page, ada.page, ben.page)]

    lesson.kill()
    for one in (page, ada.page, ben.page):
        until(
            lambda one=one: "Connection lost. Reconnecting…" in one.evaluate(TOLD_MEANWHILE),
            "the page to say so",
        )
    lesson.start_again()
    for one in (page, ada.page, ben.page):
        until(
            lambda one=one: "Connection lost" not in one.evaluate(TOLD_MEANWHILE),
            "the page to come back by itself",
        )

    expect_status(ada.page, "interrupted")
    expect(ada.page.locator(".ink-seat")).to_contain_text("Ada")
    expect(tile(page, "Ada")).to_contain_text("Interrupted")
    stood = store.get(run).step
    press(ada.page, "Resume")
    expect_status(ada.page, "running")
    until(lambda: step_shown(ada.page) > stood, "the run to go on")
    expect(tile(page, "Ada")).to_contain_text("Running")
    assert (store.get(run).attempt, store.get(run).owner) == (2, members[0])

    expect(on_page(ben.page, COUNTED)).to_be_visible()  # his page has not been loaded again
    open_section(page, app, "activities")
    for one in (page, ben.page):
        expect(on_page(one, COUNTED)).to_be_visible()
        expect(on_page(one, re.compile("1 of 1 others agree"))).to_be_visible()
    for student in (ada, ben):
        student.page.goto(f"{app.url}/classroom")
        expect_rest(student.page)
        expect(student.page.locator(".ink-seat")).to_contain_text(student.nickname)
    open_section(page, app, "join")
    expect_members(page, "Ada", "Ben")
    assert [seats(one) for one in (page, ada.page, ben.page)] == kept
    assert [entry.member.id for entry in boards.entries(classroom.id)] == members
