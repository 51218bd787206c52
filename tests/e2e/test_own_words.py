"""Whatever fails, a visitor reads it in our words, with a remedy: no framework's message, no path of the server."""

import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import ROOT, App, end_app, start_app
from tests.e2e.drawing import choose, open_draw
from tests.e2e.faulty_page import TOLD
from tests.polling import until

pytestmark = pytest.mark.e2e

FRAMEWORKS = re.compile(
    "Streamlit|streamlit|Traceback|Axios|encountered an error|Bad message|BidiComponent|Errno|"
    f"status code|Not Found|Connection error|No such file|site-packages|{TOLD}|{re.escape(str(ROOT))}"
)
SHOWN = "() => document.body.innerText"
BELOW = "() => getComputedStyle(document.querySelector('.stApp'), '::after').content"
PUT = "**/_stcore/upload_file/**"


def sees_our_words(page: Page, words: str) -> None:
    """Wait for the words, and see that nothing else tells of what happened."""
    expect(page.get_by_text(words).filter(visible=True).first).to_be_visible()
    assert not FRAMEWORKS.findall(page.evaluate(SHOWN))


@pytest.fixture(scope="module")
def faulty(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Return the app with faulty_page.py in place of a page of its own."""
    folder = tmp_path_factory.mktemp("faulty")
    shutil.copytree(ROOT / "pages", folder / "pages", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / ".streamlit", folder / ".streamlit")
    (folder / "core").symlink_to(ROOT / "core")
    shutil.copy(ROOT / "app.py", folder)
    shutil.copy(Path(__file__).with_name("faulty_page.py"), folder / "pages" / "data" / "page.py")
    started = start_app(data_folder, folder / "inkling.db", folder=folder, script=folder / "app.py")
    yield started
    end_app(started)


@pytest.mark.parametrize(
    "where",
    ["Part", "Component", *(pytest.param(name, marks=pytest.mark.long) for name in ("Callback", "Page"))],
)
def test_a_fault_of_the_program(where: str, faulty: App, page: Page) -> None:
    page.goto(f"{faulty.url}/data")
    page.get_by_role("button", name=where, exact=True).click()
    if where == "Component":
        shown = page.locator("[data-testid=stAlertContainer]:has([data-testid=stErrorElementStack])")
        until(
            lambda: "Load it again" in shown.evaluate("e => getComputedStyle(e, '::before').content"),
            "our words",
        )
        assert not FRAMEWORKS.findall(page.evaluate(SHOWN))
    else:
        sees_our_words(page, "Load the page again")
        until(lambda: TOLD in faulty.log.read_text(), "the log to say what happened")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (413, "This file is too large: at most 20 MB can be uploaded."),
        pytest.param(
            403, "This browser sends Inkling no cookies, and an upload needs one.", marks=pytest.mark.long
        ),
        pytest.param(429, "At most 100 MB of uploads are held for one visitor", marks=pytest.mark.long),
        pytest.param(
            507, "Inkling holds as many uploads as it may at the moment, 500 MB", marks=pytest.mark.long
        ),
        pytest.param(500, "The file did not arrive. Load the page again", marks=pytest.mark.long),
        (None, "The file did not arrive. Load the page again"),
    ],
)
def test_an_upload_that_fails(answer: int | None, words: str, app: App, page: Page) -> None:
    def refuse(route: Route) -> None:
        if answer is None:
            route.abort()
        else:
            route.fulfill(status=answer, body=f"Internal error at {TOLD}")

    open_draw(page, app)
    choose(page, "Photo or scan")
    page.route(PUT, refuse)
    upload(page, "photo.png", b"x")
    sees_our_words(page, words)
    page.get_by_test_id("stFileChip").hover()
    page.get_by_role("button", name="Remove photo.png").hover()
    assert not FRAMEWORKS.findall(page.evaluate(SHOWN))


def upload(page: Page, name: str, content: bytes) -> None:
    page.locator('input[type="file"]').set_input_files({"name": name, "mimeType": "", "buffer": content})


@pytest.mark.parametrize(
    ("name", "size", "words"),
    [
        ("photo.png", 22_000_000, "This file is too large: at most 20 MB can be uploaded."),
        ("page.html", 10, "Files of this kind cannot be read here."),
    ],
)
def test_a_file_that_is_not_taken(
    name: str, size: int, words: str, app: App, page: Page, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes(bytes(size))
    open_draw(page, app)
    choose(page, "Photo or scan")
    page.locator('input[type="file"]').set_input_files(file)  # which the browser reads itself, quickly
    sees_our_words(page, words)


def test_a_page_that_there_is_not(app: App, page: Page) -> None:
    page.goto(f"{app.url}/nowhere")
    sees_our_words(page, "There is no such page; this is the first one.")
    page.mouse.click(5, 5)
    expect(page.locator(".ink-said")).to_be_hidden()


def test_a_server_that_is_gone_before_the_page_has_begun(app: App, page: Page) -> None:
    page.route("**/_stcore/h*", lambda route: route.abort())
    page.goto(app.url)
    expect(page.get_by_test_id("stDialog")).to_have_count(0)
    until(lambda: "Connection lost. Reconnecting…" in page.evaluate(BELOW), "the page to say so")
    with page.expect_request("**/_stcore/health"):
        pass
    assert not FRAMEWORKS.findall(page.evaluate(SHOWN))
    page.unroute_all()
    expect(page.locator(".ink-ready")).to_be_attached()
    assert not page.locator(".ink-said").is_visible()


@pytest.mark.parametrize(
    ("path", "method", "status", "words"),
    [
        ("/media/nothing.png", "GET", 404, "There is nothing at this address"),
        ("/app/static/nothing.js", "GET", 404, "There is nothing at this address"),
        ("/component/nothing/index.html", "GET", 404, "There is nothing at this address"),
        ("/_stcore/metrics", "GET", 404, "There is nothing at this address"),
        ("/_stcore/upload_file/nobody/nothing", "PUT", 403, "Load the page again"),
        ("/..%5c..%5cetc", "GET", 400, "Load the page again"),
        ("/", "POST", 405, "Load the page again"),
    ],
)
def test_an_address_that_gives_nothing(path: str, method: str, status: int, words: str, app: App) -> None:
    asked = urllib.request.Request(app.url + path, method=method, headers={"accept": "text/html"})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(asked)
    answer = caught.value.read().decode()
    assert caught.value.code == status
    assert words in answer
    assert not FRAMEWORKS.findall(answer)
    assert "frame-ancestors 'self'" in caught.value.headers["content-security-policy"]
    assert caught.value.headers["x-content-type-options"] == "nosniff"


@pytest.mark.long
def test_metrics_where_the_operator_says_so_and_where_it_listens(data_folder: Path, tmp_path: Path) -> None:
    app = start_app(data_folder, tmp_path / "inkling.db", base_path="lab", INKLING_METRICS="1")
    try:
        with urllib.request.urlopen(f"{app.url}/_stcore/metrics") as answer:
            assert answer.read().endswith(b"# EOF\n")
        until(lambda: f"on this computer at {app.url}\n" in app.log.read_text(), "the log to say where it is")
        assert not FRAMEWORKS.findall(app.log.read_text())
    finally:
        end_app(app)
