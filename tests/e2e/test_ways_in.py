"""How people come to a page, by a link to a server that has just started, and how the server ends."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import App, end_app, start_app
from tests.e2e.drawing import MIDDLE, draw, expect_class, go_to, open_draw, path_of
from tests.faults.processes import family, gone, runner_of
from tests.polling import until
from tests.train_page import expect_status, press, step_shown

pytestmark = pytest.mark.e2e


@pytest.fixture
def fresh(data_folder: Path, tmp_path: Path) -> Iterator[App]:
    """Return an app that nobody has visited, started from another folder and served under /lab."""
    started = start_app(data_folder, tmp_path / "inkling.db", folder=tmp_path, base_path="lab")
    yield started
    end_app(started)


def test_a_link_to_a_page_of_a_fresh_server_shows_it_with_everything_around_it(
    fresh: App, page: Page
) -> None:
    open_draw(page, fresh)
    expect(page).to_have_url(f"{fresh.url}/draw?run=cnn-mnist")
    expect(page).to_have_title(re.compile(r" · Inkling$"))
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(251, 249, 244)")
    expect(page.get_by_test_id("stTopNav").get_by_role("link")).to_have_text(
        [
            re.compile(name)
            for name in ("Train", "Weights", "Draw", "Evaluate", "Data", "Runs", "Search", "Class")
        ]
    )
    draw(page, path_of(7, MIDDLE))
    expect_class(page, "7")
    go_to(page, "Weights")
    expect(page).to_have_url(re.compile(f"^{fresh.url}/weights"))
    expect(page.get_by_role("heading", name="What did it learn?")).to_be_visible()
    go_to(page, "Train")
    expect(page).to_have_url(re.compile(f"^{fresh.url}/[?]"))
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    page.goto(f"{fresh.url}/train")  # by its name, too
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)
    press(page, "Train")
    expect_status(page, "running")
    until(lambda: step_shown(page) > 20, "the page to follow its run, whose news has an address of its own")


@pytest.mark.long
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_end_ends_in_order_and_leaves_nothing(
    fresh: App, page: Page, told: signal.Signals
) -> None:
    page.goto(fresh.url)
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    runner_of(fresh.process.pid)
    everyone = family(fresh.process.pid)
    assert len(everyone) > 1
    fresh.process.send_signal(told)
    assert fresh.process.wait(120) == 0
    gone(everyone)
    log = fresh.log.read_text()
    assert "Aborted" not in log
    assert "Traceback" not in log
