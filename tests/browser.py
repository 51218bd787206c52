"""The app, started as the README starts it, and a real browser that looks at it: fixtures for tests of both."""

import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.polling import until

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
expect.set_options(timeout=60_000)


@dataclass
class App:
    """A running app: its address, its process, its folder and its store's file."""

    url: str
    process: subprocess.Popen
    data: Path
    store: Path


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def start_app(data: Path, store: Path, port: int = 0, log: Path | None = None, **variables: str) -> App:
    """Start the app (port 0 = a free one) and return it once it answers. Its log: app.log beside the store."""
    port, log = port or free_port(), log or store.parent / "app.log"
    environment = os.environ | {"INKLING_DATA": str(data), "INKLING_STORE": f"sqlite:///{store}"} | variables
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with log.open("ab") as written:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=written, stderr=subprocess.STDOUT
        )
    url = f"http://localhost:{port}"
    until(lambda: is_healthy(url) or process.poll() is not None, "the app to answer")
    assert process.poll() is None, f"the app ended: {log.read_text()[-2000:]}"
    return App(url, process, data, store)


def end_app(app: App) -> None:
    if app.process.poll() is None:
        app.process.terminate()
        try:
            app.process.wait(10)
        except subprocess.TimeoutExpired:
            app.process.kill()
            app.process.wait(10)


@pytest.fixture(scope="session")
def app(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Return the app that all browser tests of this process share, each as a visitor of its own."""
    running = start_app(data_folder, tmp_path_factory.mktemp("store") / "inkling.db")
    yield running
    end_app(running)


def browser_path() -> str | None:
    """Return the system's browser, None for Playwright's own."""
    named = os.environ.get("INKLING_BROWSER")
    return named or next((path for name in BROWSERS if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return Chromium; without one, fail under INKLING_REQUIRE_BROWSER=1 and skip otherwise."""
    with sync_playwright() as playwright:
        path = browser_path()
        if path is None and not Path(playwright.chromium.executable_path).exists():
            message = "no Chromium found: install it, or run `playwright install chromium`"
            if os.environ.get("INKLING_REQUIRE_BROWSER") == "1":
                pytest.fail(message)
            pytest.skip(message)
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Return a fresh browser context, as another visitor's browser is."""
    fresh = browser.new_context(viewport={"width": 1280, "height": 900})
    fresh.set_default_timeout(60_000)
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Return a new page in the fresh context."""
    return context.new_page()
