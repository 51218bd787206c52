"""The import of images in a real browser: how far it is, its end by a press or with the page, and what is looked at."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core.dataset_import.worker_process import FOLDER
from tests.browser import App
from tests.e2e.drawing import choose, expect_rest, go_to, open_draw
from tests.polling import until
from tests.zips import quick_zip, slow_zip

pytestmark = pytest.mark.e2e


def chosen(page: Page, app: App, name: str, content: bytes) -> None:
    """Open the import on Draw and choose a file."""
    open_draw(page, app, "softmax-mnist")
    choose(page, "Train on your drawings")
    page.get_by_text("Export and import").click()
    uploader = page.get_by_test_id("stFileUploader").locator("input[type=file]")
    uploader.set_input_files({"name": name, "mimeType": "application/zip", "buffer": content})


def begun(page: Page, app: App) -> Locator:
    """Begin an import that takes a while; return its progress once some images are done."""
    chosen(page, app, "slow.zip", slow_zip())
    progress = page.get_by_test_id("stProgress")
    expect(progress).to_have_text(re.compile(r"^[1-9]\d? of 40 images$"))
    return progress


def under_way(app: App) -> list[Path]:
    """Return where imports are at work or are looked at: their folders go once nobody holds them."""
    return list((app.data / FOLDER).glob("*"))


def own_sets(app: App) -> set[str]:
    return {folder.name for folder in (app.data / "own").glob("*")}


@pytest.mark.long
def test_it_says_how_far_it_is_and_ends_at_a_press_with_nothing_left(app: App, page: Page) -> None:
    before = own_sets(app)
    progress = begun(page, app)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("The import was cancelled, and nothing of it is kept.")).to_be_visible()
    expect(progress).to_have_count(0)
    until(lambda: not under_way(app), "the process to end")
    assert own_sets(app) == before


@pytest.mark.long
def test_what_is_whole_is_looked_at_and_becomes_a_dataset_when_it_is_kept(app: App, page: Page) -> None:
    before = own_sets(app)
    chosen(page, app, "quick.zip", quick_zip())
    expect(page.get_by_text("2 classes: a and b. Training images: 4, test images: 2.")).to_be_visible(
        timeout=240_000
    )
    assert own_sets(app) == before
    page.get_by_role("button", name="Create the dataset").click()
    expect(page.get_by_text("“quick” was made.")).to_be_visible()
    assert len(own_sets(app) - before) == 1
    until(lambda: not under_way(app), "what was looked at to go")


@pytest.mark.long
def test_it_ends_with_the_page_and_with_the_tab(app: App, page: Page) -> None:
    before = own_sets(app)
    begun(page, app)
    go_to(page, "Runs")
    until(lambda: not under_way(app), "the process to end with the page")
    expect_rest(page)
    begun(page, app)
    page.close()
    until(lambda: not under_way(app), "the process to end with the tab")
    assert own_sets(app) == before
