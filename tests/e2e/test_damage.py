"""Spoiled files under the running app: a clear message, everything made again, nothing else lost."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import end_app, start_app
from tests.train_page import choose, expect_status, open_train, press

pytestmark = pytest.mark.e2e


@pytest.fixture
def own_data(data_folder: Path, mnist, tmp_path: Path) -> Path:
    """Return a data folder of the test's own, with MNIST unpacked."""
    folder = tmp_path / "data"
    assert mnist.spec.name == "mnist"
    for part in ("MNIST", "arrays/mnist"):  # other tests unpack other images meanwhile
        shutil.copytree(data_folder / part, folder / part)
    return folder


@pytest.mark.long
@pytest.mark.parametrize("what", ["truncated", "altered"])
def test_a_spoiled_image_file_is_told_and_unpacked_again(
    own_data: Path, page: Page, tmp_path, what: str
) -> None:
    spoiled = own_data / "MNIST" / "raw" / "train-images-idx3-ubyte"
    whole = spoiled.read_bytes()
    spoiled.write_bytes(whole[:1_000_000] if what == "truncated" else whole[:-1] + bytes([whole[-1] ^ 255]))
    app = start_app(own_data, tmp_path / "inkling.db")
    try:
        open_train(page, f"{app.url}/?epochs=1&train_size=1000")
        expect(page.get_by_test_id("stAlert").first).to_contain_text(re.compile("train-images-idx3-ubyte"))
        assert spoiled.read_bytes() == whole
        choose(page, "Pace", "Full speed")
        press(page, "Train")
        expect_status(page, "finished", 120_000)
    finally:
        end_app(app)


@pytest.mark.long
def test_a_store_of_garbage_is_set_aside_with_a_message_and_the_app_starts(
    data_folder, page: Page, tmp_path
) -> None:
    store = tmp_path / "inkling.db"
    store.write_bytes(b"this is no database" * 1000)
    app = start_app(data_folder, store)
    try:
        open_train(page, app.url)
        expect(page.get_by_test_id("stAlert").first).to_contain_text("damaged")
        kept = list(tmp_path.glob("inkling.db.damaged-*"))
        assert len(kept) == 1
        assert kept[0].read_bytes().startswith(b"this is no database")
        press(page, "Train")
        expect_status(page, "running|finished")
    finally:
        end_app(app)
