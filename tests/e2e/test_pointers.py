"""What counts as a stroke on the pad: of palms, pinches, pens and mice, and beside Clear and the label buttons."""

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core import datasets
from core.runs import Store
from core.runs.own_datasets import OwnDatasets
from tests.browser import App
from tests.e2e.drawing import PAD, choose, draw, expect_rest, open_draw, press
from tests.e2e.pointing import Hands, bar, expect_bars, on_canvas, settle
from tests.e2e.slow_link import SlowLink
from tests.polling import until

pytestmark = pytest.mark.e2e


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    yield opened
    opened.close()


def opened(app: App, phone: BrowserContext) -> tuple[Page, Hands]:
    page = phone.new_page()
    open_draw(page, app, "softmax-mnist")
    page.locator(PAD).scroll_into_view_if_needed()
    return page, Hands(phone, page)


def at(name: str) -> list[np.ndarray]:
    return [np.array(bar(name))]


def palm_then_pen(hands: Hands) -> None:
    hands.down("palm", (240, 200), width=90)
    hands.move(palm=(238, 203))
    hands.pen(bar("left"))
    hands.move(palm=(236, 199))
    hands.up("palm")


def fingers_touch_then_pen(hands: Hands) -> None:
    """The edge of a hand, no wider than a finger where it touches."""
    hands.down("palm", (240, 200))
    hands.along("palm", [(200, 210), (180, 220)])
    hands.pen(bar("left"))
    hands.up("palm")


def palm_under_the_pen(hands: Hands) -> None:
    start, *way = bar("left")
    hands._pen("mousePressed", start)
    hands.down("palm", (240, 200), width=30)
    for place in way:
        hands._pen("mouseMoved", place)
    hands.move(palm=(150, 100))
    hands._pen("mouseReleased", way[-1])
    hands.up("palm")


def palm_then_finger(hands: Hands) -> None:
    hands.down("palm", (240, 200), width=90)
    hands.move(palm=(238, 203))
    hands.stroke("finger", bar("left"))
    hands.move(palm=(236, 199))
    hands.up("palm")


def finger_then_palm(hands: Hands) -> None:
    start, *way = bar("left")
    hands.down("finger", start)
    hands.along("finger", way[:5])
    hands.down("palm", (240, 200), width=90)
    hands.along("finger", way[5:])
    hands.up("finger")
    hands.up("palm")


def palm_alone(hands: Hands) -> None:
    hands.down("palm", (200, 200), width=70)
    hands.along("palm", [(203, 200), (204, 205)])
    hands.up("palm")


def pinch(hands: Hands) -> None:
    hands.down("thumb", (100, 200))
    hands.move(thumb=(104, 196))
    hands.down("finger", (200, 100))
    for step in range(8):
        hands.move(thumb=(104 + 4 * step, 196 - 4 * step), finger=(200 - 4 * step, 100 + 4 * step))
    hands.up("finger")
    hands.along("thumb", [(150, 100), (150, 50)])
    hands.up("thumb")


def two_fingers(hands: Hands) -> None:
    hands.down("one", (100, 220))
    hands.down("other", (160, 220))
    for y in range(210, 60, -10):
        hands.move(one=(100, y), other=(160, y))
    hands.up("one")
    hands.up("other")


def pinch_from_beside(hands: Hands) -> None:
    hands.down("finger", (100, 200))
    hands.down("thumb", (140, 400))  # beneath the canvas
    for step in range(8):
        hands.move(finger=(100, 200 - 10 * step), thumb=(140, 400 - 4 * step))
    hands.up("finger")
    hands.up("thumb")


def cancelled(hands: Hands) -> None:
    hands.down("finger", (30, 30))
    hands.along("finger", [(100, 30), (200, 30)])
    hands.cancel()


def draw_left(hands: Hands) -> None:
    hands.stroke("finger", bar("left"))


def thumb(hands: Hands) -> None:
    hands.stroke("thumb", bar("left"), width=70)


NOTHING = [pinch, two_fingers, pinch_from_beside, palm_alone, cancelled]
ONE = [palm_then_pen, palm_then_finger, fingers_touch_then_pen, palm_under_the_pen, finger_then_palm, thumb]


def test_of_palm_and_pinch_nothing_stays_and_the_stroke_does(app: App, phone: BrowserContext) -> None:
    page, hands = opened(app, phone)
    pinch(hands)
    hands.stroke("finger", bar("left"))
    cancelled(hands)
    hands.down("palm", (40, 250), width=90)
    hands.stroke("finger", bar("middle"))
    hands.up("palm")
    hands.down("palm", (40, 250))
    hands.move(palm=(44, 244))
    hands.pen(bar("right"))
    hands.up("palm")
    expect_bars(page, "left", "middle", "right")


@pytest.mark.long
@pytest.mark.parametrize("gesture", NOTHING)
def test_a_gesture_leaves_nothing_and_the_next_stroke_is_not_joined_to_it(
    app: App, phone: BrowserContext, gesture
) -> None:
    page, hands = opened(app, phone)
    gesture(hands)
    settle(page)
    assert on_canvas(page) == []
    hands.stroke("finger", bar("right"))
    expect_bars(page, "right")


@pytest.mark.long
@pytest.mark.parametrize("drawn", ONE)
def test_a_stroke_stays_and_the_hand_around_it_does_not(app: App, phone: BrowserContext, drawn) -> None:
    page, hands = opened(app, phone)
    drawn(hands)
    settle(page)  # a while: no finger draws while a pen is near
    hands.stroke("finger", bar("right"))
    expect_bars(page, "left", "right")


