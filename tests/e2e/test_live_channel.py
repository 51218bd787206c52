"""The live channel: told to whoever watches, without a rerun; lost and found again; deaf to all but what is watched."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import Page, expect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from benchmarks.page_client import live_address, watching
from core.figures.binary_message import unpack
from core.runs import Store
from tests.browser import App
from tests.page_links import Links, see_tab
from tests.polling import run_aside, until
from tests.runs_in_work import LONG, in_training
from tests.train_page import expect_status, open_train, press, run_id, step_shown

pytestmark = pytest.mark.e2e

HEARD: WeakKeyDictionary[ClientConnection, int] = WeakKeyDictionary()
LOST = "() => getComputedStyle(document.querySelector('.stApp'), '::after').content"
ESTABLISHED = "01"  # in /proc/net/tcp
IMAGES = "() => document.querySelector('.ink-tiles')?.dataset.step"


@pytest.fixture
def running(trains: None, store: Store) -> Iterator[str]:  # noqa: ARG001
    """Return a run that is in training, twenty steps a second."""
    with in_training(store, LONG, 20) as run_id:
        yield run_id


def talk(app: App, converse: Callable[[ClientConnection], Awaitable[None]], **settings: Any) -> None:
    """Hold a conversation on a live socket."""

    async def connected() -> None:
        async with connect(live_address(app.url), **settings) as socket:
            await converse(socket)

    run_aside(connected)


async def told(socket: ClientConnection) -> dict[str, Any]:
    """Return the header of the next message, beats apart, with the step of the weight images if it has them."""
    while True:
        message = await socket.recv()
        HEARD[socket] = HEARD.get(socket, 0) + 1
        if message:
            await socket.send(json.dumps({"heard": HEARD[socket]}))
            assert isinstance(message, bytes)
            header, payload = unpack(message)
            parts, start = {}, 0
            for key, length in header["parts"]:
                parts[key] = unpack(payload[start : start + length])[0]
                start += length
            return header | {"parts": parts}


def test_a_client_is_told_everything_and_then_what_is_new(app: App, running: str) -> None:
    async def converse(socket: ClientConnection) -> None:
        await socket.send(watching(f"run:{running}"))
        first = await told(socket)
        assert {"head", "weights", "loss", "accuracy", "strip"} <= set(first["parts"])
        assert all(part["whole"] for part in first["parts"].values())
        assert first["marks"]["page"].startswith("running")
        assert "step" in first["parts"]["head"]["set"]["line"]
        later = [await told(socket) for _ in range(5)]
        assert not any(part.get("whole") for news in later for part in news["parts"].values())
        numbers = [news["parts"]["loss"]["n"] for news in later if "loss" in news["parts"]]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        await socket.send(watching())
        await socket.send("rubbish")  # the words before have been taken in once these are heard
        async with asyncio.timeout(2):
            while await socket.recv():
                pass

    with pytest.raises(TimeoutError):
        talk(app, converse)


RUBBISH = (
    "no JSON",
    "[" * 1000,
    "{}",
    "[]",
    '{"watch": 7, "language": "en"}',
    '{"watch": ["run:../../x"], "language": "en"}',
    '{"watch": ["nothing:a"], "language": "en"}',
    '{"watch": [["run"]], "language": "en"}',
    '{"watch": [], "language": "tlh"}',
    '{"watch": [], "language": ["en"]}',
    '{"heard": "all"}',
    '{"heard": -5}',
    '{"heard": 1e400}',
    json.dumps({"watch": [f"run:{i}" for i in range(9)], "language": "en"}),
    json.dumps({"watch": ["run:" + "a" * 3000], "language": "en"}),
    b"\xff\x00bytes",
)


@pytest.mark.long
def test_rubbish_changes_nothing_of_what_is_watched(app: App, running: str) -> None:
    async def converse(socket: ClientConnection) -> None:
        await socket.send(watching(f"run:{running}"))
        await told(socket)
        for words in RUBBISH:
            await socket.send(words)
        for _ in range(20):
            assert (await told(socket))["topic"] == f"run:{running}"

    talk(app, converse)


def test_a_run_that_is_deleted_is_told_by_its_mark(app: App, store: Store) -> None:
    run_id = store.create(LONG, queue=False)

    async def converse(socket: ClientConnection) -> None:
        await socket.send(watching(f"run:{run_id}"))
        assert (await told(socket))["marks"]["page"].startswith("created")
        store.delete(run_id)
        assert not (await told(socket))["marks"]["page"].startswith("created")

    talk(app, converse)


def test_only_pages_of_this_server_may_connect(app: App) -> None:
    async def converse(socket: ClientConnection) -> None:
        await socket.send(watching("server:libraries"))
        assert (await told(socket))["marks"]["torch"] in ("True", "False")

    talk(app, converse, origin=app.url)
    with pytest.raises(InvalidStatus, match="403"):
        talk(app, converse, origin="http://192.0.2.77:8000")


def test_a_page_follows_its_run_without_asking_for_it(app: App, page: Page, running: str) -> None:
    links = Links(page)
    open_train(page, f"{app.url}/?run={running}")
    until(lambda: page.evaluate(IMAGES) and links.said, "the page to watch")
    expect_status(page, "running")
    asked = len(links.asked)
    first = step_shown(page)
    until(
        lambda: step_shown(page) > first + 10 and int(page.evaluate(IMAGES)) > first, "ten steps to be shown"
    )
    assert len(links.asked) == asked, "no rerun"


def test_a_lost_connection_is_said_and_made_good(app: App, page: Page, running: str, store: Store) -> None:
    links = Links(page)
    open_train(page, f"{app.url}/?run={running}")
    until(lambda: page.evaluate(IMAGES) and links.said, "the page to watch")
    links.cut()
    until(lambda: "Connection lost. Reconnecting…" in page.evaluate(LOST), "the page to say so")
    shown = step_shown(page)
    until(lambda: page.evaluate("1") and store.get(running).step > shown + 10, "the run to go on")
    assert step_shown(page) <= shown + 2
    links.is_cut = False
    until(lambda: step_shown(page) > shown + 10, "the page to be brought up to date")
    assert page.evaluate(LOST) == "none"


def connections(app: App) -> int:
    """Return how many connections the app holds to browsers (Linux)."""
    port = f":{urlsplit(app.url).port:04X}"
    tables = (Path("/proc/net", name).read_text().splitlines()[1:] for name in ("tcp", "tcp6"))
    fields = (line.split() for table in tables for line in table)
    return sum(at.endswith(port) and state == ESTABLISHED for _, at, _, state, *_ in fields)


@pytest.mark.skipif(not Path("/proc/net/tcp6").exists(), reason="asks Linux for the open connections")
def test_a_page_that_is_left_ends_its_socket(app: App, page: Page, running: str) -> None:
    open_train(page, f"{app.url}/?run={running}")
    first = step_shown(page)
    until(lambda: step_shown(page) > first + 5, "the page to follow")
    assert connections(app) >= 2, "Streamlit's and the live one"
    page.goto("about:blank")
    until(lambda: page.evaluate("1") and not connections(app), "the sockets to end")


def test_a_tab_that_nobody_sees_watches_nothing(app: App, page: Page, running: str) -> None:
    links = Links(page)
    open_train(page, f"{app.url}/?run={running}")
    until(lambda: page.evaluate("1") and links.said, "the page to watch")
    see_tab(page, hidden=True)
    until(lambda: page.evaluate("1") and links.said[-1]["watch"] == [], "the page to leave off")
    hidden = step_shown(page)
    see_tab(page, hidden=False)
    until(lambda: step_shown(page) > hidden + 5, "the page to be brought up to date")


@pytest.mark.long
def test_the_end_of_a_run_draws_the_page_anew_and_it_watches_no_more(
    app: App, page: Page, store: Store
) -> None:
    links = Links(page)
    open_train(page, app.url)
    press(page, "Train")
    expect_status(page, "running")
    store.order(run_id(page), pace="full")
    expect_status(page, "finished")
    expect(page.get_by_role("link", name="Draw one yourself")).to_be_visible()
    until(lambda: page.evaluate("1") and links.said[-1]["watch"] == [], "the page to leave off")
    assert store.list(sort="number")[0].status == "finished"
