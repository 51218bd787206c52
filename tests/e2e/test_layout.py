"""Where things stand: Train in one screen, on every width; and nothing that stands there moves by itself."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from core.runs import Store
from tests.browser import SHOWN, App, on_page
from tests.polling import until
from tests.train_page import choose, expect_status, open_train, press, run_id, step_shown
from tests.zips import quick_zip

pytestmark = pytest.mark.e2e

SIZES = {
    "laptop": ViewportSize(width=1366, height=650),
    "tablet": ViewportSize(width=820, height=1180),
    "phone": ViewportSize(width=390, height=844),
}
PAGES = ("", "weights", "draw", "evaluate", "data", "runs", "search", "classroom")
OPENED = [
    *((size, "") for size in ("laptop", "phone")),  # the page that has a layout of its own on each
    ("laptop", "draw"),
    pytest.param("tablet", "", marks=pytest.mark.long),
    *(pytest.param("laptop", name, marks=pytest.mark.long) for name in PAGES[1:] if name != "draw"),
    *(pytest.param(size, name, marks=pytest.mark.long) for size in ("tablet", "phone") for name in PAGES[1:]),
]
MOST_SHIFT = 0.1  # what web.dev calls good
_WATCH = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const {value, hadRecentInput, sources} of list.getEntries()) {
    if (hadRecentInput) continue;
    const names = sources.map(({node, previousRect: a, currentRect: b}) => [
      node?.className ?? node?.parentElement?.className, a.y | 0, a.height | 0, "->", b.y | 0, b.height | 0].join(" "));
    window.shifts.push([value, ...names]);
  }
}).observe({type: "layout-shift", buffered: true});
"""


@pytest.fixture(
    params=["laptop", *(pytest.param(name, marks=pytest.mark.long) for name in ("tablet", "phone"))],
)
def sized(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """Return a page of a laptop, a tablet, a phone, which notes everything that moves by itself."""
    context = browser.new_context(viewport=SIZES[request.param])
    context.add_init_script(_WATCH)
    yield context.new_page()
    context.close()


def place(page: Page, selector: str) -> tuple[float, float, float, float]:
    """Return (left, top, right, bottom) of what is visible."""
    box = page.locator(selector).first.bounding_box()
    assert box is not None, selector
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]


def open_finished(page: Page, app: App) -> None:
    open_train(page, f"{app.url}/?run=softmax-mnist")
    expect_status(page, "finished")
    expect(on_page(page, "of 10,000 images it had never seen")).to_be_visible()
    for component in (".ink-tiles canvas", ".ink-strip figure.y", ".st-key-loss .js-plotly-plot"):
        expect(page.locator(component).first).to_be_visible()


def test_all_of_train_stands_in_the_first_screen_of_a_laptop(app: App, page: Page) -> None:
    page.set_viewport_size(SIZES["laptop"])
    open_finished(page, app)
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    for part in ("run_header", "run_buttons", "head", "outcome", "images", "strip", "loss", "accuracy"):
        until(lambda: place(page, f".st-key-{part}")[3] <= 641, f"{part} to end above y = 641")  # noqa: B023
    rows = [place(page, f".st-key-{part}")[1] for part in ("run_header", "run_buttons", "head", "outcome")]
    assert rows == sorted(rows)
    assert place(page, ".st-key-run_header")[3] < place(page, ".st-key-run_buttons")[1]
    tiles = page.locator(".st-key-images .ink-tiles figure canvas")
    assert tiles.count() == 10
    assert min(tile["width"] for tile in map(box_of, tiles.all())) >= 72
    assert len({round(tile["y"]) for tile in map(box_of, tiles.all())}) == 2, "five to a row"
    assert page.locator(".st-key-strip figure").count() == 20
    assert place(page, ".st-key-images")[2] <= place(page, ".st-key-loss")[0], "curves beside the images"
    assert place(page, ".st-key-loss")[3] <= place(page, ".st-key-accuracy")[1], "loss over accuracy"


def test_the_settings_leave_no_empty_sidebar_behind(app: App, page: Page) -> None:
    page.set_viewport_size(SIZES["laptop"])
    open_train(page, app.url)
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar).to_be_visible()
    page.get_by_test_id("stTopNav").get_by_role("link", name="Data").click()
    expect(page.get_by_role("button", name="Import images")).to_be_visible()
    expect(sidebar).to_be_hidden()
    page.get_by_test_id("stTopNav").get_by_role("link", name="Train").click()
    expect(sidebar.get_by_role("combobox").first).to_be_visible()


def box_of(locator) -> dict[str, float]:
    box = locator.bounding_box()
    assert box is not None
    return box


def test_on_a_tablet_the_curves_stand_side_by_side_beneath_the_images(app: App, page: Page) -> None:
    page.set_viewport_size(SIZES["tablet"])
    open_finished(page, app)
    page.get_by_test_id("stSidebarCollapseButton").locator("button").dispatch_event("click")
    until(lambda: place(page, ".st-key-live")[2] - place(page, ".st-key-live")[0] > 640, "room")
    until(lambda: place(page, ".st-key-images")[3] <= place(page, ".st-key-loss")[1], "images over curves")
    assert place(page, ".st-key-loss")[2] <= place(page, ".st-key-accuracy")[0]
    expect(page.locator(".ink-switch")).to_be_hidden()


