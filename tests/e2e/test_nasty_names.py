"""Classes, a run, its note and its tag with names that mean something elsewhere, on every page of a real browser."""

import itertools
import re
from collections.abc import Iterator

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from core.datasets import ImageData
from core.runs import Store
from tests.browser import App
from tests.e2e.drawing import expect_rest
from tests.e2e.nasty_visit import Looker, Nasty, expect_no_csv_of_streamlits, forget, made
from tests.e2e.test_inside import tab
from tests.e2e.test_runs import open_runs, select_row
from tests.nasty_names import FEW_NASTY_NAMES, NASTY_NAMES
from tests.polling import until
from tests.train_page import choose

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def few(store: Store, mnist: ImageData) -> Iterator[Nasty]:
    """Return the small form: a few names that hold most of what there is."""
    nasty = made(store, mnist, FEW_NASTY_NAMES)
    yield nasty
    forget(store, nasty)


@pytest.fixture(scope="module")
def all_names(store: Store, mnist: ImageData) -> Iterator[Nasty]:
    """Return the whole form: every name."""
    nasty = made(store, mnist, NASTY_NAMES)
    yield nasty
    forget(store, nasty)


@pytest.fixture(params=["with the policy", pytest.param("escaping alone", marks=pytest.mark.long)])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """Return a new visitor's page: names must do no harm where a browser heeds no Content-Security-Policy, either."""
    if request.param == "with the policy":
        yield request.getfixturevalue("context").new_page()
        return
    context = browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    yield context.new_page()
    context.close()


def test_train(page: Page, app: App, store: Store, few: Nasty) -> None:
    look = Looker(page, app, few)
    look_at_train(look)
    look.has_made(store)
    page.goto(f"{app.url}/?run={few.other}")  # with the first run pale beneath its curves
    ends = page.locator(".ink-chart-labels span")
    until(lambda: few.run_name in ends.all_text_contents(), "the name at the end of its curve")
    plot, hover = page.locator(".js-plotly-plot .nsewdrag").first, page.locator(".hoverlayer text")
    shares = itertools.cycle(range(1, 20))

    def is_told() -> bool:
        box = plot.bounding_box() or {"x": 0, "y": 0, "width": 0, "height": 0}
        page.mouse.move(box["x"] + box["width"] * next(shares) / 20, box["y"] + box["height"] / 10)
        return any(words.startswith(few.run_name) for words in hover.all_text_contents())

    until(is_told, "the name beside the pointer")
    look.sees(few.run_name)


@pytest.mark.long
def test_a_name_that_cannot_be_shown_is_refused_on_the_page(
    page: Page, app: App, store: Store, few: Nasty
) -> None:
    look = Looker(page, app, few)
    look.open("runs")
    expect(page.locator("[data-testid=stDataFrame]").first).to_be_visible()
    look.has_made(store)
    open_runs(page, app, store, few.run_name)
    select_row(page, 0)
    tab(page, "Name and note")
    field = page.get_by_role("textbox", name="Name")
    expect(field).to_have_value(few.run_name)
    field.fill("turned \u202e round")
    page.get_by_role("button", name="Save").click()
    told = page.get_by_test_id("stAlert").first
    expect(told).to_contain_text("cannot be shown, \\u202e, in “turned \\u202e round”")
    assert store.get(few.run).name == few.run_name


def look_at_train(look: Looker) -> None:
    look.open("", dataset=look.nasty.dataset)
    look.sees(*look.nasty.names)  # the weight images, and the strip beneath
    box = look.page.get_by_role("combobox", name=re.compile("Images|Dataset")).first
    expect(box).to_have_value(f"{look.nasty.title} (shared)")


@pytest.mark.long
def test_weights(page: Page, app: App, few: Nasty) -> None:
    look_at_weights(Looker(page, app, few))


def look_at_weights(look: Looker) -> None:
    look.open("weights")
    box = look.page.get_by_role("combobox", name=re.compile("Selected run"))
    assert look.nasty.run_name in box.input_value()
    look.sees(*look.nasty.names)
    tab(look.page, "Two classes")
    expect(look.page.get_by_text("nearest to the decision boundary").first).to_be_visible()
    look.sees()
    tab(look.page, "Arithmetic")
    expect(look.page.get_by_test_id("arithmetic-table")).to_be_visible()
    heads = look.page.get_by_test_id("arithmetic-table").locator("tbody th")
    assert sorted(heads.all_text_contents()) == sorted(look.nasty.names)
    look.sees(*look.nasty.names)
    tab(look.page, "Edit weights")
    expect(look.page.get_by_test_id("touch-figures")).to_be_visible()
    choose(look.page, "Tool", "Blur")
    look.page.get_by_role("button", name="Keep this edit").click()
    look.sees(*look.nasty.names)


