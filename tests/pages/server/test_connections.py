"""Connections on which nothing is asked are ended, those in use are not, and no address has more than half of all."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import connect

from pages.server import connections, services
from pages.server.connections import Connections
from tests.polling import run_aside

pytestmark = pytest.mark.usefixtures("store")
HERE = "127.0.0.1"


async def site(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer when the question has come whole; hold each WebSocket until its other end is gone."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    """Serve the site as Streamlit has uvicorn do it; give its port."""
    with socket.create_server((HERE, 0)) as listening:
        watching = Connections().watch(asyncio.get_running_loop())
        server = uvicorn.Server(
            uvicorn.Config(site, ws="websockets-sansio", lifespan="off", log_level="error")
        )
        serving = asyncio.create_task(server.serve([listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield listening.getsockname()[1]
        watching.cancel()
        server.should_exit = server.force_exit = True
        await serving


def play(scene: Callable[[int], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with served() as port:
            await scene(port)

    run_aside(whole)


async def is_ended(reader: asyncio.StreamReader) -> bool:
    """Return whether the server has ended the connection, having waited for it."""
    with suppress(ConnectionError):
        return await asyncio.wait_for(reader.read(), 20) == b""
    return True


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LOOK_S", 0.05)
    monkeypatch.setattr(connections, "QUIET_S", 0.3)


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n"])
def test_who_asks_for_nothing_is_shown_out(said: bytes) -> None:
    async def scene(port: int) -> None:
        reader, writer = await asyncio.open_connection(HERE, port)
        writer.write(said)
        assert await is_ended(reader)

    play(scene)


def test_no_part_of_an_answer_waits_for_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[asyncio.Transport] = []
    let_in = Connections._let_in

    def seen(self: Connections, transport: asyncio.Transport) -> None:
        made.append(transport)
        let_in(self, transport)

    monkeypatch.setattr(Connections, "_let_in", seen)

    async def scene(port: int) -> None:
        reader, writer = await asyncio.open_connection(HERE, port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 204")
        (own,) = (transport.get_extra_info("socket") for transport in made)
        assert own.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    play(scene)


@pytest.mark.usefixtures("soon")
def test_who_is_being_served_stays() -> None:
    async def scene(port: int) -> None:
        async with connect(f"ws://{HERE}:{port}/") as page:
            reader, writer = await asyncio.open_connection(HERE, port)
            writer.write(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n1")
            idle, _writer = await asyncio.open_connection(HERE, port)
            assert await is_ended(idle)  # it came last, so the others have been looked at by then
            writer.write(b"2")
            assert (await reader.readline()).startswith(b"HTTP/1.1 204")
            await asyncio.wait_for(await page.ping(), 20)

    play(scene)


@pytest.mark.parametrize("proxies", ["", "127.0.0.0/8"])
def test_no_address_holds_more_than_half_of_the_files(proxies: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKLING_PROXIES", proxies)
    services.settings.clear()  # type: ignore[attr-defined]
    monkeypatch.setattr(connections, "limit", lambda: 8)
    monkeypatch.setattr(connections, "LOOK_S", 0.05)

    async def scene(port: int) -> None:
        held = [await asyncio.open_connection(HERE, port) for _ in range(5)]
        for reader, writer in held[:4] + (held[4:] if proxies else []):
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 204")
        if not proxies:
            assert await is_ended(held[4][0])
        held[0][1].close()
        held[1][1].close()

        async def is_let_in() -> bool:
            reader, writer = await asyncio.open_connection(HERE, port)
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            with suppress(ConnectionError):
                return (await reader.readline()).startswith(b"HTTP/1.1 204")
            return False

        while not await is_let_in():  # once those that were closed are forgotten
            await asyncio.sleep(0.05)

    play(scene)


def test_those_in_use_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A school comes from one address."""
    monkeypatch.setattr(connections, "limit", lambda: 8)

    async def scene(port: int) -> None:
        async with AsyncExitStack() as pages:
            for _ in range(12):
                page = await pages.enter_async_context(connect(f"ws://{HERE}:{port}/"))
                await asyncio.wait_for(await page.ping(), 20)

    play(scene)


def test_a_loop_whose_way_to_listen_cannot_be_replaced_serves_unwatched() -> None:
    class Fixed(asyncio.SelectorEventLoop):  # as uvloop's
        create_server = property(asyncio.SelectorEventLoop.create_server.__get__)  # type: ignore[assignment]

    async def play() -> None:
        watching = Connections().watch(asyncio.get_running_loop())
        assert not watching.done()
        watching.cancel()

    def run() -> None:
        with asyncio.Runner(loop_factory=Fixed) as runner:
            runner.run(play())

    with ThreadPoolExecutor(1) as aside:  # this thread may have Playwright's loop
        aside.submit(run).result()
