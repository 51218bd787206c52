"""Sets that people bring, in a real browser: from the files to a model of them, and what it says of a new picture."""

import io
import re

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from benchmarks.photos import PAPERS, photograph
from core import synthetic_digits
from core.datasets import ImageData
from tests.browser import App
from tests.e2e.drawing import MIDDLE, choose, draw, expect_class, go_to, path_of
from tests.train_page import expect_status, press
from tests.zips import png, zipped

pytestmark = pytest.mark.e2e
COLOURS = {"leaf": (40, 150, 50), "sky": (70, 130, 230), "sun": (240, 190, 40)}


def scene(name: str, rng: np.random.Generator) -> bytes:
    """Return a picture of about the colour of what it shows, with something on it."""
    colour = np.array(COLOURS[name]) + rng.integers(-20, 20, 3)
    image = Image.fromarray((colour + rng.normal(0, 12, (48, 64, 3))).clip(0, 255).astype(np.uint8))
    place = rng.integers(5, 25, 2)
    ImageDraw.Draw(image).ellipse(
        [*place, *(place + rng.integers(8, 20))], fill=tuple(rng.integers(0, 255, 3))
    )
    return png(image)


def imported(page: Page, app: App, name: str, content: bytes, said: str) -> None:
    """Bring the file on Data, look at what was understood, and have the dataset made."""
    page.goto(f"{app.url}/data")
    page.get_by_role("button", name="Import images").click()
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "", "buffer": content}
    )
    expect(page.get_by_text(said)).to_be_visible(timeout=240_000)  # what reads it gives way to all others


def trained(page: Page, title: str) -> None:
    """Create the dataset, train on it and go to Draw with the run."""
    page.get_by_role("button", name="Create the dataset").click()
    expect(page.get_by_text(f"“{title}” was made.")).to_be_visible()
    page.locator("[class*=st-key-own_tools_]").get_by_role("button", name="Train on it").first.click()
    expect(page.locator(".ink-status")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Train(?! on)")).first.click()
    expect_status(page, "Finished", timeout=240_000)
    go_to(page, "Draw")


def test_three_classes_in_colour(app: App, page: Page) -> None:
    rng = np.random.default_rng(3)
    places = [(split, name, n) for name in COLOURS for split in ("train", "test") for n in range(20)]
    files = {f"{split}/{name}/{n}.png": scene(name, rng) for split, name, n in places}
    said = "3 classes: leaf, sky and sun. Training images: 60, test images: 60."
    imported(page, app, "scenes.zip", zipped(files), said)
    expect(page.get_by_text("Kept: 32 × 32 pixels, in colour.")).to_be_visible()
    trained(page, "scenes")
    choose(page, "Photo or scan")
    page.get_by_test_id("stFileUploader").locator("input[type=file]").first.set_input_files(
        {"name": "new.png", "mimeType": "", "buffer": scene("sky", rng)}
    )
    expect_class(page, "sky")


@pytest.mark.long
def test_a_table_from_kaggle(app: App, page: Page, mnist: ImageData) -> None:
    images, labels = mnist.train_images[:2_000, 0], mnist.train_labels[:2_000]
    table = pd.DataFrame(images.reshape(len(images), -1), columns=[f"pixel{n}" for n in range(784)])
    table.insert(0, "label", labels)
    said = "10 classes: 0, 1, 2, 3, 4 and 5 more. Training images: 1,600, test images: 400."
    imported(page, app, "train.csv", table.to_csv(index=False).encode(), said)
    trained(page, "train")
    draw(page, path_of(0, MIDDLE))
    expect_class(page, "0")


@pytest.mark.long
def test_photos_of_digits_written_on_paper(app: App, page: Page) -> None:
    rng = np.random.default_rng(8)
    files = {}
    for n in range(60):
        hand = synthetic_digits.Handwriting(size_px=float(rng.uniform(120, 190)))
        ink = synthetic_digits.paint(synthetic_digits.draw(synthetic_digits.template(n % 3), hand, rng), 18.0)
        buffer = io.BytesIO()
        photograph(ink, PAPERS[n % len(PAPERS)], rng).convert("L").save(buffer, "JPEG", quality=85)
        files[f"{n % 3}/{n}.jpg"] = buffer.getvalue()
    imported(page, app, "paper.zip", zipped(files), "They are dark on light,")
    page.get_by_text("They show writing on paper", exact=True).click()
    expect(
        page.get_by_text(re.compile("Kept: their ink alone, white on black, 28 × 28 pixels"))
    ).to_be_visible()
    trained(page, "paper")
    for digit in (0, 1):
        draw(page, path_of(digit, MIDDLE))
        expect_class(page, str(digit))
        press(page, "Clear")