def test_a_laptop_shows_the_filters_in_one_row_and_all_images_of_a_cell(app: App, page: Page) -> None:
    page.set_viewport_size(SIZES["laptop"])
    page.goto(f"{app.url}/data?run=softmax-fashion")
    filters = page.locator(".st-key-data_filters > *")
    expect(filters).to_have_count(4, timeout=60_000)
    until(lambda: len({round(place(page, ".st-key-data_filters")[3] - box["y"] - box["height"])
                       for box in map(box_of, filters.all())}) == 1, "four fields on one line")  # fmt: skip
    page.goto(f"{app.url}/evaluate?run=softmax-fashion")
    cell = page.locator(".st-key-cell_images")
    expect(cell.locator("figure")).to_have_count(40, timeout=60_000)
    until(lambda: cell.evaluate("box => box.scrollHeight <= box.clientHeight"), "no row to be hidden")
    page.goto(f"{app.url}/evaluate?run=softmax-mnist")
    picker = page.get_by_role("combobox", name="Selected run")
    long = "Softmax, MNIST, learning rate 0.1 · over 99.9% · 11 min ago"
    expect(picker).to_be_visible(timeout=60_000)
    assert picker.evaluate(
        "(field, name) => { field.value = name; return field.scrollWidth <= field.clientWidth; }", long
    )


def test_a_phone_shows_one_curve_and_the_first_row_of_images_at_once(app: App, page: Page) -> None:
    page.set_viewport_size(SIZES["phone"])
    open_finished(page, app)
    expect(page.locator(".st-key-loss")).to_be_visible()
    expect(page.locator(".st-key-accuracy")).to_be_hidden()
    until(
        lambda: place(page, ".ink-tiles figure:nth-child(5)")[3] <= 844,
        "the first row in the first screen",
    )
    page.get_by_role("radiogroup", name="Curve").get_by_text("Accuracy").click()
    expect(page.locator(".st-key-accuracy .js-plotly-plot")).to_be_visible()
    expect(page.locator(".st-key-loss")).to_be_hidden()
    until(lambda: page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), "no sideways scroll")


@pytest.mark.long
def test_what_to_do_after_a_run_that_diverged_covers_nothing(app: App, sized: Page) -> None:
    open_train(sized, f"{app.url}/?learning_rate=100&l2=1&train_size=300&epochs=20")
    choose(sized, "Pace", "Full speed")
    press(sized, "Train")
    expect_status(sized, "diverged")
    again = sized.locator(".st-key-outcome").get_by_role("button", name="Train with learning rate 10")
    expect(again).to_be_visible()

    def is_apart() -> bool:
        (left, _top, right, bottom), button = place(sized, ".st-key-outcome p"), box_of(again)
        beside = button["x"] >= right or button["x"] + button["width"] <= left
        return (beside or button["y"] >= bottom) and button["y"] + button["height"] <= place(
            sized, ".st-key-images"
        )[1]

    until(is_apart, "the button to stand clear of the sentence and of the images")


def shifts(page: Page) -> list[list]:
    return page.evaluate("window.shifts")


@pytest.mark.parametrize(("sized", "name"), OPENED, indirect=["sized"])
def test_a_page_that_opens_shifts_by_little(app: App, sized: Page, name: str) -> None:
    sized.goto(f"{app.url}/{name}?run=softmax-mnist")
    expect(sized.locator(".stApp[data-test-script-state=notRunning]")).to_be_visible()
    expect(sized.locator("[data-testid=stSkeleton]")).to_have_count(0)
    sized.evaluate(
        "() => new Promise((drawn) => setTimeout(drawn, 700))"
    )  # what is late is to be seen as well
    until(lambda: sized.evaluate("window.__inklingUndrawn().length === 0"), "all that the page waits for")
    sized.wait_for_function(SHOWN)
    found = shifts(sized)
    assert sum(value for value, *_ in found) <= MOST_SHIFT, sorted(found, reverse=True)[:5]


def test_nothing_moves_while_a_run_trains_and_when_it_ends(app: App, sized: Page, store: Store) -> None:
    open_train(sized, app.url)
    if not sized.get_by_test_id("stSidebar").is_visible():
        expect(sized.get_by_role("combobox", name=re.compile("Pace"))).to_be_visible()
    choose(sized, "Pace", "50 steps a second")
    press(sized, "Train")
    expect_status(sized, "running")
    until(lambda: step_shown(sized) > 0, "the first step")
    sized.evaluate(
        "() => new Promise((over) => setTimeout(() => (window.shifts = [], over()), 600))"
    )  # of the press
    first = step_shown(sized)
    until(lambda: step_shown(sized) > first + 40, "steps")
    store.order(run_id(sized), pace="full")
    expect_status(sized, "finished")
    expect(on_page(sized, "of 10,000 images it had never seen")).to_be_visible()
    assert [shift for shift in shifts(sized) if shift[0] > 0.001] == []


@pytest.mark.long
def test_the_code_of_a_shared_dataset_is_whole_in_the_first_screen(sized: Page, app: App) -> None:
    sized.goto(f"{app.url}/data?data_section=Mine")
    sized.locator(".st-key-import_panel summary").click()
    zipped = {"name": "big.zip", "mimeType": "application/zip", "buffer": quick_zip(2)}
    sized.locator("input[type=file]").set_input_files(zipped)
    sized.get_by_role("button", name="Create the dataset").click(timeout=240_000)
    expect(sized.get_by_role("heading", level=3)).to_have_text("big")
    sized.locator("[class*=st-key-share_own] button").click()
    sized.get_by_role("radio", name="Everyone with the link").click()
    expect(sized.get_by_text("Scan to train on “big”")).to_be_in_viewport(ratio=1)
    code = sized.get_by_role("dialog").locator("img")
    expect(code).to_be_in_viewport(ratio=1)
    assert place(sized, "[role=dialog] img")[2] - place(sized, "[role=dialog] img")[0] >= 300
