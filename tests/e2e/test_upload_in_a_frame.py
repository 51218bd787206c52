"""An upload in a frame on another site: by https it comes, and where it cannot, the page says why."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, expect

from tests.browser import end_app, free_port, start_app
from tests.e2e.framed import site_with_frame
from tests.zips import quick_zip

pytestmark = pytest.mark.e2e
NO_COOKIE = "This browser sends Inkling no cookies, and an upload needs one."


@contextmanager
def framed(
    scheme: str, context: BrowserContext, data: Path, folder: Path, **variables: str
) -> Iterator[FrameLocator]:
    """Show Draw of an app of the test's own in a frame of another site, a bundle's uploader in view."""
    port = free_port()
    with site_with_frame(f"{scheme}://localhost:{port}/runs") as site:
        app = start_app(data, folder / "inkling.db", port, INKLING_FRAMES=site, **variables)
        try:
            page = context.new_page()
            page.goto(site)
            yield page.frame_locator("iframe")
        finally:
            end_app(app)


def upload(frame: FrameLocator) -> None:
    frame.get_by_text("Import a run").click()
    bundle = {"name": "run.zip", "mimeType": "application/zip", "buffer": quick_zip()}
    frame.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(bundle)


@pytest.mark.long
def test_over_http_the_page_says_that_no_cookie_comes(
    data_folder: Path, tmp_path: Path, context: BrowserContext
) -> None:
    with framed("http", context, data_folder, tmp_path) as frame:
        upload(frame)
        expect(frame.get_by_text(NO_COOKIE).filter(visible=True).first).to_be_visible()


@pytest.mark.long
def test_over_https_it_comes(data_folder: Path, tmp_path: Path, browser: Browser) -> None:
    if not (openssl := shutil.which("openssl")):
        pytest.skip("no openssl, which makes the certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost")
    subprocess.run([openssl, *made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    https = {"STREAMLIT_SERVER_SSL_CERT_FILE": str(certificate), "STREAMLIT_SERVER_SSL_KEY_FILE": str(key)}
    with (
        browser.new_context(ignore_https_errors=True) as context,
        framed("https", context, data_folder, tmp_path, **https) as frame,
    ):
        upload(frame)
        frame.get_by_role("button", name="Import", exact=True).click()
        expect(
            frame.get_by_text("This is not a run bundle").first
        ).to_be_visible()  # it has come, and is none
        expect(frame.get_by_text("Your browser keeps no cookies here")).to_have_count(0)