def test_a_stroke_begun_while_clear_is_under_way_stays(app: App, page: Page) -> None:
    link = SlowLink(page)
    open_draw(page, app, "softmax-mnist")
    draw(page, at("left"))
    expect(page.get_by_role("button", name="Clear")).to_be_enabled()
    settle(page)
    link.hold()
    press(page, "Clear")
    draw(page, at("middle"))
    box = page.locator(PAD).bounding_box()
    assert box is not None
    *before, last = [(box["x"] + x, box["y"] + y) for x, y in bar("right")]
    page.mouse.move(*before[0])
    page.mouse.down()
    for place in before[:6]:
        page.mouse.move(*place)
    link.wait_for(lambda: link.heard("script_finished"), "the server to have cleared it")
    link.release()
    until(lambda: page.evaluate("true") and "left" not in on_canvas(page), "the canvas to be cleared")
    for place in [*before[6:], last]:
        page.mouse.move(*place)
    page.mouse.up()
    settle(page)
    assert on_canvas(page) == ["middle", "right"]
    press(page, "Undo")  # the server has it too, as two states
    until(lambda: page.evaluate("true") and on_canvas(page) == ["middle"], "one stroke less")


@pytest.mark.long
@pytest.mark.parametrize("kind", ["mouse", "pen", "finger"])
def test_a_stroke_begun_right_after_clear_stays(app: App, phone: BrowserContext, kind: str) -> None:
    page, hands = opened(app, phone)
    strokes = {"mouse": lambda way: draw_by_mouse(page, hands, way), "pen": hands.pen}
    stroke = strokes.get(kind, lambda way: hands.stroke("finger", way))
    for _ in range(3):
        hands.stroke("finger", bar("left"))
        expect(page.get_by_role("button", name="Clear")).to_be_enabled()
        page.get_by_role("button", name="Clear").tap()
        stroke(bar("middle"))
        stroke(bar("right"))
        settle(page)
        assert on_canvas(page) == ["middle", "right"]
        page.get_by_role("button", name="Clear").tap()
        settle(page)
        assert on_canvas(page) == []


@pytest.mark.long
@pytest.mark.parametrize(("key", "left"), [("Delete", ["right"]), ("Control+z", ["left", "right"])])
def test_a_stroke_after_a_press_stays_though_a_busy_server_hears_of_both_at_once(
    app: App, page: Page, key: str, left: list[str]
) -> None:
    link = SlowLink(page)
    open_draw(page, app, "softmax-mnist")
    draw(page, at("left"))
    settle(page)
    link.hold_page()
    draw(page, at("middle"))
    page.keyboard.press(key)
    draw(page, at("right"))
    link.wait_for(lambda: on_canvas(page) != [], "the canvas to be painted")
    link.release()
    settle(page)
    until(lambda: page.evaluate("true") and on_canvas(page) == left, "what is left")


def draw_by_mouse(page: Page, hands: Hands, way: list[tuple[float, float]]) -> None:
    places = [hands._at(place) for place in way]
    page.mouse.move(places[0]["x"], places[0]["y"])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(place["x"], place["y"])
    page.mouse.up()


def test_a_label_pressed_as_the_pen_is_lifted_keeps_the_last_stroke(
    app: App, page: Page, store: Store
) -> None:
    open_draw(page, app, "softmax-mnist")
    choose(page, "Train on your drawings")
    draw(page, at("left"))
    label = page.locator(".st-key-lesson_labels").get_by_role("button", name="4", exact=True)
    expect(label).to_be_enabled()
    expect_rest(page)
    known = {entry.spec.name for entry in OwnDatasets(store).managed()}
    draw(page, at("right"))
    page.keyboard.press("4")
    expect(page.get_by_text("1 image is kept so far.")).to_be_visible()
    (mine,) = [entry.spec.name for entry in OwnDatasets(store).managed() if entry.spec.name not in known]
    images = datasets.load(mine, app.data)
    (image,) = [*images.train_images, *images.test_images]
    inked = image[0].max(0) > 128
    assert np.flatnonzero(np.diff(inked.astype(int)) > 0).size == 2, "two bars side by side"
    expect_rest(page)
    assert on_canvas(page) == []
    expect(label).to_be_disabled()


@pytest.mark.long
@pytest.mark.parametrize("button", ["right", "middle"])
def test_other_buttons_of_a_mouse_draw_nothing(app: App, page: Page, button) -> None:
    open_draw(page, app, "softmax-mnist")
    box = page.locator(PAD).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down(button=button)
    page.mouse.move(box["x"] + 200, box["y"] + 40)
    page.mouse.up(button=button)
    page.keyboard.press("Escape")
    draw(page, at("left"))
    expect_bars(page, "left")


@pytest.mark.long
def test_a_stroke_that_leaves_the_canvas_and_comes_back_is_one(app: App, page: Page) -> None:
    open_draw(page, app, "softmax-mnist")
    way = [*bar("left")[:9], (-60.0, 140.0), (-60.0, 150.0), *bar("left")[8:]]
    draw(page, [np.array(way)])
    settle(page)
    undo = page.get_by_role("button", name="Undo").first
    undo.click()
    expect(undo).to_be_disabled()
