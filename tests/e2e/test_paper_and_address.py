"""What a page is on paper and in a narrow window, and what Back does."""

import re

import pytest
from playwright.sync_api import Page, expect

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.runs import Store
from core.training.loop import train
from tests.browser import App
from tests.e2e.drawing import expect_rest
from tests.polling import until

pytestmark = pytest.mark.e2e

FITTED = ".ink-tiles figure canvas, .ink-pixels-grid.columns canvas"  # to their columns
SHEET_PX = 700  # of A4 between its margins, about
OVERLAPS = """(FITTED) => {
    const all = [...document.querySelectorAll(FITTED)];
    // A sheet is laid out without the scripts that fit images to their room: they keep the size that they had.
    all.forEach((e) => { e.style.width = e.style.height = "170px"; });
    const boxes = all.map((e) => e.getBoundingClientRect()).filter((b) => b.width);
    const main = document.querySelector('[data-testid="stMainBlockContainer"]').getBoundingClientRect();
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    const pairs = boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => meet(a, b)));
    return { count: boxes.length, pairs: pairs.length, outside: boxes.filter((b) => b.right > main.right + 1).length };
}"""

# What can hardly be read on white paper. What has a ground of its own has an ink for it.
PALE = """() => {
    const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const linear = (v) => v <= 10 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4;
    const contrast = ([r, g, b]) => 1.05 / (0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) + 0.05);
    const passed = "canvas, .ink-matrix button, .ink-pixel-table td, style, script, .ink-hidden, " +
        "[data-testid=stIconMaterial]";
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), pale = [];
    let count = 0;
    while (texts.nextNode()) {
        const { data, parentElement: element } = texts.currentNode, style = getComputedStyle(element);
        if (!data.trim() || element.closest(passed)) continue;
        if (!element.checkVisibility({ visibilityProperty: true })) continue;
        count++;
        if (contrast(numbers(element.closest("svg") ? style.fill : style.color)) < 4.5) pale.push(data);
    }
    for (const element of document.querySelectorAll(".stApp, body, [class*=st-emotion]")) {
        if (element.closest("[data-testid=stCheckbox], [data-testid=stRadio]")) continue;  // inverted
        const [r, g, b, alpha = 1] = numbers(getComputedStyle(element).backgroundColor);
        if (alpha > 0.5 && r + g + b < 380 && element.checkVisibility()) pale.push(element.className);
    }
    return { count, pale };
}"""
LIGHTNESS = """(canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((sum, value, i) => sum + (i % 4 === 3 ? 0 : value), 0) / (data.length * 0.75);
}"""
ALL_SEEN = "(e) => e.scrollHeight <= e.clientHeight + 1 && e.scrollWidth <= e.clientWidth + 1"


@pytest.fixture(scope="module")
def trained(store: Store, mnist: ImageData) -> str:
    """Return a finished run on a part of the training images."""
    config = RunConfig(train_size=2_000, epochs=1, eval_every=0)
    return store.add_finished_run(config, list(train(mnist, config)), name="a moment")


@pytest.mark.parametrize(
    "place", ["", *(pytest.param(name, marks=pytest.mark.long) for name in ("weights", "evaluate"))]
)
def test_on_paper_images_stand_apart_and_there_are_no_settings(
    page: Page, app: App, trained: str, place: str
) -> None:
    page.set_viewport_size({"width": 1366, "height": 650})
    page.goto(f"{app.url}/{place}?run={trained}")
    expect(page.locator("canvas").first).to_be_visible()
    expect(page.locator("figure canvas").first).to_have_attribute("style", re.compile("width"))
    page.emulate_media(media="print")
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    page.add_style_tag(content=f"[data-testid=stMainBlockContainer] {{ width: {SHEET_PX}px !important; }}")
    seen = page.evaluate(OVERLAPS, FITTED)
    assert seen["count"] >= 3
    assert (seen["pairs"], seen["outside"]) == (0, 0)


