"""The Draw page in a real browser: pictures of every kind, from a file, the camera or the test set."""

import io
import re
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from benchmarks.photos import photograph
from core import synthetic_digits
from core.datasets import ImageData
from tests.browser import FLAGS, App, browser_path
from tests.e2e.drawing import MIDDLE, choose, expect_class, open_draw, press
from tests.policy import launched

pytestmark = pytest.mark.e2e

NO_PICTURE = "Show a digit"


def encoded(picture: Image.Image, kind: str) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()


def upload(page: Page, name: str, content: bytes) -> None:
    page.locator('input[type="file"]').set_input_files({"name": name, "mimeType": "", "buffer": content})


def good_files(digit: np.ndarray) -> dict[str, bytes]:
    """Return one file of every kind with this digit (28, 28) on it, ink bright."""
    from pillow_heif import register_heif_opener

    register_heif_opener()
    light = Image.fromarray(digit).resize((420, 420))
    dark = Image.fromarray(255 - digit).resize((420, 420))
    clear_paper = Image.new("RGBA", (420, 420), (0, 0, 0, 0))
    clear_paper.putalpha(light)
    lying, upright = dark.rotate(90), Image.Exif()
    upright[0x0112] = 6  # turn it by 90 degrees clockwise to look at it
    turned = io.BytesIO()
    lying.save(turned, "JPEG", exif=upright)
    return {
        "dark.png": encoded(dark, "PNG"),
        "light.jpg": encoded(light, "JPEG"),
        "turned.jpg": turned.getvalue(),
        "web.webp": encoded(dark, "WEBP"),
        "phone.heic": encoded(dark.convert("RGB"), "HEIF"),
        "old.bmp": encoded(dark, "BMP"),
        "still.gif": encoded(light, "GIF"),
        "scan.tiff": encoded(dark, "TIFF"),
        "clear.png": encoded(clear_paper, "PNG"),
        "phone.jpg": encoded(dark.resize((4000, 3000)), "JPEG"),  # 12 million pixels
    }


def bad_files(digit: np.ndarray) -> dict[str, bytes]:
    """Return files that nothing can be read from."""
    picture = Image.fromarray(255 - digit).resize((420, 420))
    moving = io.BytesIO()
    picture.save(moving, "GIF", save_all=True, append_images=[picture.rotate(90)])
    whole = encoded(picture, "PNG")
    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0)
    check = struct.pack(">I", zlib.crc32(b"IHDR" + head))
    huge = whole[:8] + struct.pack(">I", 13) + b"IHDR" + head + check + whole[33:]
    return {
        "text.png": b"this is no picture",
        "half.png": whole[: len(whole) // 2],
        "none.png": b"",
        "huge.png": huge,
        "moving.gif": moving.getvalue(),
    }


SOME_KINDS = ("turned.jpg", "phone.heic", "clear.png", "half.png", "moving.gif")
ALL_KINDS = pytest.param(None, marks=pytest.mark.long, id="all")


@pytest.mark.parametrize("kinds", [pytest.param(SOME_KINDS, id="some"), ALL_KINDS])
def test_every_kind_of_file_is_answered_or_refused_in_a_sentence(
    app: App, page: Page, mnist: ImageData, kinds: tuple[str, ...] | None
) -> None:
    def wanted(files: dict[str, bytes]) -> dict[str, bytes]:
        return {name: content for name, content in files.items() if kinds is None or name in kinds}

    open_draw(page, app)
    choose(page, "Photo or scan")
    seven = mnist.test_images[0, 0]
    for name, content in wanted(good_files(seven)).items():
        upload(page, name, content)
        expect(page.get_by_text(name)).to_be_visible()
        expect_class(page, "7")
        press(page, "Remove")
        expect(page.locator(".st-key-answer")).to_contain_text(NO_PICTURE)
    for name, content in wanted(bad_files(seven)).items():
        upload(page, name, content)
        expect(page.get_by_role("alert")).to_contain_text(re.compile("^This (file|picture)"))
        expect(page.locator(".st-key-answer")).to_contain_text(NO_PICTURE)
        press(page, "Remove")
        expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.long
def test_blank_paper_is_not_taken_for_a_digit(app: App, page: Page) -> None:
    open_draw(page, app)
    choose(page, "Photo or scan")
    upload(page, "blank.png", encoded(Image.new("L", (300, 300), 240), "PNG"))
    expect(page.locator(".st-key-answer")).to_contain_text("No sign of a digit")


def test_a_digit_held_into_the_camera_is_read(app: App, browser: Browser, tmp_path: Path) -> None:
    film = tmp_path / "camera.mjpeg"
    path = synthetic_digits.draw(synthetic_digits.template(4, 1), MIDDLE, np.random.default_rng(4))
    paper = (
        photograph(synthetic_digits.paint(path, 16), "uneven", np.random.default_rng(3))
        .convert("RGB")
        .resize((480, 480))
    )
    frame = Image.new("RGB", (640, 480), paper.getpixel((5, 240)))
    frame.paste(paper, (80, 0))
    film.write_bytes(encoded(frame, "JPEG") * 10)
    camera = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    chromium = launched(
        browser.browser_type,
        executable_path=browser_path(),
        args=[*FLAGS, *camera, f"--use-file-for-fake-video-capture={film}"],
    )
    try:
        page = chromium.new_context(
            viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, permissions=["camera"]
        ).new_page()
        open_draw(page, app)
        choose(page, "Camera")
        page.wait_for_function("() => (document.querySelector('video')?.readyState ?? 0) >= 2")
        page.get_by_role("button", name="Take Photo").tap()
        expect_class(page, "4")
        page.get_by_role("button", name="Clear photo").tap()
        expect(page.locator(".st-key-answer")).to_contain_text(NO_PICTURE)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        chromium.close()


def test_a_sheet_of_digits_is_read_in_order(app: App, page: Page, mnist: ImageData) -> None:
    open_draw(page, app)
    choose(page, "Photo or scan")
    sheet = np.full((150, 560), 255, np.uint8)
    for place in range(4):  # 7, 2, 1, 0
        big = np.asarray(Image.fromarray(mnist.test_images[place, 0]).resize((84, 84)))
        sheet[30:114, 40 + 130 * place : 124 + 130 * place] = 255 - big
    upload(page, "sheet.png", encoded(Image.fromarray(sheet), "PNG"))
    expect(page.locator(".st-key-sheet_answers")).to_contain_text("7 2 1 0")
    page.get_by_role("radio", name="2: 2").or_(page.get_by_role("button", name="2: 2")).click()
    expect_class(page, "2")


def test_a_garment_is_taken_from_the_test_set(app: App, page: Page) -> None:
    page.goto(f"{app.url}/draw?run=cnn-fashion")
    expect(page.locator(".ink-answer")).to_have_attribute("data-class", re.compile(r"\w"))
    before = page.locator(".st-key-question").inner_text()
    press(page, "Another one")
    expect(page.locator(".st-key-question")).not_to_have_text(before)
