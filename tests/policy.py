"""The Content-Security-Policy in every test's browser: what a page does against it, its console says.

Each browser is started here, so that no page goes unwatched; a test whose page breaks the policy fails (conftest.py).
"""

from typing import Any

from playwright.sync_api import Browser, BrowserContext, BrowserType

broken: list[str] = []  # by the test that runs now


def launched(chromium: BrowserType, **options: Any) -> Browser:
    """Return a started browser all of whose pages are watched."""
    browser = chromium.launch(**options)
    browser.on("context", watch)
    return browser


def watch(context: BrowserContext) -> None:
    """Note what the pages of the context do against the policy, by the words of Chromium's console and errors."""
    context.on("console", lambda message: _note(message.text, message.location.get("url", "")))
    context.on(
        "weberror", lambda fault: _note(f"{fault.error}")
    )  # a text made a script, which is thrown back


def _note(told: str, place: str = "") -> None:
    if "Content Security Policy" in told:
        broken.append(f"{told} ({place})")