@pytest.mark.parametrize(
    "place",
    [
        "",
        *(
            pytest.param(name, marks=pytest.mark.long)
            for name in ("weights", "draw", "evaluate", "data", "runs", "search")
        ),
    ],
)
def test_a_dark_page_is_printed_in_the_light_colours(page: Page, app: App, trained: str, place: str) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{app.url}/{place}?run={trained}")
    expect_rest(page)
    assert len(page.evaluate(PALE)["pale"]) >= 5, "it is dark on the screen"
    page.emulate_media(media="print", color_scheme="dark")
    until(lambda: not page.evaluate(PALE)["pale"], "dark texts on white")
    assert page.evaluate(PALE)["count"] >= 5
    if place == "":
        until(
            lambda: page.locator(".ink-tiles figure canvas").first.evaluate(LIGHTNESS) > 150, "light weights"
        )
        curve = page.locator(".ink-chart-labels span").first
        assert curve.evaluate("(e) => e.getBoundingClientRect().right <= innerWidth")


@pytest.mark.parametrize(
    ("place", "box"),
    [
        ("", ".ink-log"),
        pytest.param("data", ".ink-pixel-table", marks=pytest.mark.long),
        pytest.param("evaluate", ".st-key-cell_images", marks=pytest.mark.long),
    ],
)
def test_on_paper_a_box_that_scrolls_shows_all(
    page: Page, app: App, store: Store, mnist: ImageData, place: str, box: str
) -> None:
    config = RunConfig(train_size=2_000, epochs=1, eval_every=1, learning_rate=0.001)
    run = store.add_finished_run(config, list(train(mnist, config)), name="many lines")
    page.set_viewport_size({"width": 1000, "height": 650})
    page.goto(f"{app.url}/{place}?run={run}")
    expect_rest(page)
    if place == "":
        page.locator("summary").get_by_text("Log", exact=True).click()
    expect(page.locator(box)).to_be_visible()
    assert not page.locator(box).evaluate(ALL_SEEN)
    page.emulate_media(media="print")
    until(lambda: page.locator(box).evaluate(ALL_SEEN), "the whole box")
    following = (
        "(e) => e.getBoundingClientRect().bottom <= e.parentElement.getBoundingClientRect().bottom + 1"
    )
    assert page.locator(box).evaluate(following), "nothing beneath it is covered"


def test_in_a_narrow_content_weight_images_stay_large_and_nothing_is_cut(
    page: Page, app: App, trained: str
) -> None:
    page.set_viewport_size({"width": 520, "height": 900})
    page.goto(f"{app.url}/weights?run={trained}")
    images = page.locator(".ink-pixels figure canvas")
    expect(images).to_have_count(20)
    expect(images.first).to_have_css("width", re.compile(r"^(?:[89]\d|1\d\d)(?:\.\d+)?px$"))
    play = page.get_by_role("button", name="Play")
    assert play.evaluate("(e) => e.scrollWidth <= e.clientWidth")
    small = page.locator(".ink-pixels figcaption small")
    assert small.evaluate_all(
        "(all) => all.every((e) => e.getClientRects().length === 1 && e.scrollWidth <= e.clientWidth)"
    )
    heights = small.evaluate_all("(all) => all.map((e) => e.getBoundingClientRect().height)")
    assert max(heights) < 20, "a bias stands in one line"


def test_back_leads_to_the_page_before_whatever_was_noted_in_the_address(
    page: Page, app: App, trained: str
) -> None:
    page.goto(f"{app.url}/runs")
    expect(page.get_by_role("heading", name="Runs")).to_be_visible()
    page.get_by_role("link", name="Weights").click()
    expect(page.get_by_text("No run is selected.")).to_be_visible()
    page.get_by_role("combobox", name=re.compile("Selected run")).click()
    page.get_by_role("option", name=re.compile("^a moment")).click()
    expect(page).to_have_url(re.compile(f"run={trained}"))
    expect_rest(page)
    page.get_by_role("tab", name="Edit weights", exact=True).click()
    page.go_back()
    expect(page.get_by_role("heading", name="Runs")).to_be_visible()
