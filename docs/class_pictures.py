"""Pictures of a lesson, for docs/lesson.md: a class of simulated members, and one phone, led as a teacher leads it.

The addresses that they show are examples: no machine's own.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from core.access.rules import OPERATOR
from core.classroom.board import Boards
from core.classroom.classrooms import Classrooms
from core.classroom.lead import Lead
from core.classroom.race import Races
from docs.taking import LAPTOP, PHONE, Visitor, keep, settle, snap, until
from tests.browser import App
from tests.e2e.drawing import expect_rest
from tests.e2e.test_class import join, start_class
from tests.train_page import press

STUDENTS: Final = 11  # with the phone's owner a dozen, whom one screen shows
FAR: Final = 1200  # steps, after which weight images can be told apart
ADDRESS: Final = "http://192.168.1.20:8501"
TITLE: Final = "Class 8c"
EPOCHS: Final = 10


def class_pictures(visitor: Visitor) -> None:
    """Take a lesson from the invitation to the end of a race."""
    app, by_command = visitor.app, visitor.store.acting_as(OPERATOR)
    teacher = visitor.page(LAPTOP, locale="en-GB")
    phone = visitor.another().page(PHONE, locale="en-GB", has_touch=True, is_mobile=True)
    code = start_class(teacher, app, TITLE)
    started = Classrooms(by_command).named(code)
    Classrooms(by_command).change(started.id, address=ADDRESS)
    phone.goto(f"{app.url}/room-check")
    phone.locator("#verdict:not([data-state=wait])").wait_for()
    keep(phone, "lesson-room-check-phone")
    phone.goto(f"{app.url}/join/{code}")
    keep(phone, "lesson-join-phone")
    ada = join(phone, app, code, "Ada", look=lambda: keep(phone, "lesson-key-phone"))

    races, boards = Races(by_command), Boards(by_command)
    races.start(started.id, "mnist", max_epochs=EPOCHS)
    with _practising(app, code):
        until(lambda: len(boards.entries(started.id)) == STUDENTS + 1)
        teacher.goto(f"{app.url}/classroom?class_section=join")
        snap(teacher, "lesson-join")
        teacher.goto(f"{app.url}/classroom?class_section=board")
        expect_rest(teacher)
        press(ada.page, "Train")
        until(lambda: _in_training(boards, started.id, FAR) >= STUDENTS // 2)
        settle(teacher)
        keep(teacher, "lesson-board")
        keep(ada.page, "lesson-train-phone")
        _lead_panel(teacher)
        until(lambda: _in_training(boards, started.id) == 0, 300)
    Lead(by_command).hold(started.id, is_held=True)
    ada.page.locator("dialog.ink-held").wait_for()
    keep(ada.page, "lesson-held-phone")
    Lead(by_command).hold(started.id, is_held=False)
    races.end(started.id)
    teacher.goto(f"{app.url}/classroom?class_section=activities")
    expect_rest(teacher)
    teacher.get_by_test_id("stDataFrameResizable").locator("canvas").first.wait_for()
    teacher.wait_for_timeout(
        1500
    )  # the table paints itself; the network never rests beside a download's button
    keep(teacher, "lesson-race")
    for page in (teacher, phone):
        page.context.close()


@contextmanager
def _practising(app: App, code: str) -> Iterator[None]:
    """Have simulated members join, train, draw and look at the board meanwhile."""
    command = [sys.executable, "-m", "benchmarks.practice", code, "--address", app.url]
    command += ["--students", str(STUDENTS), "--join-within", "3", "--train-within", "2"]
    process = subprocess.Popen(
        command, cwd=Path(__file__).parents[1], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
        process.wait(300)
    finally:
        process.kill()
        process.wait()


def _in_training(boards: Boards, classroom_id: str, step: int = 0) -> int:
    """Return how many members' runs have come to this step and go on."""
    runs = [entry.run for entry in boards.entries(classroom_id)]
    return sum(run is not None and run.step >= step and not run.has_ended for run in runs)


def _lead_panel(teacher: Page) -> None:
    teacher.get_by_role("button", name=re.compile("Lead “")).click()
    teacher.get_by_test_id("stPopoverBody").get_by_role("button", name="Pause all training").wait_for()
    snap(teacher, "lesson-lead")
    teacher.keyboard.press("Escape")
