"""How much a visit brings over the wire, as a proxy counts it. More, and more often: python -m benchmarks.wire."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from benchmarks.wire import Link, visits
from tests.browser import App

pytestmark = pytest.mark.e2e

TRAIN_MB = 2.5
ALL_PAGES_MB = 3.5
AGAIN_MB = 0.051  # 50 KB, and what an eighth page in the menu takes


def test_a_visit_is_light(browser: Browser, app: App) -> None:
    context = browser.new_context()
    with (link := Link(urlsplit(app.url).port or 80)).open() as port:
        (_, first, train), (_, others, rest), (_, second, again) = visits(context, link, port)
        page = context.new_page()
        page.goto(f"http://localhost:{port}/evaluate?run=softmax-mnist")
        figure = page.locator(".ink-figure .main-svg").first
        figure.scroll_into_view_if_needed()
        expect(figure).to_be_visible()
    context.close()
    plotly = [address for address in train.files | rest.files if "lotly" in address]
    assert [urlsplit(address).path for address in plotly] == ["/app/static/plotly-basic.min.js"]
    assert 0.5 < first / 1e6 <= TRAIN_MB
    assert (first + others) / 1e6 <= ALL_PAGES_MB
    fetched = {urlsplit(address).path: size for address, size in again.files.items() if size}
    assert second / 1e6 <= AGAIN_MB, fetched
