"""Uploads that the server holds: bounded for each visitor and in all, refused in words, gone soon after their page."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import App, end_app, start_app
from tests.e2e.drawing import choose, go_to, open_draw
from tests.e2e.uploading import Visit, new_visitor, visiting
from tests.polling import DEADLINE_S, run_aside

pytestmark = pytest.mark.e2e
SIZE = 300_000
OF_VISITOR = "At most 1.0 MB of uploads are held for one visitor, and with this file yours would be more."
OF_ALL = "Inkling holds as many uploads as it may at the moment, 2.0 MB of all visitors together."


@pytest.fixture(scope="module")
def narrow(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Return an app that holds 1 MB of uploads for a visitor and 2 MB in all."""
    store = tmp_path_factory.mktemp("narrow") / "inkling.db"
    started = start_app(
        data_folder, store, INKLING_HELD_UPLOADS_MB_PER_VISITOR="1", INKLING_HELD_UPLOADS_MB="2"
    )
    yield started
    end_app(started)


async def until_taken(visit: Visit, size: int) -> None:
    """Upload until there is room."""
    async with asyncio.timeout(DEADLINE_S):
        while (await visit.upload(size))[0] != 204:
            await asyncio.sleep(0.2)


@pytest.fixture(autouse=True)
def nothing_is_held(narrow: App) -> None:
    """Wait until there is room for a file that leaves none for another: what an earlier test uploaded is gone."""

    async def wait() -> None:
        async with visiting(narrow.url, await new_visitor(narrow.url)) as visit:
            await until_taken(visit, 1_950_000)
            await visit.clear()

    run_aside(wait)


async def statuses(visit: Visit, sizes: list[int]) -> list[int]:
    return [(await visit.upload(size))[0] for size in sizes]


async def one_visitor(app: App) -> None:
    me = await new_visitor(app.url)
    async with visiting(app.url, me) as tab, visiting(app.url, me) as other:
        assert await statuses(tab, [SIZE] * 2) == [204] * 2
        assert await statuses(other, [SIZE]) == [204], "two tabs of one visitor are counted together"
        status, text = await other.upload(SIZE)
        assert (status, json.loads(text).startswith(OF_VISITOR)) == (429, True)
        assert (await tab.upload(SIZE, cookie=f"_streamlit_xsrf={me['_streamlit_xsrf']}"))[0] == 204, (
            "by address"
        )
        assert await tab.remove(tab.files[0]) == 204
        assert await statuses(tab, [SIZE, SIZE]) == [204, 429], "what is removed makes room"
    async with visiting(app.url, me) as later:
        await until_taken(later, 900_000)  # what was uploaded in tabs that are closed is gone
        await later.clear()


async def all_visitors(app: App) -> None:
    mine, yours, theirs = [await new_visitor(app.url) for _ in range(3)]
    async with (
        visiting(app.url, mine) as me,
        visiting(app.url, yours) as you,
        visiting(app.url, theirs) as they,
    ):
        assert await statuses(me, [900_000]) == await statuses(you, [900_000]) == [204]
        status, text = await they.upload(SIZE)
        assert (status, json.loads(text).startswith(OF_ALL)) == (507, True)
        for visit in (me, you):
            await visit.clear()


async def at_once(app: App) -> None:
    """What is on its way counts, too."""
    async with visiting(app.url, await new_visitor(app.url)) as visit:
        found = await asyncio.gather(*(visit.upload(SIZE) for _ in range(12)))
        assert sorted(status for status, _text in found) == [204] * 3 + [429] * 9
        await visit.clear()


@pytest.mark.parametrize(
    "play",
    [pytest.param(one_visitor, marks=pytest.mark.long), at_once, all_visitors],
    ids=lambda play: play.__name__,
)
def test_there_is_room_for_so_much(narrow: App, play: Callable[[App], Awaitable[None]]) -> None:
    run_aside(lambda: play(narrow))


@pytest.mark.long
def test_a_page_says_which_bound_it_is_and_leaving_it_makes_room(narrow: App, page: Page) -> None:
    def choose_file(tab: Page, name: str) -> None:
        picked = {"name": name, "mimeType": "image/png", "buffer": bytes(700_000)}
        tab.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(picked)

    other = page.context.new_page()
    for tab in (page, other):
        open_draw(tab, narrow)
        choose(tab, "Photo or scan")
    choose_file(page, "first.png")
    expect(page.get_by_text("This file is not a picture")).to_be_visible()  # it has come
    choose_file(other, "second.png")
    expect(other.get_by_text(OF_VISITOR).filter(visible=True).first).to_be_visible()
    go_to(page, "Runs")
    other.get_by_role("button", name="Remove second.png").click()
    choose_file(other, "second.png")
    expect(other.get_by_text("This file is not a picture")).to_be_visible()
