"""What schools have beside Chromium: Firefox, and the WebKit of iPads. Train, draw, lose the connection and go on."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from benchmarks.wire import Link
from core.runs import Store
from tests.browser import App
from tests.e2e.drawing import MIDDLE, path_of
from tests.e2e.other_browsers import BROWSERS, OtherBrowser, missing
from tests.polling import until
from tests.runs_in_work import LONG

pytestmark = [pytest.mark.e2e, pytest.mark.long]

FIND = """
const find = (where, selector) => where.querySelector(selector) ?? [...where.querySelectorAll('*')]
  .map((inside) => inside.shadowRoot && find(inside.shadowRoot, selector)).find(Boolean);
"""
BOX = f"""{FIND} const found = find(document, arguments[0]);
if (!found || getComputedStyle(found).visibility === 'hidden') return null;  // until the page stands
found.scrollIntoView({{block: 'center'}}); const box = found.getBoundingClientRect();
return box.width ? [box.x, box.y, box.width, box.height] : null;"""
TEXT = "return document.querySelector(arguments[0])?.textContent ?? ''"
STILL = "return document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
PAINTED = """const canvas = document.querySelector('.ink-tiles figure canvas'); if (!canvas) return null;
const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
return data.some((value, i) => value !== data[i % 4]) ? data.join() : null;"""
CURVE = "return document.querySelector('.ink-chart .scatterlayer path.js-line')?.getAttribute('d') ?? ''"
LOST = (
    "return getComputedStyle(document.querySelector('.stApp'), '::after').content.includes('Connection lost')"
)
BUTTON = ".st-key-train_button button:not([disabled])"


@pytest.fixture(params=BROWSERS)
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OtherBrowser]:
    """Return a browser that is not Chromium."""
    if needed := missing(request.param):
        pytest.skip(f"not installed: {needed}")
    with BROWSERS[request.param](tmp_path) as started:
        yield started


def place_of(browser: OtherBrowser, selector: str) -> list[float]:
    """Return x, y, width and height of an element once it is there."""
    return until(lambda: browser.ask(BOX, selector), f"{selector} to be there")


def drag(browser: OtherBrowser, points: Sequence[tuple[float, float]]) -> None:
    """Press the mouse at the first point, move along, let go at the last."""
    moves = [
        {"type": "pointerMove", "duration": 0, "x": round(x), "y": round(y), "origin": "viewport"}
        for x, y in points
    ]
    down: dict[str, Any] = {"type": "pointerDown", "button": 0}
    steps = [moves[0], down, *moves[1:], {"type": "pointerUp", "button": 0}]
    mouse = {"pointerType": "mouse"}
    browser.act([{"type": "pointer", "id": "mouse", "parameters": mouse, "actions": steps}])


def click(browser: OtherBrowser, selector: str) -> None:
    x, y, width, height = place_of(browser, selector)
    drag(browser, [(x + width / 2, y + height / 2)])


def step_of(browser: OtherBrowser) -> int:
    found = re.search(r"step ([\d,]+) of", browser.ask(TEXT, ".ink-status"))
    return int(found[1].replace(",", "")) if found else 0


def test_it_trains_paints_draws_and_answers(other: OtherBrowser, app: App) -> None:
    other.open(f"{app.url}/?epochs=2")
    place_of(other, BUTTON)
    until(lambda: other.ask(CURVE) == "" and other.ask(STILL), "the page to stand")
    click(other, BUTTON)
    until(lambda: other.ask("return location.search.includes('run=')"), "the press to be heard")
    first = until(lambda: other.ask(PAINTED), "weight images")
    until(lambda: other.ask(PAINTED) not in (None, first), "weight images to move")
    until(lambda: "Finished" in other.ask(TEXT, ".ink-status"), "the run to end")
    assert len(other.ask(CURVE)) > 50

    other.open(f"{app.url}/draw?run=cnn-mnist")
    until(lambda: other.ask(STILL) and "Draw a digit" in other.ask(TEXT, ".st-key-answer"), "Draw to stand")
    left, top, _width, _height = place_of(other, "canvas.upper-canvas")
    for stroke in path_of(7, MIDDLE):
        drag(other, [(left + x, top + y) for x, y in np.asarray(stroke)])
    answer = "return document.querySelector('.st-key-answer .ink-answer')?.dataset.class"
    until(lambda: other.ask(answer) == "7", "the answer")


def test_it_says_that_the_connection_is_lost_and_catches_up(
    other: OtherBrowser, app: App, store: Store
) -> None:
    with (link := Link(urlsplit(app.url).port or 80)).open() as port:
        other.open(f"http://localhost:{port}/")
        place_of(other, BUTTON)
        run_id = store.create(LONG, pace="steps:5")
        store.enqueue(run_id)
        other.open(f"http://localhost:{port}/?run={run_id}")
        until(lambda: step_of(other) > 3, "the run's news")
        assert not other.ask(LOST)
        link.cut()
        until(lambda: other.ask(LOST), "the page to say that it has no connection")
        there = step_of(other)
        until(lambda: store.get(run_id).step > there + 10, "the run to go on")
        link.mend()
        until(lambda: not other.ask(LOST), "the connection to be back")
        until(lambda: step_of(other) > there + 10, "the page to catch up")
    store.order(run_id, command="stop")
