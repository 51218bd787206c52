"""More pages than a visitor may have open, in a browser: told in one sentence, and on by itself once there is room."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import App, end_app, start_app

pytestmark = pytest.mark.e2e
FULL = "You have 1 page of Inkling open, which is the most allowed here."


@pytest.fixture
def narrow(data_folder: Path, tmp_path: Path) -> Iterator[App]:
    """Return an app in which each visitor may have one page open."""
    running = start_app(data_folder, tmp_path / "inkling.db", INKLING_TABS_PER_VISITOR="1")
    yield running
    end_app(running)


@pytest.mark.long
def test_one_page_too_many_says_so_and_goes_on_by_itself(
    narrow: App, page: Page, context: BrowserContext
) -> None:
    page.goto(narrow.url)
    expect(page.locator(".ink-ready")).to_be_attached()
    second = context.new_page()
    second.goto(narrow.url)
    expect(second.get_by_role("alert").get_by_text(FULL)).to_be_visible()
    expect(second.get_by_role("dialog")).to_have_count(0)
    lost = "getComputedStyle(document.querySelector('.stApp'), '::after').content"
    second.wait_for_function(
        "document.querySelector('.stApp').dataset.testConnectionState === 'PINGING_SERVER'"
    )
    assert second.evaluate(lost) == "none", "two sentences lie one over the other"
    expect(page.locator("[data-test-connection-state=CONNECTED]")).to_be_attached()
    page.close()
    expect(second.locator(".ink-ready")).to_be_attached()
    expect(second.get_by_text(FULL)).to_be_hidden()
