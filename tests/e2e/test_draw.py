"""The Draw page in a real browser: strokes by mouse, finger and keyboard, files of every kind, and back again."""

import io
import re
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from core import strokes
from core.datasets import ImageData
from tests.e2e.conftest import App, wait_until

pytestmark = pytest.mark.e2e
expect.set_options(timeout=20_000)

PAD = "canvas.upper-canvas"
EMPTY = "Draw a digit"
MIDDLE = strokes.Hand(size_px=190)
CORNER = strokes.Hand(size_px=100, centre=(0.22, 0.24))
STYLES = {1: 1, 4: 1, 9: 2}  # of the templates: those that most people would read without context


def open_draw(page: Page, app: App, run: str = "cnn-mnist") -> None:
    page.goto(f"{app.url}/draw?run={run}")
    expect(page.locator(PAD)).to_be_visible(timeout=60_000)
    expect(page.locator(PAD)).to_have_attribute("aria-label", re.compile("Arrow keys"))
    expect(page.locator(".st-key-answer")).to_contain_text(EMPTY)


def path_of(digit: int, hand: strokes.Hand) -> list[np.ndarray]:
    drawn = strokes.draw(strokes.template(digit, STYLES.get(digit, 0)), hand, np.random.default_rng(digit))
    return [stroke[::3] for stroke in drawn]


def draw(page: Page, path: Sequence[np.ndarray]) -> None:
    """Move the mouse along the strokes, in pixels of the canvas."""
    wait_until(
        lambda: page.locator(PAD).bounding_box() is not None, 10, "the canvas to stand"
    )  # a new pen, a new one
    box = page.locator(PAD).bounding_box()
    assert box is not None
    for stroke in path:
        points = [(box["x"] + x, box["y"] + y) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point)
        page.mouse.up()


def expect_class(page: Page, name: str) -> None:
    expect(page.locator(".st-key-answer .ink-answer")).to_have_attribute("data-class", name, timeout=10_000)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(f"^{name}")).first.click()


def clear(page: Page) -> None:
    press(page, "Clear")
    expect(page.locator(".st-key-answer")).to_contain_text(EMPTY)


def choose(page: Page, option: str) -> None:
    page.get_by_role("radio", name=option, exact=True).click()
    expect_rest(page)


def expect_rest(page: Page) -> None:
    """Wait until the server has taken in everything: a pen whose width changes in mid-stroke loses the stroke."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def go_to(page: Page, name: str) -> None:
    page.get_by_test_id("stTopNav").get_by_role("link", name=name).click()


def set_pen(page: Page, steps: int) -> None:
    """Move the pen's width by `steps` px, with the arrow keys."""
    slider = page.get_by_role("slider", name="Pen width")
    wanted = int(slider.input_value()) + steps
    slider.focus()
    for _ in range(abs(steps)):
        page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")
    expect(slider).to_have_value(str(wanted))
    expect_rest(page)


@pytest.mark.parametrize("hand", [MIDDLE, CORNER], ids=["middle", "corner"])
def test_all_ten_digits_are_read(app: App, page: Page, hand: strokes.Hand) -> None:
    open_draw(page, app)
    for digit in range(10):
        draw(page, path_of(digit, hand))
        expect_class(page, str(digit))
        clear(page)


@pytest.mark.parametrize("steps", [-15, 14], ids=["thin", "thick"])
def test_the_pen_may_be_thin_or_thick(app: App, page: Page, steps: int) -> None:
    open_draw(page, app)
    set_pen(page, steps)
    for digit in (0, 3, 7):
        draw(page, path_of(digit, MIDDLE))
        expect_class(page, str(digit))
        clear(page)


def test_the_softmax_regression_answers_with_its_evidence_and_its_sum(app: App, page: Page) -> None:
    open_draw(page, app, "softmax-mnist")
    draw(page, path_of(3, MIDDLE))
    expect_class(page, "3")
    numbers = page.locator(".ink-sums tbody tr").first.locator("td").all_inner_texts()
    total, bias, logit = (float(text.replace("+", "")) for text in numbers[:3])
    assert total + bias == pytest.approx(logit, abs=0.011)
    expect(page.get_by_text(re.compile(r"^\d+ pixels? make it a \d"))).to_be_visible()


