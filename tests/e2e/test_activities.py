"""What a class does together, in real browsers: drawings are handed in on Draw, judged, pooled and taken back."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import App
from tests.e2e.drawing import expect_rest
from tests.e2e.lesson import LAPTOP, PHONE, Arrive, fits, hand_in, join, open_section, start_class
from tests.train_page import press

pytestmark = pytest.mark.e2e


def test_a_class_hands_drawings_in_judges_them_makes_them_a_dataset_and_takes_them_back(
    app: App, arrive: Arrive
) -> None:
    teacher, *pages = (arrive(size) for size in (LAPTOP, LAPTOP, PHONE))
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
