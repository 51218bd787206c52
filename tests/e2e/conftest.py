"""The shared app's store, and a free core for every browser test."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks.page_client import Session
from core.runs import Store
from tests.browser import App
from tests.e2e.lesson import Arrive
from tests.polling import run_aside
from tests.runs_in_work import stop_all


@pytest.fixture(scope="session")
def store(app: App) -> Iterator[Store]:
    """Return the shared app's store, opened beside it."""
    opened = Store(f"sqlite:///{app.store}")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def trains(app: App) -> None:
    """Have the shared app train what is queued: its first visitor starts that."""
    run_aside(lambda: Session("softmax-mnist").visit(app))


@pytest.fixture(autouse=True)
def no_run_is_left_in_work(request: pytest.FixtureRequest) -> Iterator[None]:
    """Stop what a test leaves in training: the next one needs a free core."""
    store: Store | None = request.getfixturevalue("store") if "app" in request.fixturenames else None
    yield
    if store:
        stop_all(store)


@pytest.fixture
def arrive(browser: Browser) -> Iterator[Arrive]:
    """Return what opens a device with a screen of this size, in this theme."""
    opened: list[BrowserContext] = []

    def device(size: dict[str, int], scheme: Any = "light") -> Page:
        opened.append(browser.new_context(viewport=size, color_scheme=scheme, locale="en-GB"))  # type: ignore[arg-type]
        return opened[-1].new_page()

    yield device
    for context in opened:
        context.close()


@pytest.fixture
def screen(browser: Browser) -> Iterator[BrowserContext]:
    """Return a browser with a touchscreen, for the demo screen."""
    context = browser.new_context(viewport={"width": 1366, "height": 650}, has_touch=True, locale="en-GB")
    yield context
    context.close()
