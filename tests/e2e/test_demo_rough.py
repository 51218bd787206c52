"""The demo screen handled roughly: late answers, touches too soon, a server that hangs, screens of all shapes."""

import json
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser import App
from tests.e2e.demo_screen import AGES_MS, FIELD, draw_one, phase, shown
from tests.e2e.pointing import Hands, bar
from tests.e2e.test_accessible import AXE, GRAVE

pytestmark = pytest.mark.e2e
FITS: Final = "width => innerWidth === width && document.documentElement.scrollWidth === width"
FALSE_ANSWER: Final = {
    "kind": "sure",
    "large": "Late",
    "small": "",
    "shares": [0.1] * 10,
    "best": 1,
    "alt": "",
}


@pytest.fixture
def begun(screen: BrowserContext, app: App) -> Page:
    """Return a screen on which it is the visitor's turn."""
    page = shown(screen, app)
    page.get_by_role("button", name="Draw now").click()
    return page


def test_the_answer_to_a_drawing_that_was_taken_away_is_not_shown(
    screen: BrowserContext, begun: Page
) -> None:
    held: list[Route] = []
    begun.route("**/demo/answer*", lambda route: held.append(route))
    with begun.expect_request("**/demo/answer*"):
        Hands(screen, begun, FIELD).stroke("finger", bar("middle"))
    begun.get_by_role("button", name="Draw another one").click()
    with begun.expect_response("**/demo/answer*") as late:
        held[0].fulfill(body=json.dumps(FALSE_ANSWER), content_type="application/json")
    late.value.finished()
    begun.unroute("**/demo/answer*")
    expect(begun.get_by_role("heading", level=1)).to_have_text("Draw a digit")
    expect(begun.get_by_role("img", name="No answer yet.")).to_be_visible()
    draw_one(screen, begun)


def test_nobody_draws_before_there_is_a_model_that_answers(screen: BrowserContext, app: App) -> None:
    page = screen.new_page()
    held: list[Route] = []
    page.route("**/demo/begin*", lambda route: held.append(route))
    with page.expect_request("**/demo/begin*"):
        page.goto(f"{app.url}/demo?pace=fast")
    expect(page.get_by_role("button", name="Draw now")).to_be_disabled()
    held[0].continue_()
    page.get_by_role("button", name="Draw now").click(timeout=AGES_MS)
    expect(page.locator(FIELD)).to_be_focused()  # by keyboard it goes on from there
    draw_one(screen, page)


def test_who_scribbles_for_minutes_is_not_interrupted(begun: Page) -> None:
    box = begun.locator(FIELD).bounding_box()
    assert box is not None
    begun.mouse.move(box["x"] + 20, box["y"] + 20)
    begun.mouse.down()
    for at in range(1, 11):
        begun.clock.run_for(10_000)
        begun.mouse.move(box["x"] + 20 * at, box["y"] + 20 + 100 * (at % 2))
    expect(phase(begun, "draw")).to_be_visible()
    begun.mouse.up()
    expect(phase(begun, "answer")).to_be_visible()


def test_who_asked_for_little_motion_sees_the_corner_at_once(screen: BrowserContext, begun: Page) -> None:
    begun.emulate_media(reduced_motion="reduce")
    draw_one(screen, begun)
    begun.clock.run_for(9_500)
    begun.clock.run_for(400)
    expect(begun.locator(".demo-told")).to_contain_text("In the corner it")


def test_two_fingers_do_not_enlarge_it(begun: Page) -> None:
    assert begun.evaluate("getComputedStyle(document.documentElement).touchAction") == "pan-x pan-y"
    assert (
        begun.evaluate("getComputedStyle(document.querySelector('.demo-pad canvas')).touchAction") == "none"
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("query", ["?pace=fast", "?dataset=fashion_mnist&pace=fast"])
def test_at_each_size_it_holds_and_axe_finds_nothing_grave(
    browser: Browser, app: App, query: str, theme: Any
) -> None:
    context = browser.new_context(color_scheme=theme, has_touch=True, locale="en-GB")
    page = shown(context, app, query)

    def look(state: str) -> None:
        for width, height in ((1366, 650), (820, 1180), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(FITS, arg=width)
            found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
            grave = [(fault["id"], fault["nodes"][0]["html"]) for fault in found if fault["impact"] in GRAVE]
            assert grave == [], (state, width)

    page.evaluate(AXE)
    look("learn")
    page.get_by_role("button", name="now").click()
    look("draw")
    if "fashion" in query:
        page.get_by_role("button", name="Picture 3").click()
    else:
        Hands(context, page, FIELD).stroke("finger", bar("middle"))
    expect(phase(page, "answer")).to_be_visible()
    look("answer")
    page.clock.run_for(9_500)
    page.clock.run_for(12_000)
    expect(phase(page, "corner")).to_be_visible()
    look("corner")
    context.close()
