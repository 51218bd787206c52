"""A server that runs out of open files: newcomers are told so, and who is here goes on."""

import asyncio
import re
import resource
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from benchmarks.page_client import Session, live_address, watching
from tests.browser import App, end_app, start_app
from tests.polling import run_aside

pytestmark = pytest.mark.faults

FILES = 256
RUN = "softmax-mnist"
SENTENCE = "Inkling has as many visitors as it can hold at the moment."


@pytest.fixture
def started(data_folder: Path, tmp_path: Path) -> Iterator[App]:
    """Return an app that was started under a soft limit of 256 files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, hard))
    try:
        running = start_app(data_folder, tmp_path / "inkling.db")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    yield running
    end_app(running)


@pytest.fixture
def narrow(started: App) -> App:
    """Return an app that has 256 files, whatever it asks for."""
    resource.prlimit(started.process.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
    return started


def test_the_limit_is_raised_at_the_start_and_the_log_says_what_is_left(started: App) -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    now, _ = resource.prlimit(started.process.pid, resource.RLIMIT_NOFILE)
    assert now == min(hard, 65_536)
    said = re.search(r"([\d,]+) open files, room for about ([\d,]+) visitors", started.log.read_text())
    assert said
    assert int(said[1].replace(",", "")) == now
    assert now / 8 < int(said[2].replace(",", "")) < now / 4


def ask(url: str) -> tuple[int, str]:
    """Return status and text of an answer to a browser."""
    request = urllib.request.Request(url, headers={"accept": "text/html"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


async def is_told(live: ClientConnection) -> bool:
    """Return whether the live channel answers what this page asks to watch."""
    await live.send(watching(f"run:{RUN}"))
    return len(await asyncio.wait_for(live.recv(), 30)) > 100


async def push_on(app: App, open_ones: AsyncExitStack) -> None:
    for _ in range(FILES):
        await open_ones.enter_async_context(Session(RUN).connected(app))


async def fill(app: App) -> int:
    """Visit until there is no room, then push on; return how many came in. All of them are served to the end."""
    guests: list[tuple[Session, ClientConnection]] = []
    async with AsyncExitStack() as open_ones:
        while (await asyncio.to_thread(ask, app.url))[0] == 200:
            guest = Session(RUN)
            socket = await open_ones.enter_async_context(guest.connected(app))
            await guest.draw(socket)
            live = await open_ones.enter_async_context(connect(live_address(app.url)))
            assert await is_told(live)
            guests.append((guest, socket))
            assert len(guests) < FILES / 4, "no end of room"
        with pytest.raises(InvalidStatus):  # those who come without asking for the page
            await push_on(app, open_ones)
        for address in ("", "/draw", "/_stcore/host-config"):
            status, text = await asyncio.to_thread(ask, app.url + address)
            assert (status, SENTENCE in " ".join(text.replace("\\n", " ").split())) == (503, True), address
        assert (await asyncio.to_thread(ask, f"{app.url}/_stcore/health"))[0] == 200
        for guest, socket in guests:
            await guest.draw(socket)
    return len(guests)


def test_past_the_limit_newcomers_get_a_sentence_and_who_is_here_goes_on(narrow: App) -> None:
    guests = run_aside(lambda: fill(narrow))
    assert guests >= 20
    log = narrow.log.read_text()
    assert "out of system resource" not in log
    assert "Too many open files" not in log


@pytest.mark.e2e
@pytest.mark.long
def test_a_page_that_came_before_there_was_no_room_says_so(narrow: App, page: Page) -> None:
    _status, html = ask(narrow.url)
    open_files = len(list(Path(f"/proc/{narrow.process.pid}/fd").iterdir()))
    resource.prlimit(narrow.process.pid, resource.RLIMIT_NOFILE, (open_files + 30, FILES))
    page.route(f"{narrow.url}/", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(narrow.url)
    expect(page.get_by_role("alert").get_by_text(SENTENCE)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.unroute_all()
    page.goto(narrow.url)
    expect(page.locator("body > p").get_by_text(SENTENCE)).to_be_visible()
