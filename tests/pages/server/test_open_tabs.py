"""How many pages are open at once is bounded, by visitor and by network address, in words and until one is closed."""

import asyncio
import json
from collections.abc import Iterable

import pytest
import streamlit as st
from starlette.types import Message, Receive, Scope, Send

from pages.server.cookies import cookie_name, signed
from pages.server.identity import Identity
from pages.server.open_tabs import OpenTabs
from tests.polling import run_aside

ME, YOU = "a" * 16, "b" * 16
HERE, THERE = "192.0.2.7", "192.0.2.8"
LATER = 1013
pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture(autouse=True)
def bounds(store: object, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    monkeypatch.setenv("INKLING_TABS_PER_VISITOR", "2")
    monkeypatch.setenv("INKLING_TABS_PER_ADDRESS", "3")
    st.cache_resource.clear()


async def site(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer every question, and hold every socket until its other end is gone."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})
        return
    await receive()
    await send({"type": "websocket.accept"})
    await receive()
    if scope["path"] == "/live":  # as one whose other end broke off
        raise OSError


class Browsers:
    """Visitors' browsers before the doors of one server."""

    def __init__(self, tabs: OpenTabs | None = None) -> None:
        self._app = Identity(tabs or OpenTabs(site))
        self._open: list[tuple[asyncio.Event, asyncio.Task[None]]] = []

    def scope(self, kind: str, path: str, name: str, address: str) -> Scope:
        cookies = [(b"cookie", f"{cookie_name()}={signed(name)}".encode())] if name else []
        return {"type": kind, "path": path, "headers": cookies, "client": (address, 1), "method": "GET"}

    async def open(self, name: str, path: str = "/_stcore/stream", address: str = HERE) -> int:
        """Open a socket that stays open; return 101, or the code that it was closed with."""
        leaves, said = asyncio.Event(), asyncio.Queue[Message]()
        waiting = iter([{"type": "websocket.connect"}])

        async def receive() -> Message:
            for message in waiting:
                return message
            await leaves.wait()
            return {"type": "websocket.disconnect", "code": 1000}

        scope = self.scope("websocket", path, name, address)
        task = asyncio.ensure_future(self._app(scope, receive, said.put))  # type: ignore[arg-type]
        answer = await said.get()
        if answer["type"] == "websocket.accept":
            self._open.append((leaves, task))
            return 101
        await task
        return int(answer["code"])

    async def close(self, place: int = 0) -> None:
        leaves, task = self._open.pop(place)
        leaves.set()
        await asyncio.gather(task, return_exceptions=True)

    async def asked(self, name: str, address: str = HERE) -> tuple[int, str]:
        """Return status and sentence of the answer to a page that is about to open its session."""
        said: list[Message] = []

        async def send(message: Message) -> None:
            said.append(message)

        async def receive() -> Message:
            return {"type": "http.request", "body": b""}

        await self._app(self.scope("http", "/_stcore/host-config", name, address), receive, send)
        text = json.loads(said[1]["body"])
        return said[0]["status"], text if isinstance(text, str) else ""


async def opened(browsers: Browsers, names: Iterable[str], **where: str) -> list[int]:
    return [await browsers.open(name, **where) for name in names]


@pytest.mark.parametrize("path", ["/_stcore/stream", "/live"])
def test_a_visitor_holds_so_many_and_no_more_until_one_is_closed(path: str) -> None:
    async def play() -> None:
        browsers = Browsers()
        assert await opened(browsers, [ME] * 4, path=path) == [101, 101, LATER, LATER]
        assert await browsers.open(YOU, path) == 101
        assert await browsers.open(ME, path, THERE) == LATER  # it is the visitor's, not the network's
        await browsers.close()
        assert await opened(browsers, [ME] * 2, path=path) == [101, LATER]

    run_aside(play)


@pytest.mark.parametrize("path", ["/_stcore/stream", "/live"])
def test_an_address_holds_so_many_whoever_they_are_or_are_not(path: str) -> None:
    async def play() -> None:
        browsers = Browsers()
        assert await opened(browsers, ["", YOU, "", "", ME], path=path) == [101, 101, 101, LATER, LATER]
        assert await browsers.open("", path, THERE) == 101
        await browsers.close()
        assert await browsers.open("", path) == 101

    run_aside(play)


def test_a_pages_two_sockets_are_counted_apart() -> None:
    async def play() -> None:
        browsers = Browsers()
        for path in ("/_stcore/stream", "/live"):
            assert await opened(browsers, [ME] * 2, path=path) == [101, 101]

    run_aside(play)


BEYOND_MINE = "You have 2 pages of Inkling open, which is the most allowed here. Close one:"
BEYOND_OURS = "In your network, 3 pages of Inkling are open, which is the most allowed here."


@pytest.mark.parametrize(
    ("open_ones", "asker", "sentence"),
    [
        ([ME] * 2, ME, BEYOND_MINE),
        ([ME, YOU, ""], "", BEYOND_OURS),
        ([ME, YOU, YOU], ME, BEYOND_OURS),
    ],
)
def test_a_page_that_would_get_no_session_is_told_why_and_goes_on_later(
    open_ones: list[str], asker: str, sentence: str
) -> None:
    async def play() -> None:
        browsers = Browsers()
        await opened(browsers, open_ones)
        status, said = await browsers.asked(asker)
        assert status == 429
        assert said.startswith(sentence)
        assert (await browsers.asked(asker, THERE))[0] == (429 if sentence == BEYOND_MINE else 200)
        await browsers.close()
        assert (await browsers.asked(asker))[0] == 200

    run_aside(play)


def test_who_has_left_is_forgotten() -> None:
    async def play() -> None:
        tabs = OpenTabs(site)
        browsers = Browsers(tabs)
        await opened(browsers, [ME, YOU])
        assert tabs._held["/_stcore/stream"] == {ME: 1, YOU: 1, HERE: 2}
        for _ in range(2):
            await browsers.close()
        assert not any(tabs._held.values())

    run_aside(play)


def test_where_settings_are_refused_the_defaults_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("INKLING_TABS_PER_VISITOR", "many")
    st.cache_resource.clear()

    async def play() -> None:
        assert await opened(Browsers(), [""] * 4) == [101] * 4

    run_aside(play)
