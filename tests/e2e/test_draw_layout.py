"""Draw at every width: nothing lies on the canvas, and drawings are labelled without scrolling."""

from collections.abc import Sequence

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import App
from tests.e2e.drawing import (
    EMPTY,
    MIDDLE,
    PAD,
    Finger,
    choose,
    draw,
    expect_class,
    expect_rest,
    open_draw,
    path_of,
)
from tests.polling import until

pytestmark = pytest.mark.e2e
TEN = pytest.param(range(10), id="ten", marks=pytest.mark.long)


def box_of(thing: Locator) -> dict[str, float]:
    box = thing.bounding_box()
    assert box is not None
    return dict(box)


def overlap(a: dict[str, float], b: dict[str, float]) -> bool:
    return (
        a["x"] < b["x"] + b["width"] and b["x"] < a["x"] + a["width"]
        and a["y"] < b["y"] + b["height"] and b["y"] < a["y"] + a["height"]
    )  # fmt: skip


def test_at_no_width_does_the_canvas_cover_the_answer(app: App, page: Page) -> None:
    page.set_viewport_size({"width": 1366, "height": 900})
    open_draw(page, app)
    draw(page, path_of(3, MIDDLE))
    expect_class(page, "3")
    for width in (1366, 1100, 960, 900, 820, 760, 700, 641, 640, 500, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        asked = page.locator(".st-key-asked")
        until(lambda width=width, asked=asked: box_of(asked)["width"] <= width, "the page to be laid out")
        canvas, within = box_of(page.locator(PAD)), box_of(asked)
        for other in (".st-key-answer", ".st-key-answer_bars", ".st-key-model_input", ".st-key-pad_tools"):
            assert not overlap(canvas, box_of(page.locator(other))), (width, other)
        for part in (canvas, box_of(page.locator(".st-key-answer")), box_of(page.locator(".ink-bars").first)):
            assert part["x"] + part["width"] <= within["x"] + within["width"] + 1, width


def test_a_laptop_shows_the_whole_answer_at_once_and_says_it_in_the_largest_letters(
    app: App, page: Page
) -> None:
    page.set_viewport_size({"width": 1366, "height": 650})
    open_draw(page, app)
    draw(page, path_of(3, MIDDLE))
    expect_class(page, "3")
    expect_rest(page)
    bars, seen = box_of(page.locator(".ink-bars").first), box_of(page.locator(".st-key-model_input figure"))
    assert bars["x"] + bars["width"] <= seen["x"], "what the model sees stands beside the bars"
    for part in (bars, seen):
        assert part["y"] + part["height"] <= 640
    sizes = page.get_by_test_id("stMain").evaluate(
        """main => {
            const size = (thing) => parseFloat(getComputedStyle(thing).fontSize);
            const all = [...main.querySelectorAll("*")].map(size);
            return [size(main.querySelector(".ink-answer > :first-child")), Math.max(...all)];
        }"""
    )
    assert sizes[0] == sizes[1]


def to_the_top(page: Page) -> None:
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")


def labels_of(page: Page) -> Locator:
    return page.locator(".st-key-lesson_labels button")


def assert_in_one_screen(page: Page, height: int) -> None:
    """Canvas, labels and what takes a drawing back are seen at once, none on another."""
    parts = [PAD, ".st-key-lesson_labels button", ".st-key-pad_tools button"]
    boxes = [box_of(part) for selector in parts for part in page.locator(selector).all()]
    assert len(boxes) == 1 + 10 + 3
    assert max(box["y"] + box["height"] for box in boxes) <= height
    pad = boxes[0]
    for box in boxes[1:]:
        beside = box["x"] >= pad["x"] + pad["width"] - 1
        assert beside or box["y"] >= pad["y"] + pad["height"] - 1


@pytest.mark.parametrize("digits", [pytest.param((0, 1, 9), id="few"), TEN])
def test_digits_are_drawn_and_labelled_without_scrolling(app: App, page: Page, digits: Sequence[int]) -> None:
    page.set_viewport_size({"width": 1366, "height": 650})
    open_draw(page, app)
    choose(page, "Train on your drawings")
    to_the_top(page)
    expect(labels_of(page)).to_have_count(10)
    for count, digit in enumerate(digits, start=1):
        draw(page, path_of(digit, MIDDLE))
        expect(labels_of(page).nth(digit)).to_be_enabled()
        expect_rest(page)
        button = box_of(labels_of(page).nth(digit))
        assert button["y"] + button["height"] <= 650
        assert_in_one_screen(page, 650)
        if digit % 2:
            page.keyboard.press(str(digit))
        else:
            page.mouse.click(button["x"] + button["width"] / 2, button["y"] + button["height"] / 2)
        expect(page.locator(".st-key-answer")).to_contain_text(EMPTY)
        kept = "1 image is kept" if count == 1 else f"{count} images are kept"
        expect(page.locator(".st-key-question")).to_contain_text(kept)
        expect_rest(page)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollTop") == 0
    page.get_by_role("button", name="Delete all").click()
    expect(page.locator(".st-key-question")).to_contain_text("0 images are kept")


def test_a_phone_shows_canvas_and_labels_at_once(app: App, browser: Browser) -> None:
    phone = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    try:
        page = phone.new_page()
        open_draw(page, app)
        choose(page, "Train on your drawings")
        to_the_top(page)
        Finger(phone, page).draw(path_of(3, MIDDLE))
        expect(labels_of(page).first).to_be_enabled()
        expect_rest(page)
        assert box_of(page.locator(PAD))["width"] > 330
        assert_in_one_screen(page, 844)
        for label in labels_of(page).all():
            button = box_of(label)
            assert button["y"] + button["height"] <= 844
            assert button["width"] >= 30
            assert button["height"] >= 44
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        phone.close()


@pytest.mark.long
def test_the_probability_of_the_arithmetic_is_seen_on_a_phone(app: App, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{app.url}/weights?run=softmax-mnist")
    page.get_by_role("tab", name="Arithmetic").click(timeout=120_000)
    table = page.get_by_test_id("arithmetic-table")
    expect(table).to_be_visible()
    slider = page.get_by_role("slider", name="Temperature")
    for steps in (0, 1):
        for _ in range(steps):  # then every column shows
            slider.press("ArrowRight")
        expect(table.locator("thead th")).to_have_count(6 + steps)
        expect_rest(page)
        for cell in (*table.locator("thead th").all(), *table.locator("tbody tr").first.locator("td").all()):
            place = box_of(cell)
            assert place["x"] >= 0
            assert place["x"] + place["width"] <= 390