@pytest.mark.long
def test_evaluate(page: Page, app: App, few: Nasty) -> None:
    look_at_evaluate(Looker(page, app, few))


def look_at_evaluate(look: Looker) -> None:
    look.open("evaluate")
    names = look.page.locator(".ink-matrix thead th span, .ink-matrix tr:first-child th[scope=col] span")
    expect(names.first).to_be_visible()
    assert names.all_text_contents() == list(look.nasty.names)
    look.sees_names_along("y")
    look.sees(*look.nasty.names)
    for section, words in (
        ("Classes", "Best at"),
        ("Confidence", "Reliability"),
        ("Robustness", "predictions for three damaged images"),
        ("Published results", "No published results for"),
    ):
        tab(look.page, section)
        if section == "Classes":
            expect_no_csv_of_streamlits(look.page)
        if section == "Confidence":
            expect(look.page.get_by_text("Most confident mistakes")).to_be_visible()
        else:
            expect(look.page.get_by_text(words).first).to_be_visible()
        look.sees()
    look.sees(look.nasty.title)


@pytest.mark.long
def test_data(page: Page, app: App, few: Nasty) -> None:
    look_at_data(Looker(page, app, few))


def look_at_data(look: Looker) -> None:
    look.open("data")
    look.sees(*look.nasty.names[:8])
    tab(look.page, "Classes")
    look.sees_names_along("x")
    look.sees(*look.nasty.names)
    tab(look.page, "Map")
    expect(look.page.get_by_text("Laid out by")).to_be_visible()
    look.sees(*look.nasty.names)
    tab(look.page, "Typical and unusual")
    expect(look.page.get_by_text("Most typical", exact=True)).to_be_visible()
    look.sees(look.nasty.names[0])


def test_runs(page: Page, app: App, store: Store, few: Nasty) -> None:
    look_at_runs(Looker(page, app, few), store)


def look_at_runs(look: Looker, store: Store) -> None:
    page, nasty = look.page, look.nasty
    for run in (nasty.other, nasty.run):  # another's, which are listed once their links were opened
        page.goto(f"{look.app.url}/?run={run}")
        expect_rest(page)
    open_runs(page, look.app, store, nasty.run_name)
    expect_no_csv_of_streamlits(page)
    with page.expect_download() as told:
        page.get_by_role("button", name="CSV").click()
    ((_, row),) = pd.read_csv(told.value.path()).iterrows()
    assert (row["name"], row["tags"]) == (nasty.run_name, nasty.names[2][:40])
    select_row(page, 0)
    heading = page.get_by_role("heading", level=3)
    expect(heading).to_have_text(nasty.run_name)
    look.sees(nasty.run_name)
    tab(page, "Name and note")
    expect(page.get_by_text("This run was not made in this browser")).to_be_visible()
    look.sees()
    page.goto(f"{look.app.url}/runs?compare={nasty.run},{nasty.other}")
    expect(page.get_by_role("heading", name="Images that only one run gets right")).to_be_visible()
    look.sees(nasty.run_name, f"{nasty.names[3]} | other")
    legend = page.locator(".js-plotly-plot .legendtext")
    expect(legend).to_have_count(2)
    assert legend.all_text_contents() == [nasty.run_name, f"{nasty.names[3]} | other"]
    page.goto(f"{look.app.url}/search?run={nasty.run}")
    expect(page.get_by_role("radio", name="Defaults")).to_be_visible()
    look.sees(f"“{nasty.run_name}”")


def test_draw(page: Page, app: App, few: Nasty) -> None:
    look_at_draw(Looker(page, app, few))


def look_at_draw(look: Looker) -> None:
    page, names = look.page, look.nasty.names
    look.open("draw")
    look.sees(look.nasty.run_name, *names)
    page.get_by_role("radio", name="Test image", exact=True).click()
    expect(page.get_by_text("The name below the image is the correct answer")).to_be_visible()
    look.sees(*names)
    for view in ("Preparation", "Other models", "Train on your drawings"):
        page.get_by_role("radio", name=view, exact=True).click()
        expect_rest(page)
        look.sees(look.nasty.run_name)
    labels = page.locator(".st-key-lesson_labels button")
    expect(labels).to_have_count(len(names))
    assert labels.all_text_contents() == list(names)


@pytest.mark.long
@pytest.mark.parametrize(
    "visit", [look_at_train, look_at_weights, look_at_evaluate, look_at_data, look_at_draw]
)
def test_every_name(visit, page: Page, app: App, all_names: Nasty) -> None:
    visit(Looker(page, app, all_names))


@pytest.mark.long
def test_every_name_in_runs(page: Page, app: App, store: Store, all_names: Nasty) -> None:
    look_at_runs(Looker(page, app, all_names), store)
