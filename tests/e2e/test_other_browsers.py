"""What schools have beside Chromium, Firefox and the WebKit of iPads: train, draw, join a class, lose the link."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from benchmarks.wire import Link
from core.access.rules import OPERATOR
from core.classroom.board import Boards
from core.classroom.classrooms import Classrooms
from core.classroom.handwriting import Handwriting
from core.classroom.lead import Lead
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
SUGGESTED = "return document.querySelector('input[name=nickname]')?.value ?? ''"
JOIN = "button[value=join]"
LINE = ".ink-line-shown"
IS_HELD = "return !!document.querySelector('dialog.ink-held')?.open"
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


def trains(other: OtherBrowser, app: App) -> None:
    """Press Train and see weight images move, a curve, and the run's end."""
    other.open(f"{app.url}/?epochs=2")
    place_of(other, BUTTON)
    until(lambda: other.ask(CURVE) == "" and other.ask(STILL), "the page to stand")
    click(other, BUTTON)
    until(lambda: other.ask("return location.search.includes('run=')"), "the press to be heard")
    first = until(lambda: other.ask(PAINTED), "weight images")
    until(lambda: other.ask(PAINTED) not in (None, first), "weight images to move")
    until(lambda: "Finished" in other.ask(TEXT, ".ink-status"), "the run to end")
    assert len(other.ask(CURVE)) > 50


def draws(other: OtherBrowser, app: App, digit: int) -> None:
    """Draw a digit with the mouse and see it read."""
    other.open(f"{app.url}/draw?run=cnn-mnist")
    until(lambda: other.ask(STILL) and "Draw a digit" in other.ask(TEXT, ".st-key-answer"), "Draw to stand")
    left, top, _width, _height = place_of(other, "canvas.upper-canvas")
    for stroke in path_of(digit, MIDDLE):
        drag(other, [(left + x, top + y) for x, y in np.asarray(stroke)])
    answer = "return document.querySelector('.st-key-answer .ink-answer')?.dataset.class"
    until(lambda: other.ask(answer) == str(digit), "the answer")


def test_it_trains_paints_draws_and_answers(other: OtherBrowser, app: App) -> None:
    trains(other, app)
    draws(other, app, 7)


def test_a_member_joins_trains_is_paused_held_and_hands_a_drawing_in(
    other: OtherBrowser, app: App, store: Store
) -> None:
    by_command = store.acting_as(OPERATOR)
    classroom, _key = Classrooms(by_command).start("In another browser")
    Handwriting(by_command).start(classroom.id)
    lead, boards = Lead(by_command), Boards(by_command)
    other.open(f"{app.url}/join/{classroom.code}")
    until(lambda: other.ask(SUGGESTED), "a nickname to be suggested")
    click(other, JOIN)
    until(lambda: other.ask(TEXT, "strong.code"), "the key to be shown")
    (entry,) = boards.entries(classroom.id)
    assert other.ask(TEXT, "h1") == f"You are {entry.member.nickname}"
    trains(other, app)
    assert entry.member.nickname in other.ask(TEXT, ".ink-seat")
    (entry,) = boards.entries(classroom.id)
    assert entry.run is not None
    assert entry.run.status == "finished"

    lead.pause(classroom.id)
    until(lambda: "paused training" in other.ask(TEXT, LINE), "the page to say that training is paused")
    lead.go_on(classroom.id)
    until(lambda: not other.ask(TEXT, LINE), "the line to go")
    lead.hold(classroom.id, is_held=True)
    until(lambda: other.ask(IS_HELD), "the screen to be held")
    lead.hold(classroom.id, is_held=False)
    until(lambda: not other.ask(IS_HELD), "the screen to be free")

    draws(other, app, 3)
    click(other, ".st-key-written_3 button:not([disabled])")
    until(lambda: len(Handwriting(by_command).shared(classroom.id)) == 1, "the drawing to be handed in")
    (drawing,) = Handwriting(by_command).shared(classroom.id)
    assert (drawing.label, drawing.member_id) == (3, entry.member.id)


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
