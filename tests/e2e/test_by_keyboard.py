"""The app without a mouse and without eyes: focus, shortcuts, names, what is said, how much moves."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.runs import Store
from core.training.loop import train
from tests.browser import App
from tests.e2e.drawing import MIDDLE, draw, expect_class, open_draw, path_of
from tests.e2e.test_runs import open_runs
from tests.polling import until
from tests.train_page import expect_status, open_train, run_id

pytestmark = pytest.mark.e2e
CONFIG = RunConfig(train_size=2_000, epochs=2, learning_rate=0.05)
HEADINGS = {
    "": "Train",
    "weights": "What did it learn?",
    "draw": "Draw",
    "evaluate": "Where is it wrong?",
    "data": "What did it see?",
    "runs": "Runs",
    "search": "Search",
}
FOCUSED = "document.activeElement.closest('[class*=st-key-]')?.className.match(/st-key-[\\w-]+/)[0] ?? ''"


@pytest.fixture(scope="module")
def ended(store: Store, mnist: ImageData) -> str:
    """Return the id of a finished run."""
    return store.add_finished_run(CONFIG, list(train(mnist, CONFIG)), name="by the keyboard")


def has_focus(page: Page, key: str) -> bool:
    return bool(
        page.evaluate(FOCUSED) == f"st-key-{key}"
        and page.evaluate("document.activeElement.localName") == "button"
    )


def test_train_is_two_keys_away_keeps_the_focus_and_says_what_comes_of_it(
    app: App, page: Page, store: Store
) -> None:
    open_train(page, f"{app.url}/?epochs=1")
    said = page.locator(".ink-hidden[role=status]")
    expect(page.locator(".ink-skip")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to Train")).to_be_focused()
    page.keyboard.press("Enter")
    assert has_focus(page, "train_button")
    page.evaluate("""() => {
        window.said = [];
        const region = document.querySelector(".ink-hidden[role=status]");
        new MutationObserver(() => said.push(region.textContent)).observe(region, { childList: true });
    }""")
    page.keyboard.press("Enter")
    expect_status(page, "running")
    expect(said).to_contain_text("Running")
    assert has_focus(page, "train_button")
    until(lambda: run_id(page) != "", "the run's address")
    store.order(run_id(page), pace="full")
    expect_status(page, "finished", 120_000)
    expect(said).to_contain_text("of 10,000 images it had never seen")
    assert has_focus(page, "train_button")
    heard = page.evaluate("said")
    assert "Finished" in " ".join(heard)
    assert len(heard) <= 4, heard  # not ten times a second


def test_the_button_of_another_kind_that_comes_for_a_pressed_one_has_its_focus(
    app: App, page: Page, ended: str
) -> None:
    """A button that Streamlit makes anew, as it does when its looks change, leaves the focus nowhere."""
    open_train(page, f"{app.url}/?run={ended}")
    expect(page.locator(".ink-skip")).to_have_count(1)
    page.locator(".st-key-train_button button:visible").focus()
    page.evaluate("""() => {
        const button = document.activeElement;
        button.replaceWith(button.cloneNode(true));
    }""")
    until(lambda: has_focus(page, "train_button"), "the new button to have the focus")
    page.locator("h1").first.evaluate("e => document.activeElement.blur()")
    page.evaluate("document.body.append(document.createElement('i'))")
    assert page.evaluate("document.activeElement === document.body")  # the visitor went elsewhere


def test_a_shortcut_works_while_a_slider_or_a_switch_has_the_focus(app: App, page: Page) -> None:
    open_draw(page, app)
    draw(page, path_of(3, MIDDLE))
    expect_class(page, "3")
    page.get_by_role("slider", name="Pen width").focus()
    page.keyboard.press("Delete")
    expect(page.locator(".st-key-answer")).to_contain_text("Draw a digit")
    open_train(page, app.url)
    page.get_by_text("More settings").click()
    switch = page.locator("[data-testid=stSidebar] input[type=checkbox]").first
    switch.focus()
    page.keyboard.press("t")
    expect_status(page, "running")


@pytest.mark.parametrize(
    "name",
    [name if name in ("", "draw") else pytest.param(name, marks=pytest.mark.long) for name in HEADINGS],
)
def test_a_page_has_a_title_one_heading_its_language_and_help_marks_to_hit(
    app: App, page: Page, ended: str, name: str
) -> None:
    page.goto(f"{app.url}/{name}?run={ended}")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_count(1)
    expect(heading).to_have_text(HEADINGS[name])
    expect(page).to_have_title(f"{(name or 'train').capitalize()} · Inkling")
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^en-"))
    expect(page.locator(".ink-skip")).to_have_count(0 if name else 1)
    for mark in page.get_by_role("button", name=re.compile("^Help for")).all():
        box = mark.bounding_box()
        assert box is None or min(box["width"], box["height"]) >= 24


def test_the_space_bar_selects_a_row_of_the_runs(app: App, page: Page, store: Store, ended: str) -> None:
    open_runs(page, app, store, ended)
    table = page.locator("[data-testid=stDataFrame] canvas[tabindex]").first
    cell = page.locator("[data-testid=stDataFrame] td[aria-selected=true]")
    table.focus()
    page.keyboard.press("ArrowRight")
    expect(cell).to_have_count(1)
    until(lambda: page.evaluate("document.activeElement.localName") == "td", "the cell to have the focus")
    page.keyboard.press(" ")
    expect(page.get_by_role("heading", level=3)).to_have_text("by the keyboard")


def test_an_image_of_the_gallery_says_what_it_is(app: App, page: Page, ended: str) -> None:
    page.goto(f"{app.url}/data?run={ended}")
    name = re.compile(r"^test image \d+, labelled \d, predicted \d$")
    images = page.locator("button.ink-pixels-frame")
    expect(images.first).to_be_visible()
    for k in range(5):
        expect(images.nth(k)).to_have_attribute("aria-label", name)


def test_the_numbers_of_a_curve_are_there_as_a_table(app: App, page: Page, store: Store, ended: str) -> None:
    open_train(page, f"{app.url}/?run={ended}")
    page.get_by_role("button", name="Table").nth(1).click()
    table = page.locator(".ink-chart-table table").first
    expect(table.locator("thead th")).to_have_text([re.compile("^Training step"), "train", "test"])
    last = table.locator("tbody tr").last
    expect(last.locator("th")).to_have_text("40")
    accuracy = store.get(ended).test_accuracy
    assert accuracy is not None
    expect(last.locator("td").last).to_have_text(f"{100 * accuracy:.1f}%")
    page.get_by_role("button", name="Table").nth(1).click()
    expect(page.locator(".ink-chart-table").nth(1)).to_be_hidden()


def test_a_phones_menu_says_that_it_is_one_and_nothing_moves_for_who_wants_that(
    app: App, browser: Browser, ended: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{app.url}/weights?run={ended}")
    opener = page.get_by_role("button", name="Menu: pages and settings")
    expect(opener).to_be_visible()
    opener.click()
    expect(page.get_by_test_id("stSidebar").get_by_role("link", name="Evaluate")).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Train").click()
    expect(page.locator(".ink-status")).to_be_visible()
    page.keyboard.press("t")
    expect(page.locator(".ink-live i")).to_be_visible()  # the dot of a run in work, which else breathes
    assert page.evaluate("document.getAnimations().length") == 0
    context.close()