def test_undo_redo_eraser_and_clear(app: App, page: Page) -> None:
    open_draw(page, app)
    seven, bar = path_of(7, MIDDLE), np.array([[60.0, 235.0], [140.0, 236.0], [225.0, 235.0]])
    draw(page, seven)
    expect_class(page, "7")
    draw(page, [bar])
    expect(page.locator(".ink-answer")).not_to_contain_text("It is a 7")
    changed = page.locator(".st-key-answer").inner_text()
    press(page, "Undo")
    expect(page.locator(".ink-answer")).to_contain_text("It is a 7")
    press(page, "Redo")
    expect(page.locator(".ink-answer")).to_contain_text(changed.splitlines()[-1])
    press(page, "Undo")
    expect(page.locator(".ink-answer")).to_contain_text("It is a 7")
    choose(page, "Eraser")
    set_pen(page, 20)
    wipes = [np.array([[20.0, y], [140.0, y + 1], [260.0, y]]) for y in range(15, 280, 25)]
    draw(page, wipes)
    expect(page.locator(".st-key-answer")).to_contain_text(EMPTY)
    press(page, "Undo")
    choose(page, "Pen")
    press(page, "Clear")
    expect(page.locator(".st-key-answer")).to_contain_text(EMPTY)


def test_the_drawing_survives_another_page_and_another_run(app: App, page: Page) -> None:
    open_draw(page, app)
    draw(page, path_of(2, CORNER))
    expect_class(page, "2")
    go_to(page, "Train")
    expect(page.get_by_role("button", name=re.compile("^Train")).first).to_be_visible()
    go_to(page, "Draw")
    expect(page.locator(PAD)).to_be_visible()
    expect_class(page, "2")
    page.get_by_role("combobox", name=re.compile("Run in view")).click()
    page.get_by_role("option", name=re.compile("softmax-mnist")).click()
    expect(page.get_by_text("softmax-mnist answers")).to_be_visible()
    expect_class(page, "2")
    press(page, "Undo")
    expect(page.locator(".st-key-answer")).to_contain_text(EMPTY)


def test_the_keyboard_can_draw(app: App, page: Page) -> None:
    open_draw(page, app)
    page.locator(PAD).focus()
    page.keyboard.press("Space")
    for _ in range(25):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect_class(page, "1")


def test_a_dot_and_a_scribble_are_not_taken_for_digits(app: App, page: Page) -> None:
    open_draw(page, app)
    draw(page, [np.array([[140.0, 140.0], [142.0, 141.0]])])
    expect(page.locator(".ink-answer")).to_have_attribute("data-kind", "tiny")
    clear(page)
    fill = [np.array([[50.0, y], [140.0, y], [230.0, y]]) for y in range(50, 240, 14)]
    draw(page, fill)
    expect(page.locator(".ink-answer")).to_have_attribute("data-kind", "unlike")


def test_a_finger_draws_on_a_phone_and_the_page_stays_where_it_is(app: App, browser: Browser) -> None:
    phone = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    try:
        page = phone.new_page()
        open_draw(page, app)
        page.locator(PAD).scroll_into_view_if_needed()
        box = page.locator(PAD).bounding_box()
        assert box is not None
        assert box["width"] > 330  # as wide as the screen, but for its margins
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        touch = phone.new_cdp_session(page)

        def send(kind: str, points: Sequence[Sequence[float]]) -> None:
            places = [{"x": float(x), "y": float(y)} for x, y in points]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

        for stroke in path_of(3, MIDDLE):
            points = [
                (box["x"] + x * box["width"] / 280, box["y"] + y * box["width"] / 280) for x, y in stroke
            ]
            send("touchStart", points[:1])
            for point in points[1:]:
                send("touchMove", [point])
            send("touchEnd", [])
        expect_class(page, "3")
        assert page.locator(PAD).bounding_box() == box
    finally:
        phone.close()


