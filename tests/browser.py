"""The app, started as the README starts it, and a real browser that looks at it: fixtures for tests of both."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    Locator,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.policy import broken, launched, watch
from tests.polling import DEADLINE_S, until

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = (  # the same browser without its windows takes a quarter less of the processor
    *("chromium-headless-shell", "chromium", "chromium-browser"),
    *("google-chrome", "google-chrome-stable"),
)
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
SHOWN = (
    "() => !document.documentElement.classList.contains('ink-waiting')"  # the page stands (first_paint.js)
)
expect.set_options(timeout=1000 * DEADLINE_S)


@dataclass
class App:
    """A running app: its address, its process, its folder, its store's file and its log."""

    url: str
    process: subprocess.Popen
    data: Path
    store: Path
    log: Path


STARTED: list[App] = []  # by this process of tests


def on_page(page: Page, words: str | re.Pattern[str]) -> Locator:
    """Return where the words stand on the page: status and result are said once more to those who listen."""
    return page.get_by_test_id("stMain").get_by_text(words)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_healthy(url: str) -> bool:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE  # a test's certificate is its own
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2, context=trusting) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def start_app(
    data: Path,
    store: Path,
    port: int = 0,
    log: Path | None = None,
    *,
    folder: Path = ROOT,
    script: Path = ROOT / "app.py",
    base_path: str = "",
    **variables: str,
) -> App:
    """Start the app (port 0 = a free one) and return it once it answers. Its log: app.log beside the store."""
    port, log = port or free_port(), log or store.parent / "app.log"
    environment = os.environ | {"INKLING_DATA": str(data), "INKLING_STORE": f"sqlite:///{store}"} | variables
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    if base_path:
        command += ["--server.baseUrlPath", base_path]
    with log.open("ab") as written:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=written, stderr=subprocess.STDOUT
        )
    scheme = "https" if "STREAMLIT_SERVER_SSL_CERT_FILE" in variables else "http"
    url = f"{scheme}://localhost:{port}/{base_path}".rstrip("/")
    until(lambda: is_healthy(url) or process.poll() is not None, "the app to answer")
    assert process.poll() is None, f"the app ended: {log.read_text()[-2000:]}"
    STARTED.append(App(url, process, data, store, log))
    return STARTED[-1]


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
def chromium() -> Iterator[BrowserType]:
    """Return what starts Chromium; without one, fail under INKLING_REQUIRE_BROWSER=1 and skip otherwise."""
    with sync_playwright() as playwright:
        if browser_path() is None and not Path(playwright.chromium.executable_path).exists():
            message = "no Chromium found: install it, or run `playwright install chromium`"
            if os.environ.get("INKLING_REQUIRE_BROWSER") == "1":
                pytest.fail(message)
            pytest.skip(message)
        yield playwright.chromium


@pytest.fixture(scope="session")
def browser(chromium: BrowserType) -> Iterator[Browser]:
    """Return a Chromium for contexts of a test's own: a second visitor, a phone."""
    started = launched(chromium, executable_path=browser_path(), args=FLAGS)
    yield started
    started.close()


@pytest.fixture(scope="session")
def profile(chromium: BrowserType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """Return a Chromium with a profile on disk: it compiles a page's scripts once, not for every visitor."""
    folder, size = tmp_path_factory.mktemp("profile"), ViewportSize(width=1280, height=900)
    kept = chromium.launch_persistent_context(
        folder, executable_path=browser_path(), args=FLAGS, viewport=size
    )
    kept.set_default_timeout(1000 * DEADLINE_S)
    watch(kept)
    yield kept
    kept.close()


@pytest.fixture
def context(profile: BrowserContext) -> Iterator[BrowserContext]:
    """Return the browser of a visitor who has never been here: nothing is left of the one before."""
    yield profile
    blank, *visited = profile.pages  # the blank one stays: a browser may end with its last page
    tools = profile.new_cdp_session(blank)
    for page in visited:
        address = urlsplit(page.url)
        page.close()
        origin = f"{address.scheme}://{address.netloc}"
        # not "all": that would throw away the compiled scripts
        tools.send(
            "Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "local_storage,indexeddb"}
        )
    tools.detach()
    profile.clear_cookies()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Return a new page in the fresh context."""
    return context.new_page()


@pytest.fixture(autouse=True)
def policy_is_kept() -> Iterator[None]:
    """Fail the test one of whose pages broke the Content-Security-Policy."""
    broken.clear()
    yield
    assert not broken, f"the Content-Security-Policy was broken: {broken}"
