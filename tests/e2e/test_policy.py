"""The Content-Security-Policy in a real browser: what it keeps from running, and that a test sees it broken."""

import pytest
from playwright.sync_api import Browser, Page, expect

from core.export import FORMATS
from core.runs import Store
from tests.browser import App
from tests.e2e.drawing import MIDDLE, choose, draw, expect_class, open_draw, path_of
from tests.e2e.test_runs import download, open_runs, select_row
from tests.policy import broken
from tests.polling import until

pytestmark = pytest.mark.e2e

RUN = "window.ran = (window.ran ?? 0) + 1"
INLINE = (
    "code => document.body.append(Object.assign(document.createElement('script'), { textContent: code }))"
)
ATTRIBUTE = "code => document.body.insertAdjacentHTML('beforeend', `<img src='nothing:' onerror='${code}'>`)"
LINK = """code => { const link = Object.assign(document.createElement('a'), { href: `javascript:${code}` });
    document.body.append(link); link.click(); }"""
TEXT = "code => { setTimeout(() => new Function(code)()); }"
STRANGER = "() => fetch('http://127.0.0.1:9/told').catch(() => null)"


@pytest.mark.parametrize(
    "way", [INLINE, TEXT, STRANGER, *(pytest.param(way, marks=pytest.mark.long) for way in (ATTRIBUTE, LINK))]
)
def test_a_script_of_strangers_does_not_run_and_a_test_sees_it(way: str, app: App, page: Page) -> None:
    page.goto(f"{app.url}/data")
    expect(page.locator(".ink-ready")).to_be_attached()
    assert not broken
    page.evaluate(way, RUN)
    until(lambda: page.evaluate("document.readyState") and broken, "the console to tell of it")
    assert page.evaluate("window.ran ?? 0") == 0
    broken.clear()


def test_without_the_policy_it_would_run(app: App, browser: Browser) -> None:
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    page.goto(f"{app.url}/data")
    page.evaluate(INLINE, RUN)
    until(lambda: page.evaluate("window.ran ?? 0") == 1, "the script to run")
    context.close()


def test_a_visit_needs_no_more_than_it_allows(app: App, store: Store, page: Page) -> None:
    """Canvas, a file, tables and downloads; the camera is in test_draw_files.py."""
    open_draw(page, app)
    draw(page, path_of(7, MIDDLE))
    expect_class(page, "7")
    choose(page, "Photo or scan")
    picture = page.get_by_test_id("stMain").screenshot()
    page.locator('input[type="file"]').set_input_files({"name": "a.png", "mimeType": "", "buffer": picture})
    expect(page.get_by_text("a.png")).to_be_visible()
    open_runs(page, app, store, "softmax-mnist")
    with page.expect_download() as told:
        page.get_by_role("button", name="CSV").click()
    assert told.value.path().stat().st_size
    select_row(page, 0)
    assert download(page, FORMATS["html"].title, "html")
