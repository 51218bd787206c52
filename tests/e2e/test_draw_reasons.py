"""The reasons for an answer in a real browser: once the pen rests, of the last drawing, and where they are seen."""

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect

from tests.browser import App
from tests.e2e.drawing import MIDDLE, clear, draw, expect_class, expect_rest, open_draw, path_of
from tests.polling import until

pytestmark = pytest.mark.e2e

LONGER = """() => {
  const rest = window.__inklingRest, answered = rest.answered.bind(rest);
  rest.answered = (told) => answered({ ...told, restMs: 8 * told.restMs });
}"""  # a slow machine's three strokes are still quick
ALL_ANSWERED = "() => window.__inklingRest.answer.at > window.__inklingRest.penAt"
OVER = "() => { const { at, restMs } = window.__inklingRest.answer; return performance.now() > at + restMs + 300; }"
BARS = [np.array([[30.0 + 60 * k, 250.0], [50.0 + 60 * k, 252.0], [80.0 + 60 * k, 250.0]]) for k in range(3)]


class Wishes:
    """How often a page has asked for reasons."""

    def __init__(self, page: Page) -> None:
        self.count = 0
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", self._note)

    def _note(self, frame: str | bytes) -> None:
        self.count += b'"rested"' in (frame if isinstance(frame, bytes) else frame.encode())


def test_three_quick_strokes_are_given_reasons_once_and_nothing_moves(app: App, page: Page) -> None:
    wishes, behind = Wishes(page), page.locator(".st-key-behind")
    open_draw(page, app)
    draw(page, path_of(3, MIDDLE))
    expect_class(page, "3")
    evidence = page.locator(".st-key-evidence .ink-pixels-grid")
    expect(evidence).to_be_visible()
    expect(behind).to_have_attribute("aria-busy", "false")
    assert wishes.count == 1
    expect_rest(page)
    before, said = evidence.bounding_box(), behind.inner_text()
    page.evaluate(LONGER)
    draw(page, BARS)
    page.wait_for_function(ALL_ANSWERED)
    expect(behind).to_have_attribute("aria-busy", "true")  # pale, and silent, until they come
    assert behind.inner_text() == said
    assert evidence.bounding_box() == before
    expect(behind).to_have_attribute("aria-busy", "false")
    until(lambda: behind.inner_text() != said, "the reasons of what is drawn now")
    expect_rest(page)
    assert wishes.count == 2
    assert evidence.bounding_box() == before
    clear(page)
    expect(behind).to_contain_text("Once there is an answer")


def test_reasons_that_nobody_sees_are_not_asked_for(app: App, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    try:
        page = context.new_page()
        wishes = Wishes(page)
        open_draw(page, app)
        draw(page, path_of(3, MIDDLE))
        expect_class(page, "3")
        page.wait_for_function(OVER)
        assert wishes.count == 0
        page.locator(".st-key-behind").scroll_into_view_if_needed()
        expect(page.locator(".st-key-evidence")).to_be_visible()
        assert wishes.count == 1
    finally:
        context.close()
