"""Every page for a visitor of another language: nothing stands outside of the catalogue, nothing is cut on a phone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.insight.published_results import FIGURES
from core.protocol.events import Event, Failed
from core.runs import Store
from core.search import Dimension, Searches, SearchPlan
from core.training.loop import train
from tests.browser import App, end_app, start_app
from tests.e2e.drawing import MIDDLE, draw, expect_class, path_of
from tests.e2e.foreign_visit import ForeignVisitor, with_marked_values
from tests.e2e.test_runs import select_row
from tests.imports import CASES
from tests.polling import until
from tests.pseudo import LANGUAGE, write_pseudo_catalogue
from tests.runs_in_work import stop_all

pytestmark = pytest.mark.e2e
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1366, "height": 768}
ONE_EACH = CASES / "one-each.zip"
CONFIG = RunConfig(train_size=2_000, epochs=2, learning_rate=0.05)


@dataclass
class House:
    """An app in which somebody else has left a few runs, whose names are no words; each is trained once asked for."""

    app: App
    store: Store
    data: ImageData

    @cached_property
    def softmax(self) -> str:
        return self._add(0, CONFIG)

    @cached_property
    def other(self) -> str:
        return self._add(1, replace(CONFIG, learning_rate=0.01, seed=1))

    @cached_property
    def mlp(self) -> str:
        return self._add(2, replace(CONFIG, model="mlp", hidden_sizes=(16,)))

    @cached_property
    def cnn(self) -> str:
        return self._add(3, replace(CONFIG, model="cnn", channels=(4, 8), epochs=1))

    @cached_property
    def failed(self) -> str:
        begun = next(iter(train(self.data, CONFIG)))
        return self._add(4, CONFIG, [begun, Failed(3, "user_error", "⟦No images.⟧", "⟦Get them.⟧")])

    def all(self) -> list[str]:
        return [self.softmax, self.other, self.mlp, self.cnn, self.failed]

    def _add(self, place: int, config: RunConfig, told: Sequence[Event] = ()) -> str:
        events = list(told or train(self.data, config))
        return self.store.add_finished_run(config, events, name=f"№ {place}")


@pytest.fixture(scope="module")
def house(mnist: ImageData, data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("another-language")
    write_pseudo_catalogue(folder / "locales", with_marked_values)
    app = start_app(data_folder, folder / "inkling.db", INKLING_LOCALES=str(folder / "locales"))
    store = Store(f"sqlite:///{app.store}")
    yield House(app, store, mnist)
    stop_all(store)
    store.close()
    end_app(app)


@pytest.fixture(params=[PHONE, pytest.param(DESKTOP, marks=pytest.mark.long)], ids=["phone", "desktop"])
def visitor(house: House, browser: Browser, request: pytest.FixtureRequest) -> Iterator[ForeignVisitor]:
    """Return a visitor of another language, on a phone; in the long form also at a desk, and reading everything."""
    context = browser.new_context(viewport=request.param, locale=LANGUAGE, reduced_motion="reduce")
    yield ForeignVisitor(context.new_page(), house.app, thorough=request.param is DESKTOP)
    context.close()
    stop_all(house.store)
    for row in house.store.list():
        if row.owner:  # made by the visitor; a second one of its name would have its id beside it
            until(lambda run=row.id: house.store.get(run).has_ended, f"run {row.id} to end")
            house.store.delete(row.id)


@pytest.mark.long
def test_train_before_a_run_while_it_trains_and_paused(visitor: ForeignVisitor) -> None:
    page = visitor.page
    visitor.open("")
    visitor.shows_the_sidebar()
    visitor.walk("the settings", known=frozenset({"st-key-curve-switch"}))  # beneath the sidebar on a phone
    visitor.hides_the_sidebar()
    visitor.walk("before a run")
    visitor.press("Train")
    expect(page.locator(".ink-live")).to_be_visible()
    visitor.glances("while it trains")
    visitor.press("Pause")
    expect(page.locator(".ink-waiting, .ink-plain")).to_be_visible()
    visitor.walk("paused")
    visitor.press("Stop")
    expect(page.locator(".ink-good, .ink-plain")).to_be_visible()
    visitor.walk("stopped")
    assert visitor.amiss == {}


def test_train_after_a_run(visitor: ForeignVisitor, house: House) -> None:
    visitor.open(f"?run={house.softmax}")
    visitor.walk("finished")
    visitor.points("finished")
    visitor.open(f"?run={house.failed}")
    visitor.walk("failed")
    assert visitor.amiss == {}


@pytest.mark.long
def test_a_link_that_asks_in_vain(visitor: ForeignVisitor) -> None:
    visitor.names |= {"nan", "banana", "nosuchrun", "letters"}
    visitor.open("?learning_rate=nan&epochs=banana&run=nosuchrun&dataset=letters")
    visitor.reads("a link that asks in vain")
    assert visitor.amiss == {}


@pytest.mark.long
@pytest.mark.parametrize("model", ["softmax", "mlp", "cnn"])
def test_weights(visitor: ForeignVisitor, house: House, model: str) -> None:
    visitor.open(f"weights?run={getattr(house, model)}")
    visitor.walk(model)
    assert visitor.amiss == {}


@pytest.mark.long
def test_one_step_in_detail_and_an_edit(visitor: ForeignVisitor, house: House) -> None:
    visitor.open(f"weights?run={house.softmax}")
    visitor.opens_tab("Edit weights")
    tool = visitor.page.locator(".st-key-tool input")
    tool.press("ArrowDown")
    tool.press("Enter")
    visitor.press("Keep this edit")
    visitor.reads("an edit kept")
    visitor.opens_tab("One step in detail")
    visitor.press("Train again, paused")
    expect(visitor.page.get_by_test_id("step-outcomes")).to_be_visible()
    visitor.reads("one step in detail")
    assert visitor.amiss == {}


@pytest.mark.long
def test_evaluate(visitor: ForeignVisitor, house: House) -> None:
    visitor.open(f"evaluate?run={house.softmax}")
    visitor.names |= {
        word for figure in FIGURES for word in re.findall(r"\w+", f"{figure.source} {figure.cited}")
    }
    visitor.walk("evaluate")
    visitor.opens_tab("Mistakes")
    visitor.page.locator(".ink-matrix td button:not(.right)").filter(has_text="1").first.click()
    expect(visitor.page.locator(".st-key-cell_images")).to_be_visible()
    visitor.reads("the images of a cell")
    visitor.points("the images of a cell")
    assert visitor.amiss == {}


@pytest.mark.long
def test_data(visitor: ForeignVisitor, house: House) -> None:
    visitor.open(f"data?run={house.softmax}")
    visitor.walk("data")
    assert visitor.amiss == {}


@pytest.mark.long
def test_ones_own_datasets(visitor: ForeignVisitor) -> None:
    page = visitor.page
    visitor.names |= {"one", "each", "zip", "left", "right"}
    visitor.open("data?data_section=Mine")
    page.locator(".st-key-import_panel summary").click()
    page.locator("input[type=file]").set_input_files(ONE_EACH)
    expect(page.locator(".st-key-import_keep button")).to_be_enabled(timeout=240_000)
    visitor.reads("what was understood of files")
    page.locator(".st-key-import_keep button").click()
    expect(page.get_by_role("heading", level=3)).to_have_text("one-each")
    visitor.views("a dataset of one's own")
    page.locator("[class*=st-key-share_own] button").click()
    page.get_by_role("radio", name=with_marked_values("Everyone with the link")).click()
    expect(page.get_by_role("dialog").locator("img")).to_be_visible()
    visitor.reads("a dataset that is shared")
    page.keyboard.press("Escape")
    page.locator("[class*=st-key-delete_own] button").click()
    visitor.press("Move to the bin")
    expect(page.locator("[class*=st-key-restore_own]")).to_have_count(1)
    visitor.views("a dataset in the bin")
    visitor.press("Delete everything of mine")
    expect(page.get_by_role("dialog")).to_be_visible()
    visitor.reads("asked whether to delete everything")
    visitor.press("Delete for good")
    expect(page.get_by_role("dialog")).to_have_count(0)
    visitor.reads("everything deleted")
    assert visitor.amiss == {}


@pytest.mark.long
def test_draw(visitor: ForeignVisitor, house: House) -> None:
    visitor.open(f"draw?run={house.softmax}")
    visitor.reads("nothing drawn")
    draw(visitor.page, path_of(3, MIDDLE))
    expect_class(visitor.page, "3")
    visitor.walk("a digit drawn")
    assert visitor.amiss == {}


@pytest.mark.long
def test_runs(visitor: ForeignVisitor, house: House) -> None:
    assert len(house.all()) == 5
    visitor.open("runs")
    visitor.walk("the list")
    visitor.open("runs")  # where nothing is filtered out
    field = visitor.page.locator(".st-key-runs_search input")
    field.fill("№ 1")
    field.press("Enter")
    visitor.reads("one run found")
    select_row(visitor.page, 0)
    expect(visitor.page.get_by_role("heading", level=3)).to_have_text("№ 1")
    visitor.walk("one run selected", frozenset({"st-key-runs_whose"}))
    field.fill("no such run")
    field.press("Enter")
    visitor.names |= {"no", "such", "run"}
    visitor.reads("no run found")
    assert visitor.amiss == {}


@pytest.mark.long
def test_a_comparison(visitor: ForeignVisitor, house: House) -> None:
    visitor.open(f"runs?compare={house.softmax},{house.other}")
    visitor.walk("two runs compared")
    visitor.points("two runs compared")
    assert visitor.amiss == {}


@pytest.mark.long
def test_search(visitor: ForeignVisitor, house: House) -> None:
    visitor.open("search")
    visitor.walk("a new search")
    plan = SearchPlan(CONFIG, (Dimension("batch_size", ("50", "100")),), sampler="grid")
    searches = Searches(house.store)
    search_id = searches.create(plan, owner="somebody", name="№ 5")
    visitor.open(f"search?search={search_id}")
    expect(visitor.page.get_by_test_id("stProgress")).to_be_visible()
    visitor.glances("a search that has begun")
    until(lambda: searches.get(search_id).state == "finished", "the search to end")
    expect(visitor.page.locator(".ink-good")).to_be_visible()
    visitor.walk("a search")
    visitor.points("a search")
    assert visitor.amiss == {}


@pytest.mark.long
def test_a_class(visitor: ForeignVisitor, browser: Browser) -> None:
    page = visitor.page
    visitor.names |= {"ABCD", "EFGH", "JKMN", "PQRS", "join"}  # a key's pattern, and an address
    visitor.open("classroom")
    visitor.reads("in no class")
    visitor.unfolds("in no class")
    page.locator(".st-key-class_title input").fill("№ 7")
    visitor.press("Start the class")
    expect(page.get_by_role("heading", level=1)).to_have_text("№ 7")
    key = page.get_by_test_id("stCode").inner_text().strip()
    code = page.locator(".ink-poster-code").inner_text().strip()
    visitor.names |= {*re.findall(r"[A-Z]{2,}", f"{key} {code}")}
    visitor.reads("a key shown")
    with browser.new_context(locale=LANGUAGE) as other:
        student = other.new_page()
        student.goto(f"{visitor.app.url}/join/{code}")
        field = student.locator("input[name=nickname]").first
        field.fill("№ 3")
        field.press("Enter")
        expect(student.locator("strong.code")).to_be_visible()
        expect(page.locator(".ink-members li")).to_have_text("№ 3")
    visitor.reads("a class led")
    visitor.unfolds("a class led")
    for tab in ("Board", "Activities", "Settings"):
        visitor.opens_tab(tab)
        visitor.reads(tab)
        visitor.unfolds(tab)
    visitor.press("End the class")
    expect(page.get_by_role("dialog")).to_be_visible()
    visitor.reads("asked whether it ends")
    visitor.press("End, and delete everything")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".ink-members")).to_have_count(0)
    visitor.glances("a class that has ended")  # the list, told of it when it was gone, is not answered
    assert visitor.amiss == {}
