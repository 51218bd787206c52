"""A lesson in real browsers: a class is started, joined by its code, trains, loses a member, and ends."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core.classroom.codes import ALPHABET
from core.runs import Store
from tests.browser import App, on_page
from tests.e2e.drawing import expect_rest
from tests.e2e.test_identity import expect_mine
from tests.train_page import expect_status, open_train, press

pytestmark = pytest.mark.e2e
PHONE, TABLET = {"width": 390, "height": 844}, {"width": 820, "height": 1180}
SHORT = "train_size=1000&batch_size=50&epochs=1"


@dataclass
class Student:
    """Somebody who joins on a device of theirs."""

    context: BrowserContext
    page: Page
    nickname: str
    key: str = ""


Arrive = Callable[[dict[str, int]], Page]


@pytest.fixture
def arrive(browser: Browser) -> Iterator[Arrive]:
    """Return what opens a device with a screen of this size."""
    opened: list[BrowserContext] = []

    def device(size: dict[str, int]) -> Page:
        opened.append(browser.new_context(viewport=size, locale="en-GB"))  # type: ignore[arg-type]
        return opened[-1].new_page()

    yield device
    for context in opened:
        context.close()


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


def fits(page: Page) -> bool:
    """Return whether nothing stands beyond the right edge."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def join(
    page: Page, app: App, code: str, nickname: str = "", look: Callable[[], None] = lambda: None
) -> Student:
    """Join as a student does: with the code, typed in small letters; nickname: "" for what is suggested.

    look: called where the key is shown.
    """
    page.goto(f"{app.url}/join")
    assert fits(page)
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


@pytest.mark.usefixtures("trains")
def test_a_lesson(app: App, store: Store, page: Page, arrive: Arrive) -> None:
    title = "7b <i> *x*"
    code = start_class(page, app, title)
    expect(page.locator(".ink-poster-qr")).to_be_visible()
    loaded_at = page.evaluate("performance.timeOrigin")
    expect_members(page)
    ada = join(arrive(PHONE), app, code, "Ada <b>")
    expect_members(page, "Ada <b>")
    fox = join(arrive(TABLET), app, code)
    expect_members(page, "Ada <b>", fox.nickname)
    assert page.evaluate("performance.timeOrigin") == loaded_at, "the page was not loaded again"

    before = {row.id for row in store.list()}
    open_train(ada.page, f"{app.url}/?{SHORT}")
    press(ada.page, "Train")
    expect_status(ada.page, "finished", 120_000)
    ada.page.goto(f"{app.url}/runs")
    expect_rest(ada.page)
    expect_mine(ada.page, 1)
    (run,) = [row for row in store.list() if row.id not in before]
    assert run.owner
    expect(on_page(ada.page, "Take my things to another browser")).to_have_count(0)

    page.get_by_role("button", name="A member", exact=True).click()
    page.get_by_role("combobox", name="Nickname").click()
    page.get_by_role("option", name=fox.nickname, exact=True).click()
    press(page, "Remove from the class")
    expect_members(page, "Ada <b>")
    press(fox.page, "Train")
    expect(on_page(fox.page, re.compile("^You are not in the class"))).to_be_visible()
    expect(fox.page.locator(".ink-seat")).to_have_count(0)

    other = arrive(TABLET)
    come_back(other, app, code, ada)
    other.goto(f"{app.url}/runs?run={run.id}")
    expect_rest(other)
    expect_mine(other, 1)
    other.get_by_role("link", name="Leave the class").click()
    other.get_by_role("button", name="Leave the class").click()
    expect(other.get_by_label("Your nickname").first).to_be_visible()
    assert other.url == f"{app.url}/join/{code}"
    other.goto(f"{app.url}/runs")
    expect_rest(other)
    expect_mine(other, 0)

    page.get_by_role("tab", name="Settings").click()
    press(page, "End the class")
    page.get_by_role("dialog").get_by_role("button", name="End, and delete everything").click()
    expect(on_page(page, re.compile("has ended. Deleted for good: 1 run")).first).to_be_visible()
    assert run.id not in {row.id for row in store.list()}
    ada.page.goto(f"{app.url}/join/{code}")
    expect(ada.page.get_by_role("alert")).to_contain_text(f"There is no class with the code “{code}”.")
