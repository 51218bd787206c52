"""What a visitor does and sees on the Train page, for tests in a browser."""

import re
from urllib.parse import parse_qs, urlparse

from playwright.sync_api import Locator, Page, expect

from tests.polling import until


def open_train(page: Page, url: str, timeout: float = 60_000) -> None:
    page.goto(url)
    expect(page.get_by_role("button", name=re.compile("^Train"))).to_be_visible(timeout=timeout)
    expect(page.locator(".ink-status")).to_be_visible(timeout=timeout)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(f"^{name}")).first.click()


def expect_status(page: Page, status: str, timeout: float = 60_000) -> None:
    expect(page.locator(".ink-status .ink-chip").first).to_have_text(
        re.compile(status, re.IGNORECASE), timeout=timeout
    )


def step_shown(page: Page) -> int:
    found = re.search(r"step ([\d,]+) of", page.locator(".ink-status").inner_text())
    return int(found.group(1).replace(",", "")) if found else 0


def choose(page: Page, label: str, option: str) -> None:
    box, wanted = (
        page.get_by_role("combobox", name=re.compile(f"{label}$|{label}\\b")),
        page.get_by_role("option", name=option, exact=True),
    )
    box.click()
    until(lambda: _is_open(box, wanted), f"the option {option}")
    wanted.click()


def _is_open(box: Locator, wanted: Locator) -> bool:
    """Return whether the options stand there; a list that a drawing of the page has closed is opened again."""
    if not wanted.count() and box.get_attribute("aria-expanded") == "false":
        box.click()
    return bool(wanted.count())


def run_id(page: Page) -> str:
    address = page.evaluate("location.href")  # page.url itself only moves when Playwright is asked something
    return parse_qs(urlparse(address).query).get("run", [""])[0]
