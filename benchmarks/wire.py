"""What a visit brings over the wire: `python -m benchmarks.wire [--visitors 30] [--mbit 20]`.

In a real browser: the bytes and requests of a first visit to Train, of all seven pages, and of a second visit. Then as
many first visits at once as in a class over one slow link (a proxy that throttles): one by the browser, the others by
clients that ask for the same addresses over six connections each, as browsers do.
"""

import argparse
import asyncio
import contextlib
import math
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from benchmarks.app_process import BROWSER_FLAGS, running_app
from tests.browser import browser_path

PAGES = {  # each with the last thing on it that has to come
    "": ".js-plotly-plot .main-svg",
    "weights": ".ink-pixels canvas",
    "draw": "canvas.upper-canvas",
    "evaluate": ".ink-figure .main-svg",
    "data": "canvas",
    "runs": "[data-testid=stDataFrame] canvas",
    "search": "h1, h2, h3",
}
RUN = "softmax-mnist"
CONNECTIONS = 6
CHUNK = 16_384


@dataclass
class Link:
    """A proxy before `port` that counts what comes and lets through so many bits a second, of all connections."""

    port: int
    bits_per_s: float = math.inf
    passed: int = 0  # bytes from the server
    _free_at: float = 0.0
    _is_cut: bool = False
    _joined: set[asyncio.StreamWriter] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def cut(self) -> None:
        """End all connections, and every new one at once."""
        self._is_cut = True
        self._loop.call_soon_threadsafe(lambda: [writer.transport.abort() for writer in self._joined])

    def mend(self) -> None:
        """Let connections through again."""
        self._is_cut = False

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        self._joined.add(writer)
        there, back = await asyncio.open_connection("127.0.0.1", self.port)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await asyncio.gather(self._pump(reader, back), self._pump(there, writer, from_server=True))
        self._joined.discard(writer)

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, from_server: bool = False
    ) -> None:
        while data := await source.read(CHUNK):
            if from_server:
                self.passed += len(data)
                now = asyncio.get_running_loop().time()
                self._free_at = max(self._free_at, now) + 8 * len(data) / self.bits_per_s
                await asyncio.sleep(self._free_at - now)
            sink.write(data)
            await sink.drain()
        sink.close()

    @contextlib.contextmanager
    def open(self) -> Iterator[int]:
        """Run the proxy in a thread; give its port."""
        loop = self._loop
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        serving = asyncio.start_server(self._join, "127.0.0.1", 0, backlog=1000)
        server = asyncio.run_coroutine_threadsafe(serving, loop).result(10)
        yield server.sockets[0].getsockname()[1]
        asyncio.run_coroutine_threadsafe(_end_tasks(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        server.close()


async def _end_tasks() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class Visit:
    """A page of a browser whose requests are counted."""

    page: Page
    files: dict[str, int] = field(default_factory=dict)  # address -> bytes; 0 = the browser had it
    _open: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        tools = self.page.context.new_cdp_session(self.page)
        tools.send("Network.enable")
        tools.on("Network.requestWillBeSent", self._begin)
        tools.on("Network.loadingFinished", self._end)
        tools.on("Network.loadingFailed", lambda event: self._open.pop(event["requestId"], None))

    def _begin(self, event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith("http"):
            self._open[event["requestId"]] = event["request"]["url"]

    def _end(self, event: dict[str, Any]) -> None:
        address = self._open.pop(event["requestId"], None)
        if address is not None:
            self.files[address] = self.files.get(address, 0) + round(event["encodedDataLength"])

    def open(self, address: str, last: str) -> None:
        """Open a page and wait until it stands: `last` there, script run, no request open, fonts there."""
        self.page.goto(address)
        self.page.locator(last).first.wait_for(state="attached", timeout=60_000)
        still = "[data-testid=stApp][data-test-script-state=notRunning]"
        expect(self.page.locator(still)).to_be_visible(timeout=60_000)
        while self._open or not self.page.evaluate("document.fonts.status === 'loaded'"):
            self.page.wait_for_timeout(100)


def visits(context: BrowserContext, link: Link, port: int) -> Iterator[tuple[str, int, Visit]]:
    """Give what came with a first visit to Train, with all pages after it, and with a second visit, in bytes."""
    train, *others = PAGES
    for name, pages in (
        ("Train, first visit", [train]),
        ("the six others", others),
        ("Train again", [train]),
    ):
        before, visit = link.passed, Visit(context.new_page())
        for page in pages:
            visit.open(f"http://localhost:{port}/{page}?run={RUN}", PAGES[page])
        visit.page.close()
        yield name, link.passed - before, visit


@dataclass
class Connection:
    """One of a client's connections, kept open from file to file."""

    port: int
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def fetch(self, address: str) -> None:
        """Have a file; on a connection that was closed meanwhile once more, as browsers do."""
        parts = urlsplit(address)
        request = (
            f"GET {parts.path}{'?' if parts.query else ''}{parts.query} HTTP/1.1\r\n"
            "Host: localhost\r\nAccept-Encoding: gzip, br\r\n\r\n"
        )
        while True:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self.port)
            reader, writer = self._streams
            try:
                writer.write(request.encode())
                await self._take(reader)
                return
            except (asyncio.IncompleteReadError, OSError):
                writer.close()
                self._streams = None

    async def _take(self, reader: asyncio.StreamReader) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        if "content-length: " in head:
            await reader.readexactly(int(head.partition("content-length: ")[2].split()[0]))
            return
        while size := int(await reader.readline() or b"0", 16):  # in chunks
            await reader.readexactly(size + 2)
        await reader.readline()


async def fetch_all(port: int, addresses: list[str]) -> float:
    """Return the seconds in which a client has everything at these addresses, over six connections."""
    waiting, began = iter(addresses), time.perf_counter()

    async def fetch() -> None:
        connection = Connection(port)
        for address in waiting:
            await connection.fetch(address)

    await asyncio.gather(*(fetch() for _ in range(CONNECTIONS)))
    return time.perf_counter() - began


def class_visit(
    context: BrowserContext, port: int, addresses: list[str], others: int
) -> tuple[float, list[float]]:
    """Return the seconds until the browser can press Train, and until each of the other visitors has all it needs."""
    done: list[float] = []

    async def crowd() -> None:
        done.extend(await asyncio.gather(*(fetch_all(port, addresses) for _ in range(others))))

    thread = threading.Thread(target=lambda: asyncio.run(crowd()))
    thread.start()
    began = time.perf_counter()
    page = context.new_page()
    page.goto(f"http://localhost:{port}/", timeout=120_000)
    expect(page.get_by_role("button", name="Train").first).to_be_enabled(timeout=120_000)
    can_press = time.perf_counter() - began
    thread.join()
    return can_press, done


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--mbit", type=float, default=20)
    parser.add_argument("--largest", type=int, default=0, help="name so many of the largest files, too")
    options = parser.parse_args()
    with running_app() as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=BROWSER_FLAGS)
        port, addresses = urlsplit(app.url).port or 80, []
        with (link := Link(port)).open() as near:
            for name, size, visit in visits(browser.new_context(), link, near):
                print(f"{name}: {size / 1e3:,.0f} KB, {sum(map(bool, visit.files.values()))} files")
                addresses = addresses or list(visit.files)
                largest = sorted(visit.files.items(), key=lambda item: -item[1])[: options.largest]
                for address, part in largest:
                    print(f"    {part / 1e3:8.1f} KB {urlsplit(address).path}")
        with Link(port, options.mbit * 1e6).open() as slow:
            mine, others = class_visit(browser.new_context(), slow, addresses, options.visitors - 1)
        print(
            f"{options.visitors} first visits at {options.mbit:g} Mbit/s: Train can be pressed after {mine:.1f} s"
        )
        print(f"    the other visitors had everything after {min(others):.1f} to {max(others):.1f} s")
        browser.close()


if __name__ == "__main__":
    main()
