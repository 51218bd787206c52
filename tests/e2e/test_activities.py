"""What a class does together, in real browsers: drawings are handed in on Draw, judged, pooled and taken back."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import App
from tests.e2e.drawing import MIDDLE, draw, expect_class, expect_rest, open_draw, path_of
from tests.e2e.test_class import PHONE, Student, fits, join, start_class
from tests.train_page import press

pytestmark = pytest.mark.e2e
LAPTOP = {"width": 1366, "height": 900}


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


def test_a_class_hands_drawings_in_judges_them_makes_them_a_dataset_and_takes_them_back(
    browser: Browser, app: App
) -> None:
    contexts = [browser.new_context(viewport=size, locale="en-GB") for size in (LAPTOP, LAPTOP, PHONE)]  # type: ignore[arg-type]
    teacher, *pages = (context.new_page() for context in contexts)
    code = start_class(teacher, app, "8c draws")
    ada, ben = (join(page, app, code, name) for page, name in zip(pages, ("Ada", "Ben"), strict=True))
    open_section(teacher, app, "activities")
    teacher.get_by_text("Start “Our handwriting”").click()
    teacher.locator(".st-key-handwriting_start button").click()
    expect(teacher.get_by_text("0 drawings have been handed in.")).to_be_visible()

    hand_in(ada, app, 3, "written", 3)
    hand_in(ben, app, 7, "written", 7)
    assert fits(ben.page)
    expect(teacher.get_by_text("2 drawings have been handed in.")).to_be_visible()
    press(teacher, "Make it the class's dataset")
    expect(teacher.get_by_role("button", name="Train on our handwriting")).to_be_visible()

    ada.page.goto(f"{app.url}/classroom")
    ada.page.get_by_text("Your 1 drawing").click()
    ada.page.get_by_role("button", name="Take back").click()
    expect(teacher.get_by_text("1 drawing has been handed in.")).to_be_visible()

    teacher.get_by_text("Start “Fool it”").click()
    expect_rest(teacher)
    teacher.locator(".st-key-fool_start button").click()
    expect(teacher.get_by_role("heading", name="Fool it")).to_be_visible()
    hand_in(ada, app, 4, "fooled", 9)  # the model reads a 4; she says it is a 9
    ben.page.goto(f"{app.url}/classroom")
    expect(ben.page.get_by_text("What do you see?")).to_be_visible()
    assert "Ada" not in ben.page.locator(".st-key-judged").inner_text(), "nothing tells whose it is"
    ben.page.locator(".st-key-say_9 button").click()
    expect(ben.page.get_by_text("You have said what you see in all drawings so far.")).to_be_visible()
    for page in (teacher, ben.page):
        expect(page.get_by_text(re.compile("Ada says 9, the model 4"))).to_be_visible()
        expect(page.get_by_text(re.compile("1 of 1 others agree"))).to_be_visible()
        expect(page.get_by_text(re.compile("It reads 4 rather than"))).to_be_visible()
    assert fits(ben.page)

    open_section(teacher, app, "settings")
    press(teacher, "End the class")
    press(teacher, "End, and delete everything")
    expect(teacher.get_by_text("has ended")).to_be_visible()
    for context in contexts:
        context.close()
