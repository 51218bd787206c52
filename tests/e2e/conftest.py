"""The fixtures of browser tests: the app and Chromium, from tests/browser.py."""

from tests.browser import App, app, browser, context, page, wait_until

__all__ = ["App", "app", "browser", "context", "page", "wait_until"]
