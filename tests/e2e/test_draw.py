"""The Draw page in a real browser: strokes by mouse, finger and keyboard, and everything behind the answer."""

import re
from collections.abc import Iterable

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from core import synthetic_digits
from tests.browser import App
from tests.e2e.drawing import (
    CORNER,
    EMPTY,
    MIDDLE,
    PAD,
    Finger,
    choose,
    clear,
    draw,
    expect_class,
    expect_nothing_drawn,
    expect_rest,
    go_to,
    open_draw,
    path_of,
    press,
    set_pen,
)

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("hands", "steps", "digits"),
    [
        pytest.param((MIDDLE, CORNER), -15, (5, 6, 8), id="by turns-thin-the rest"),
        pytest.param((MIDDLE,), -15, range(10), id="middle-thin", marks=pytest.mark.long),
        pytest.param((MIDDLE,), 14, range(10), id="middle-thick", marks=pytest.mark.long),
        pytest.param((CORNER,), -15, range(10), id="corner-thin", marks=pytest.mark.long),
        pytest.param((CORNER,), 14, range(10), id="corner-thick", marks=pytest.mark.long),
    ],
)
def test_all_ten_digits_are_read(
    app: App,
    page: Page,
    hands: tuple[synthetic_digits.Handwriting, ...],
    steps: int,
    digits: Iterable[int],
) -> None:
    """The rest: those that are drawn in no other test here."""
    open_draw(page, app)
    set_pen(page, steps)
    for digit in digits:
        draw(page, path_of(digit, hands[digit % len(hands)]))
        expect_class(page, str(digit))
        clear(page)


def test_the_softmax_regression_answers_with_its_evidence_and_its_sum(app: App, page: Page) -> None:
    open_draw(page, app, "softmax-mnist")
    draw(page, path_of(3, MIDDLE))
    expect_class(page, "3")
    cells = page.locator(".ink-sums tbody tr").first.locator("td")
    expect(cells).to_have_count(4)
    expect_rest(page)
    numbers = cells.all_inner_texts()
    total, bias, logit = (float(text.replace("−", "-")) for text in numbers[:3])
    assert total + bias == pytest.approx(logit, abs=0.011)
    expect(page.get_by_text(re.compile(r"^\d+ pixels? makes? it an? \d"))).to_be_visible()


def test_undo_redo_eraser_and_clear(app: App, page: Page) -> None:
    open_draw(page, app)
    seven, bar = path_of(7, MIDDLE), np.array([[60.0, 235.0], [140.0, 236.0], [225.0, 235.0]])
    draw(page, seven)
    expect_class(page, "7")
    draw(page, [bar])
    expect(page.locator(".ink-answer")).not_to_contain_text("It is a 7")
    expect_rest(page)
    changed = page.locator(".st-key-answer").inner_text()
    press(page, "Undo")
    expect(page.locator(".ink-answer")).to_contain_text("It is a 7")
    press(page, "Redo")
    expect(page.locator(".ink-answer")).to_contain_text(changed.splitlines()[-1])
    press(page, "Undo")
    expect(page.locator(".ink-answer")).to_contain_text("It is a 7")
    choose(page, "Eraser")
    set_pen(page, 20)
    wipes = [np.array([[20.0, y], [140.0, y + 1], [260.0, y]]) for y in range(15, 280, 25)]
    draw(page, wipes)
    expect(page.locator(".st-key-answer")).to_contain_text(EMPTY)
    press(page, "Undo")
    choose(page, "Pen")
    press(page, "Clear")
    expect(page.locator(".st-key-answer")).to_contain_text(EMPTY)


def test_the_drawing_survives_another_page_and_another_run(app: App, page: Page) -> None:
    open_draw(page, app)
    draw(page, path_of(2, CORNER))
    expect_class(page, "2")
    go_to(page, "Train")
    expect(page.get_by_role("button", name=re.compile("^Train")).first).to_be_visible()
    go_to(page, "Draw")
    expect(page.locator(PAD)).to_be_visible()
    expect_class(page, "2")
    page.get_by_role("combobox", name=re.compile("Selected run$")).click()
    page.get_by_role("option", name=re.compile("softmax-mnist")).click()
    expect(page.get_by_text("Model: softmax-mnist.")).to_be_visible()
    expect_class(page, "2")
    press(page, "Undo")
    expect(page.locator(".st-key-answer")).to_contain_text(EMPTY)


def test_the_keyboard_can_draw(app: App, page: Page) -> None:
    open_draw(page, app)
    page.locator(PAD).focus()
    page.keyboard.press("Space")
    for _ in range(25):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect_class(page, "1")


