"""The Weights, Evaluate and Data pages in a real browser, over runs of the full images."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.protocol.events import Steps
from core.runs import Store
from core.training.loop import train
from tests.browser import App
from tests.polling import until

pytestmark = pytest.mark.e2e


SECTIONS = {
    "weights": ("During training", "Two classes", "Arithmetic", "One step in detail", "Edit weights"),
    "evaluate": ("Mistakes", "Classes", "Confidence", "Robustness", "Published results"),
    "data": (
        "Gallery",
        "Classes",
        "Pixels",
        "Map",
        "Typical and unusual",
        "Duplicates and label issues",
        "Mine",
    ),
}
SPILLS = """() => [...document.querySelectorAll('[data-testid="stMain"] *')].filter((e) => {
    const box = e.getBoundingClientRect();
    if (!box.width || !box.height || (box.right <= innerWidth + 1 && box.left >= -1)) return false;
    for (let p = e.parentElement; p.dataset.testid !== "stMain"; p = p.parentElement)
        if (getComputedStyle(p).overflowX !== "visible") return false;  // scrolled or cut within a box of its own
    return true;
}).map((e) => `${e.tagName} ${e.className}`).slice(0, 5)"""


@pytest.fixture(scope="module")
def trained(store: Store, mnist: ImageData) -> str:
    """Return a finished run on all training images."""
    config = RunConfig(epochs=1, eval_every=0)
    return store.add_finished_run(config, list(train(mnist, config)), name="one epoch")


@pytest.fixture(scope="module")
def garments(store: Store, fashion: ImageData) -> str:
    """Return a finished run on all training images of Fashion-MNIST."""
    config = RunConfig(dataset="fashion_mnist", epochs=1, eval_every=0)
    return store.add_finished_run(config, list(train(fashion, config)), name="one epoch of garments")


def look(page: Page, app: App, name: str, run: str) -> None:
    page.goto(f"{app.url}/{name}?run={run}")
    expect(page.locator(".ink-run")).to_be_attached()  # a phone shows it of a run that is not over


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def shown_step(page: Page) -> int:
    return int(page.locator(".ink-pixels[data-step]").first.get_attribute("data-step") or -1)


def painted(canvas: Locator) -> bytes:
    return canvas.evaluate("c => c.toDataURL()").encode()


def at_rest(canvas: Locator) -> bytes:
    """Return what is painted once it has stopped changing: images glide from one step to another."""
    seen: list[bytes] = []

    def is_still() -> bool:
        seen.append(painted(canvas))
        return len(seen) >= 6 and len(set(seen[-6:])) == 1

    until(is_still, "the image to come to rest")
    return seen[-1]


@pytest.mark.usefixtures("trains")
def test_weights_follow_a_run_in_training_and_go_back_to_its_start(
    page: Page, app: App, store: Store
) -> None:
    run = store.create(RunConfig(epochs=50, eval_every=0), pace="steps:50")
    try:
        until(lambda: (store.newest_weights_step(run) or 0) > 10, "the run to have learned a little")
        look(page, app, "weights", run)
        first_image = page.locator(".ink-pixels canvas").first
        expect(page.locator(".ink-pixels[data-step]").first).to_be_visible()
        early, picture = shown_step(page), painted(first_image)
        until(lambda: shown_step(page) > early, "newer weights on the page")
        until(lambda: painted(first_image) != picture, "the newer weights to be painted")

        slider = page.get_by_role("slider", name=re.compile("Training step"))
        slider.focus()
        slider.press("Home")
        until(lambda: shown_step(page) == 0, "the first weights")
        first = at_rest(first_image)
        later = store.newest_weights_step(run)
        until(lambda: store.newest_weights_step(run) > later, "the run to go on meanwhile")
        assert shown_step(page) == 0
        assert painted(first_image) == first
    finally:
        store.order(run, command="stop")
        until(lambda: store.get(run).has_ended, "the run to stop")


def test_a_cell_of_the_confusion_matrix_opens_the_images_behind_it(
    page: Page, app: App, store: Store, trained: str, mnist: ImageData
) -> None:
    answers = store.logits(trained).argmax(axis=1)
    cell = np.flatnonzero((mnist.test_labels == 2) & (answers == 8))
    look(page, app, "evaluate", trained)
    button = page.get_by_role("button", name=re.compile(r"^2 predicted as 8:"))
    expect(button).to_have_text(str(len(cell)))
    button.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name=re.compile(r"^2 predicted as 7:"))).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{len(cell)} of 1,032 images of 2 were predicted as 8")).to_be_visible()
    images = page.locator(".st-key-cell_images button.ink-pixels-frame")
    expect(images).to_have_count(min(len(cell), 40))

    caption = page.get_by_text(re.compile(r"^Test image [\d,]+, labelled 2\. "))
    expect(caption).to_be_visible()
    of_the_first = caption.inner_text()
    images.nth(1).click()
    expect(images.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(caption).not_to_have_text(of_the_first)
    index = int(re.search(r"image ([\d,]+)", caption.inner_text()).group(1).replace(",", ""))
    assert index in cell
    pixels = (
        images.nth(1)
        .locator("canvas")
        .evaluate(
            "c => [...c.getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0)"
        )
    )
    np.testing.assert_array_equal(np.array(pixels).reshape(28, 28), mnist.test_images[index, 0])


def test_one_step_under_the_microscope_is_the_step_that_is_taken(
    page: Page, app: App, store: Store, trained: str
) -> None:
    look(page, app, "weights", trained)
    tab(page, "One step in detail")
    page.get_by_role("button", name="Train again, paused").click()
    outcomes = page.get_by_test_id("step-outcomes")
    expect(outcomes).to_be_visible()
    expect(page.locator(".ink-run")).to_contain_text("Paused")
    run = str(page.evaluate("new URLSearchParams(location.search).get('run')"))
    assert store.get(run).step == 1
    before = float(outcomes.locator("dd").nth(0).inner_text())

    page.get_by_role("button", name=re.compile("^Take the step")).click()
    expect(page.get_by_text(re.compile("^Step 3: 100 images"))).to_be_visible()
    until(lambda: store.get(run).step == 2, "the step in the store")
    last = [event for event in store.events_since(run).events if isinstance(event, Steps)][-1]
    assert (last.first_step, last.last_step) == (2, 2)
    assert last.losses[0] == pytest.approx(before, abs=6e-4)  # the loss of that very batch


def test_the_arithmetic_adds_up_on_the_page(page: Page, app: App, store: Store, trained: str) -> None:
    look(page, app, "weights", trained)
    tab(page, "Arithmetic")
    rows = page.get_by_test_id("arithmetic-table").locator("tbody tr")
    expect(rows).to_have_count(10)
    logits = store.logits(trained)[0]
    for row in rows.all():
        name = row.locator("th").inner_text()
        cells = row.locator("td").all_inner_texts()[:3]
        sums, bias, logit = (float(text.replace("−", "-").replace(",", "")) for text in cells)
        assert sums + bias == pytest.approx(logit, abs=2e-4)
        assert logit == pytest.approx(float(logits[int(name)]), abs=2e-4)

    panel = page.get_by_role("tabpanel", name="Arithmetic", exact=True)
    grid = panel.get_by_label("Pixels. The arrow keys read them one by one.").last
    grid.focus()
    for _ in range(8):
        page.keyboard.press("ArrowDown")
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    said = page.get_by_text(re.compile(r"^Row 8, column 10: .+ × .+ = ")).inner_text()
    pixel, weight, product = (float(n.replace("−", "-")) for n in re.findall(r"[+−]?\d+(?:\.\d+)?", said)[2:])
    assert pixel > 0.5
    assert pixel * weight == pytest.approx(product, abs=2e-4)


def test_the_data_page_opens_by_its_own_address_on_a_phone(page: Page, app: App, trained: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    look(page, app, "data", trained)
    expect(page.get_by_text(re.compile("Images 1 to 60 of 10,000")).first).to_be_visible()
    expect(page.locator("button.ink-pixels-frame")).to_have_count(60)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.long
def test_a_link_opens_the_section_that_it_names_and_follows_the_tabs(
    page: Page, app: App, trained: str
) -> None:
    look(
        page, app, "evaluate", f"{trained}&evaluate_section=How+it+breaks"
    )  # its first name, which links have
    expect(page.get_by_role("tab", name="Robustness", exact=True)).to_have_attribute("aria-selected", "true")
    tab(page, "Confidence")
    expect(page.get_by_text("Most confident mistakes")).to_be_visible()
    expect(page).to_have_url(re.compile("evaluate_section=Confidence"))
    tab(page, "Mistakes")
    expect(page).not_to_have_url(re.compile("evaluate_section"))


@pytest.mark.parametrize(
    "name", [name if name == "weights" else pytest.param(name, marks=pytest.mark.long) for name in SECTIONS]
)
def test_every_section_shows_garments_on_a_phone_without_error_or_sideways_scroll(
    page: Page, app: App, garments: str, name: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    look(page, app, name, garments)
    for section in SECTIONS[name]:
        tab(page, section)
        panel = page.get_by_role("tabpanel", name=section, exact=True)
        expect(panel.locator("p, canvas, table").first).to_be_visible()
        expect(page.get_by_test_id("stStatusWidget")).to_be_hidden()
        expect(page.locator("[data-stale='true']")).to_have_count(0)
        assert not page.get_by_test_id("stException").count(), section
        assert not re.search(r"\bdigits?\b", panel.inner_text()), section
        until(lambda: not page.evaluate(SPILLS), f"{section} to fit: {page.evaluate(SPILLS)}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, section
    assert not broken


def test_no_garments_name_is_broken_within_a_word(page: Page, app: App, garments: str) -> None:
    look(page, app, "data", garments)
    labels = page.locator(".ink-pixels figcaption b > span")
    expect(labels).to_have_count(60)
    one_line = 24  # px; a name of one word that takes more height has been broken
    heights = (
        "spans => spans.filter(s => !/[ -]/.test(s.textContent)).map(s => s.getBoundingClientRect().height)"
    )
    until(lambda: max(labels.evaluate_all(heights)) < one_line, "names of one word on one line")
