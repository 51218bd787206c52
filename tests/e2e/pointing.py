"""Hands on the pad for the browser tests: fingers, palms and pens by the browser's own protocol, and what they left."""

from collections.abc import Iterable, Sequence
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.drawing import PAD, expect_answered
from tests.polling import until

Place = tuple[float, float]
BARS = {"left": 60.0, "middle": 140.0, "right": 220.0}  # upright strokes, by their place across the canvas
TOP, FOOT = 60.0, 220.0
LEFTOVERS = """([bars, top, foot]) => {
  const hosts = [...document.querySelectorAll(".st-key-pad *")];
  const canvas = hosts.map((host) => host.shadowRoot?.querySelector("canvas.dc-canvas.lower-canvas")).find(Boolean);
  const { width, height } = canvas;
  const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  const isInked = (x, y) => pixels[4 * (y * width + x)] < 128;
  const left = Object.keys(bars).filter((name) => {
    for (let y = top; y <= foot; y += 2) if (!isInked(bars[name], y)) return false;
    return true;
  });
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (isInked(x, y) && !left.some((name) => Math.abs(x - bars[name]) < 14)) return [...left, "something else"];
  return left;
}"""


def bar(name: str) -> list[Place]:
    """Return the points of an upright stroke, in pixels of the canvas."""
    return [(BARS[name], TOP + 10 * step) for step in range(1 + round((FOOT - TOP) / 10))]


def on_canvas(page: Page) -> list[str]:
    """Return which bars lie on the canvas in the browser, and whether anything else does."""
    found: list[str] = page.evaluate(LEFTOVERS, [BARS, TOP, FOOT])
    return found


def settle(page: Page) -> None:
    """Wait until the server has taken in everything; the canvas is in view again after that."""
    expect_answered(page)
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")


def expect_bars(page: Page, *names: str) -> None:
    """Expect these bars and nothing else in the browser, and one state of the server's for each of them."""
    settle(page)
    assert on_canvas(page) == list(names)
    undo = page.get_by_role("button", name="Undo").first
    for left in range(len(names) - 1, -1, -1):
        undo.click()
        until(lambda left=left: on_canvas(page) == list(names[:left]), "one stroke less")
    expect(undo).to_be_disabled()


class Hands:
    """Whatever touches the screen: each touch by its name, with the width of its contact."""

    def __init__(self, context: BrowserContext, page: Page, pad: str = PAD) -> None:
        self._page, self._pad, self._events = page, pad, context.new_cdp_session(page)
        self._touches: dict[str, dict[str, Any]] = {}

    def down(self, name: str, place: Place, width: float = 24) -> None:
        at = self._at(place)
        self._touches[name] = {**at, "id": len(self._touches), "radiusX": width / 2, "radiusY": width / 2}
        self._send("touchStart")

    def move(self, **places: Place) -> None:
        for name, place in places.items():
            self._touches[name] |= self._at(place)
        self._send("touchMove")

    def along(self, name: str, places: Iterable[Place]) -> None:
        for place in places:
            self.move(**{name: place})

    def up(self, name: str) -> None:
        del self._touches[name]
        self._send("touchMove" if self._touches else "touchEnd")

    def stroke(self, name: str, places: Sequence[Place], width: float = 24) -> None:
        self.down(name, places[0], width)
        self.along(name, places[1:])
        self.up(name)

    def cancel(self) -> None:
        """Have the system take all touches for a gesture of its own."""
        self._touches.clear()
        self._send("touchCancel")

    def pen(self, places: Sequence[Place]) -> None:
        for kind, place in self._pen_events(places):
            self._pen(kind, place)

    def _pen_events(self, places: Sequence[Place]) -> list[tuple[str, Place]]:
        moves = [("mouseMoved", place) for place in places[1:]]
        return [("mousePressed", places[0]), *moves, ("mouseReleased", places[-1])]

    def _pen(self, kind: str, place: Place) -> None:
        is_down = {"buttons": 0 if kind == "mouseReleased" else 1, "force": 0.5}
        said = {"type": kind, "pointerType": "pen", "button": "left", "clickCount": 1, **is_down}
        self._events.send("Input.dispatchMouseEvent", said | self._at(place))

    def _at(self, place: Place) -> dict[str, Any]:
        box = self._page.locator(self._pad).bounding_box()
        assert box is not None
        zoom = box["width"] / 280
        return {"x": box["x"] + place[0] * zoom, "y": box["y"] + place[1] * zoom}

    def _send(self, kind: str) -> None:
        points = [] if kind in ("touchEnd", "touchCancel") else list(self._touches.values())
        self._events.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