@pytest.mark.long
def test_a_dot_and_a_scribble_are_not_taken_for_digits(app: App, page: Page) -> None:
    open_draw(page, app)
    draw(page, [np.array([[140.0, 140.0], [142.0, 141.0]])])
    expect(page.locator(".ink-answer")).to_have_attribute("data-kind", "tiny")
    clear(page)
    fill = [np.array([[50.0, y], [140.0, y], [230.0, y]]) for y in range(50, 240, 14)]
    draw(page, fill)
    expect(page.locator(".ink-answer")).to_have_attribute("data-kind", "unlike")


@pytest.mark.long
@pytest.mark.parametrize("run", ["softmax-mnist", "cnn-mnist"])
def test_the_pixels_that_flip_the_answer_can_be_drawn_and_taken_back(app: App, page: Page, run: str) -> None:
    open_draw(page, app, run)
    draw(page, path_of(3, MIDDLE))
    expect_class(page, "3")
    if run == "cnn-mnist":
        page.get_by_text("Find the few pixels").click()
    press(page, "Draw them")
    expect(page.locator(".st-key-flip_told")).to_contain_text("now it says")
    changed = page.locator(".ink-answer").get_attribute("data-class")
    assert changed != "3"
    expect_rest(page)
    press(page, "Undo")
    expect_class(page, "3")
    expect_rest(page)  # the browser has said what it shows: Redo would come before that
    press(page, "Redo")
    expect_class(page, str(changed))
    expect_rest(page)  # the browser has said what it shows, and that was nothing new
    press(page, "Remove them")
    expect_class(page, "3")
    press(page, "Undo")
    expect_nothing_drawn(page)


def test_on_a_phone_a_finger_does_it_all_and_nothing_moves(app: App, browser: Browser) -> None:
    phone = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    try:
        page = phone.new_page()
        open_draw(page, app, "softmax-mnist")
        page.locator(PAD).scroll_into_view_if_needed()
        finger, box = Finger(phone, page), page.locator(PAD).bounding_box()
        assert box is not None
        assert box["width"] > 330  # as wide as the screen, but for its margins
        answer = page.locator(".ink-answer").bounding_box()
        assert answer is not None
        assert answer["y"] + answer["height"] <= 844  # the answer is in the first screenful
        finger.draw(path_of(3, MIDDLE))
        expect_class(page, "3")
        assert page.locator(PAD).bounding_box() == box
        still = page.locator(".ink-answer").bounding_box()
        assert still is not None
        assert still["y"] == answer["y"]
        finger.draw([np.array([[30.0, 250.0], [140.0, 252.0], [250.0, 250.0]])])
        expect(page.locator(".ink-answer")).not_to_contain_text("It is a 3")
        page.get_by_role("button", name="Undo").tap()
        expect(page.locator(".ink-answer")).to_contain_text("It is a 3")
        expect_rest(page)
        page.locator(".st-key-behind").scroll_into_view_if_needed()  # it comes once it can be seen
        page.get_by_role("button", name="Draw them").tap()
        expect(page.locator(".st-key-flip_told")).to_contain_text("now it says")
        page.get_by_role("button", name="Remove them").tap()
        expect_class(page, "3")
        expect_rest(page)
        page.get_by_role("button", name="Clear").tap()
        expect_nothing_drawn(page)
        expect_rest(page)
        page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")  # from under the header
        finger.draw(path_of(0, CORNER))
        expect_class(page, "0")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        phone.close()


@pytest.mark.long
def test_everything_behind_the_answer_can_be_opened(app: App, page: Page) -> None:
    open_draw(page, app, "softmax-mnist")
    draw(page, path_of(0, CORNER))
    expect_class(page, "0")
    choose(page, "Preparation")
    expect(page.get_by_text("With all steps:")).to_be_visible()
    expect(page.get_by_text("Without preparation:")).to_be_visible()
    choose(page, "Other models")
    expect(page.get_by_text(re.compile("Both say 0"))).to_be_visible()
    choose(page, "During training")
    expect(page.get_by_text(re.compile("It has said 0"))).to_be_visible()


def test_it_learns_a_hand_and_shows_before_and_after(app: App, page: Page) -> None:
    open_draw(page, app, "softmax-mnist")
    choose(page, "Train on your drawings")
    for digit in (4, 4, 9, 9):
        draw(page, path_of(digit, MIDDLE))
        expect_class(page, str(digit))
        label = page.locator(".st-key-lesson_labels").get_by_role("button", name=str(digit), exact=True)
        expect(label).to_be_enabled()
        label.click()
        expect(page.locator(".st-key-answer")).to_contain_text(EMPTY)
    expect(page.get_by_text("4 images so far:")).to_be_visible()
    page.get_by_text("Export and import").click()
    with page.expect_download() as download:
        # by key: a click would go astray while the panel is still opening
        page.get_by_role("button", name="Download as a ZIP").press("Enter")
    assert download.value.suggested_filename == "inkling-my-drawings-mnist.zip"
    press(page, "Train on these only")
    expect(page.locator(".ink-sums")).to_contain_text("On your test images")