def encoded(picture: Image.Image, kind: str) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()


def upload(page: Page, name: str, content: bytes) -> None:
    page.locator('input[type="file"]').set_input_files({"name": name, "mimeType": "", "buffer": content})


def test_every_kind_of_file_is_answered_or_refused_in_a_sentence(
    app: App, page: Page, mnist: ImageData
) -> None:
    from pillow_heif import register_heif_opener

    register_heif_opener()
    open_draw(page, app)
    choose(page, "Photo or scan")
    seven = Image.fromarray(255 - mnist.test_images[0, 0]).resize((420, 420))  # the first test image is a 7
    inverted = Image.fromarray(mnist.test_images[0, 0]).resize((420, 420))
    clear_paper = Image.new("RGBA", (420, 420), (0, 0, 0, 0))
    clear_paper.putalpha(inverted)
    for name, content in {
        "dark.png": encoded(seven, "PNG"),
        "light.jpg": encoded(inverted, "JPEG"),
        "web.webp": encoded(seven, "WEBP"),
        "phone.heic": encoded(seven.convert("RGB"), "HEIF"),
        "clear.png": encoded(clear_paper, "PNG"),
    }.items():
        upload(page, name, content)
        expect(page.get_by_text(name)).to_be_visible()
        expect_class(page, "7")
        page.get_by_role("button", name=re.compile("Remove")).click()
        expect(page.locator(".st-key-answer")).to_contain_text(EMPTY)
    whole = encoded(seven, "PNG")
    bad = {"text.png": b"this is no picture", "half.png": whole[: len(whole) // 2], "none.png": b""}
    for name, content in bad.items():
        upload(page, name, content)
        expect(page.get_by_role("alert")).to_contain_text(re.compile("picture|empty"))
        expect(page.locator(".st-key-answer")).to_contain_text(EMPTY)
        page.get_by_role("button", name=re.compile("Remove")).click()
        expect(page.get_by_role("alert")).to_have_count(0)


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


def test_everything_behind_the_answer_can_be_opened(app: App, page: Page) -> None:
    open_draw(page, app, "softmax-mnist")
    draw(page, path_of(0, CORNER))
    expect_class(page, "0")
    choose(page, "Preparation")
    expect(page.get_by_text("Everything on:")).to_be_visible()
    expect(page.get_by_text("As you switched it:")).to_be_visible()
    choose(page, "Other models")
    expect(page.get_by_text(re.compile("All 2 say 0"))).to_be_visible()
    choose(page, "While it learned")
    expect(page.get_by_text(re.compile("It has said 0"))).to_be_visible()


def test_a_garment_is_taken_from_the_test_set(app: App, page: Page) -> None:
    page.goto(f"{app.url}/draw?run=cnn-fashion")
    expect(page.locator(".ink-answer")).to_have_attribute("data-class", re.compile(r"\w"), timeout=60_000)
    before = page.locator(".st-key-question").inner_text()
    press(page, "Another one")
    expect(page.locator(".st-key-question")).not_to_have_text(before)


def test_it_learns_a_hand_and_shows_before_and_after(app: App, page: Page) -> None:
    open_draw(page, app, "softmax-mnist")
    choose(page, "Teach it yours")
    for digit in (4, 4, 9, 9):
        draw(page, path_of(digit, MIDDLE))
        expect_class(page, str(digit))
        label = page.locator(".st-key-lesson_labels").get_by_role("button", name=str(digit), exact=True)
        expect(label).to_be_enabled()
        label.click()
        expect(page.locator(".st-key-answer")).to_contain_text(EMPTY)
    expect(page.get_by_text("4 of yours:")).to_be_visible()
    page.get_by_text("Export and import").click()
    with page.expect_download() as download:
        press(page, "Download yours as a zip")
    assert download.value.suggested_filename == "inkling-my-digits.zip"
    press(page, "Train on mine alone")
    expect(page.locator(".ink-sums")).to_contain_text("On your drawings", timeout=40_000)
