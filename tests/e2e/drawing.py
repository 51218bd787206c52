"""What a visitor does on the Draw page: strokes by mouse and by finger, buttons, other pages; for the browser tests."""

import re
from collections.abc import Sequence

import numpy as np
from playwright.sync_api import BrowserContext, Page, expect

from core import synthetic_digits
from tests.browser import SHOWN, App
from tests.polling import until

PAD = "canvas.upper-canvas"
EMPTY = "Draw a digit"
MIDDLE = synthetic_digits.Handwriting(size_px=190)
CORNER = synthetic_digits.Handwriting(size_px=110, centre=(0.24, 0.26))
STYLES = {4: 1, 9: 2}  # of the templates: those that most people would read without context


def open_draw(page: Page, app: App, run: str = "cnn-mnist") -> None:
    page.goto(f"{app.url}/draw?run={run}")
    expect(page.locator(PAD)).to_be_visible(timeout=120_000)
    expect(page.locator(PAD)).to_have_attribute("aria-label", re.compile("Arrow keys"))
    expect(page.locator(".st-key-answer")).to_contain_text(EMPTY)
    expect_rest(page, timeout_ms=120_000)  # the first visitor waits until the images are unpacked and known


def path_of(digit: int, hand: synthetic_digits.Handwriting) -> list[np.ndarray]:
    drawn = synthetic_digits.draw(
        synthetic_digits.template(digit, STYLES.get(digit, 0)), hand, np.random.default_rng(digit)
    )
    return [stroke[::3] for stroke in drawn]


def draw(page: Page, path: Sequence[np.ndarray]) -> None:
    """Move the mouse along the strokes, in pixels of the canvas."""
    until(lambda: page.locator(PAD).bounding_box() is not None, "the canvas to stand")  # a new pen, a new one
    box = page.locator(PAD).bounding_box()
    assert box is not None
    for stroke in path:
        points = [(box["x"] + x, box["y"] + y) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point)
        page.mouse.up()


def expect_class(page: Page, name: str) -> None:
    expect(page.locator(".st-key-answer .ink-answer")).to_have_attribute("data-class", name)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(f"^{name}")).first.click()


def clear(page: Page) -> None:
    press(page, "Clear")
    expect(page.locator(".st-key-answer")).to_contain_text(EMPTY)


def choose(page: Page, option: str) -> None:
    page.get_by_role("radio", name=option, exact=True).click()
    expect_rest(page)


def expect_rest(page: Page, timeout_ms: float = 60_000) -> None:
    """Wait until the server has taken in everything: a pen whose width changes in mid-stroke loses the stroke."""
    page.wait_for_function(SHOWN)
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=timeout_ms
    )
    page.wait_for_function(SHOWN)


def go_to(page: Page, name: str) -> None:
    page.get_by_test_id("stTopNav").get_by_role("link", name=name).click()


def set_pen(page: Page, steps: int) -> None:
    """Move the pen's width by `steps` px, with the arrow keys."""
    slider = page.get_by_role("slider", name="Pen width")
    wanted = int(slider.input_value()) + steps
    slider.focus()
    for _ in range(abs(steps)):
        page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")
    expect(slider).to_have_value(str(wanted))
    expect_answered(page)


def expect_answered(page: Page) -> None:
    """Have the server answer something that shows: it answers in order, so all before it is taken in by then."""
    behind, words = page.locator(".st-key-behind"), "Prepared like the training images"
    page.get_by_role("radio", name="Preparation", exact=True).click()
    expect(behind).to_contain_text(words)
    page.get_by_role("radio", name="Why?", exact=True).click()
    expect(behind).not_to_contain_text(words)
    expect_rest(page)


def expect_nothing_drawn(page: Page) -> None:
    expect(page.locator(".st-key-answer")).to_contain_text(EMPTY)


class Finger:
    """A finger on a touch screen, by the events that the browser gets from the real one."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self._page, self._events = page, context.new_cdp_session(page)
        self._last: tuple[float, float] = (0.0, 0.0)

    def draw(self, path: Sequence[np.ndarray]) -> None:
        """Move along the strokes, in pixels of the canvas of 280."""
        for stroke in path:
            self.put_down(stroke)
            self._send("touchEnd", [])

    def put_down(self, stroke: np.ndarray) -> None:
        """Move along the stroke and stay on the screen."""
        box = self._page.locator(PAD).bounding_box()
        assert box is not None
        zoom = box["width"] / 280
        points = [(box["x"] + x * zoom, box["y"] + y * zoom) for x, y in stroke]
        self._send("touchStart", points[:1])
        for point in points[1:]:
            self._send("touchMove", [point])
        self._last = points[-1]

    def pinch(self) -> None:
        """Put a second finger beside the one that is down."""
        x, y = self._last
        self._send("touchStart", [(x, y), (x - 60, y - 60)])

    def _send(self, kind: str, points: Sequence[Sequence[float]]) -> None:
        places = [{"x": float(x), "y": float(y), "id": number} for number, (x, y) in enumerate(points)]
        self._events.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})
