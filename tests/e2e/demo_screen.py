"""The demo screen as the browser tests have it: opened, waited for, and drawn on."""

import re

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser import App
from tests.e2e.pointing import Hands, bar

FIELD = ".demo-pad canvas"
AGES_MS = 180_000


def shown(context: BrowserContext, app: App, query: str = "?pace=fast") -> Page:
    """Open the screen, whose clock can be hurried, and wait until something has been learned."""
    page = context.new_page()
    page.clock.install()
    page.goto(f"{app.url}/demo{query}")
    expect_learned(page)
    return page


def expect_learned(page: Page) -> None:
    expect(phase(page, "learn")).to_be_visible(timeout=AGES_MS)
    expect(page.locator(".demo-told")).to_contain_text(re.compile(r"(reads|names) [6-9]\d%"), timeout=AGES_MS)


def phase(page: Page, name: str) -> Locator:
    """Return the screen while it is in that phase: learn, draw, answer or corner."""
    return page.locator(f'main[data-phase="{name}"]')


def draw_one(context: BrowserContext, page: Page) -> None:
    Hands(context, page, FIELD).stroke("finger", bar("middle"))
    expect(phase(page, "answer")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("It is a 1")
