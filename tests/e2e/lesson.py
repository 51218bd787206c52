"""What a teacher and students do in a lesson, in real browsers: start a class, join it, lead it, hand drawings in."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import select

from core.classroom.codes import ALPHABET
from core.runs import Store
from core.runs.classroom_schema import MEMBERS
from tests.browser import App
from tests.e2e.drawing import MIDDLE, draw, expect_class, expect_rest, open_draw, path_of
from tests.runs_in_work import LONG
from tests.train_page import press

LAPTOP = {"width": 1366, "height": 768}
TABLET = {"width": 820, "height": 1180}
PHONE = {"width": 390, "height": 844}
HELD, LINE = "dialog.ink-held", ".ink-line-shown"

Arrive = Callable[..., Page]  # of a device's size, and its theme ("light" or "dark")


@dataclass
class Student:
    """Somebody who joins on a device of theirs."""

    context: BrowserContext
    page: Page
    nickname: str
    key: str = ""


def start_class(page: Page, app: App, title: str) -> str:
    """Return the code of a new class, led in this browser; its key is written down."""
    page.goto(f"{app.url}/classroom")
    page.get_by_role("textbox", name="Title", exact=True).fill(title)
    press(page, "Start the class")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    key = page.get_by_test_id("stCode").inner_text().strip()
    assert re.fullmatch(rf"(?:[{ALPHABET}]{{4}}-){{3}}[{ALPHABET}]{{4}}", key)
    press(page, "I have written it down")
    expect(page.get_by_test_id("stCode")).to_have_count(0)
    return page.locator(".ink-poster-code").inner_text().strip()


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page if INKLING_LESSON_PICTURES names a folder to keep it in."""
    folder = os.environ.get("INKLING_LESSON_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def fits(page: Page) -> bool:
    """Return whether nothing stands beyond the right edge."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def join(
    page: Page,
    app: App,
    code: str,
    nickname: str = "",
    look: Callable[[], None] = lambda: None,
    address: str = "",
) -> Student:
    """Join as a student does: with the code, typed in small letters; nickname: "" for what is suggested.

    look: called where the key is shown. address: of the class, where its link is opened and no code typed.
    """
    page.goto(f"{app.url}{address or '/join'}")
    assert fits(page)
    if not address:
        page.get_by_label("The class's code").fill(f"{code[:3]} {code[3:]}".lower())
        page.get_by_role("button", name="Continue").click()
    field = page.get_by_label("Your nickname").first
    if nickname:
        field.fill(nickname)
    nickname = field.input_value()
    assert fits(page)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"You are {nickname}")
    key = page.locator("strong.code").inner_text()
    assert fits(page)
    look()
    page.get_by_role("link", name="Start").click()
    expect(page.locator(".ink-seat")).to_contain_text(nickname)
    expect_rest(page)
    assert fits(page)
    return Student(page.context, page, nickname, key)


def come_back(page: Page, app: App, code: str, student: Student) -> None:
    page.goto(f"{app.url}/join/{code}")
    page.get_by_text("I was here before").click()
    form = page.locator("details form")
    form.get_by_label("Your nickname").fill(student.nickname)
    form.get_by_label("Your key").fill(student.key.lower())
    form.get_by_role("button", name="Come back").click()
    expect(page.locator(".ink-seat")).to_contain_text(student.nickname)


def expect_members(page: Page, *nicknames: str) -> None:
    """Check that the page shows these, by itself."""
    count = len(nicknames)
    said = "Nobody has joined yet" if not count else f"{count} member{'s' if count > 1 else ''}"
    expect(page.get_by_role("heading", level=3).filter(has_text=said)).to_be_visible()
    expect(page.locator(".ink-members li")).to_have_text([*nicknames])


def begin_run(store: Store, student: Student, app: App) -> str:
    """Have a run of the student's be in training, and their page show it."""
    with store.database.read() as connection:
        theirs = select(MEMBERS.c.id).where(MEMBERS.c.nickname == student.nickname)
        owner = connection.scalar(
            theirs.order_by(MEMBERS.c.joined_at.desc())
        )  # other tests' classes have one, too
    assert owner
    run_id = store.create(LONG, owner=owner, pace="steps:20")
    store.enqueue(run_id)
    student.page.goto(f"{app.url}/?run={run_id}")
    expect_rest(student.page)
    return run_id


def lead(page: Page, order: str) -> None:
    """Press one of the buttons to lead with."""
    panel = page.get_by_test_id("stPopoverBody")
    if not panel.count():
        page.get_by_role("button", name=re.compile("Lead “")).click()
    panel.get_by_role("button", name=order).click()
    expect_rest(page)


def tile(page: Page, nickname: str) -> Locator:
    return page.locator(".ink-board li").filter(has_text=nickname)


def open_section(page: Page, app: App, section: str) -> None:
    page.goto(f"{app.url}/classroom?class_section={section}")
    expect_rest(page)


def hand_in(student: Student, app: App, digit: int, kind: str, label: int) -> None:
    """Draw a digit, and hand it in as one of a kind ("written" or "fooled")."""
    page = student.page
    open_draw(page, app)
    draw(page, path_of(digit, MIDDLE))
    expect_class(page, str(digit))
    page.locator(f".st-key-{kind}_{label} button").click()
    expect(page.get_by_text(f"Your {label} is handed in")).to_be_visible()
    expect_rest(page)
