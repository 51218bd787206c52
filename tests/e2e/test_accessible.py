"""axe-core (Deque, MPL 2.0: axe/) looks at every page and its main states, in both themes, wide and on a phone."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from core.classroom.classrooms import Classrooms
from core.classroom.lead import Lead
from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.protocol.events import Event, Failed
from core.runs import Store
from core.training.loop import train
from tests.browser import SHOWN, App
from tests.e2e.asking import Asking
from tests.e2e.drawing import MIDDLE, draw, expect_class, expect_rest, open_draw, path_of
from tests.e2e.lesson import join, start_class
from tests.e2e.test_runs import open_runs, select_row
from tests.polling import until
from tests.train_page import expect_status, press

pytestmark = pytest.mark.e2e
AXE: Final = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
STYLED: Final = "() => getComputedStyle(document.documentElement).getPropertyValue('--ink-muted') !== ''"
GRAVE: Final = ("serious", "critical")
DESKTOP, PHONE = {"width": 1366, "height": 650}, {"width": 390, "height": 844}
CONFIG: Final = RunConfig(train_size=2_000, epochs=2, learning_rate=0.05)


@dataclass
class Look:
    """A visitor who has each state looked at; `faults` keeps what is grave, once for each element."""

    page: Page
    app: App
    faults: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.asking = Asking(self.page)

    def at(self, state: str) -> None:
        """Look at the page once it has come to rest; what is grave counts once it has been seen twice the same."""
        seen: list[dict[str, str]] = []

        def is_still() -> bool:
            expect_rest(self.page)
            seen.append(self._look(state))
            return not self.asking.is_asked and (not seen[-1] or seen[-1:] == seen[-2:-1])

        until(is_still, f"{state} to come to rest")
        self.faults |= seen[-1]

    def _look(self, state: str) -> dict[str, str]:
        """Return what is grave now, {where: what}."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        found: dict[str, Any] = self.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        return {
            json.dumps(
                [fault["id"], node["target"]]
            ): f"{fault['id']} ({state}): {node['failureSummary']} {node['html'][:300]}"
            for fault in found["violations"]
            if fault["impact"] in GRAVE
            for node in fault["nodes"]
        }

    def goes(self, address: str) -> None:
        self.page.goto(f"{self.app.url}/{address}")
        expect(self.page.locator("[data-testid=stMainBlockContainer] h1")).to_have_count(1)
        self.page.wait_for_function(STYLED)
        self.page.wait_for_function(SHOWN)

    def plain(self, address: str = "") -> None:
        """Look at a page of a few sentences, or at the one that is open."""
        if address:
            self.page.goto(f"{self.app.url}/{address}")
        self.faults |= self._look(address or self.page.url)

    def each_tab(self, state: str) -> None:
        tabs = self.page.get_by_role("tab")
        expect(tabs.first).to_be_visible()
        for k in range(tabs.count()):
            tabs.nth(k).click()
            expect(tabs.nth(k)).to_have_attribute("aria-selected", "true")
            tabs.nth(k - 1).hover()  # where a pointer rests, a text reads as well
            self.at(f"{state}, tab {k + 1}")


@pytest.fixture(scope="module")
def ended(store: Store, mnist: ImageData) -> list[str]:
    """Return the ids of two runs that are finished and of one that failed."""
    events: list[Event] = list(train(mnist, CONFIG))
    failed = [events[0], Failed(3, "user_error", "No images.", "Get them.")]
    return [
        store.add_finished_run(CONFIG, told, name=f"looked at {k}")
        for k, told in enumerate((events, events, failed))
    ]


SIZES_AND_THEMES: Final = [
    pytest.param((PHONE, "dark"), id="phone-dark"),
    pytest.param((DESKTOP, "light"), id="desktop-light", marks=pytest.mark.long),
    pytest.param((DESKTOP, "dark"), id="desktop-dark", marks=pytest.mark.long),
    pytest.param((PHONE, "light"), id="phone-light", marks=pytest.mark.long),
]


@pytest.fixture(params=SIZES_AND_THEMES)
def look(app: App, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Look]:
    size, theme = request.param
    context = browser.new_context(
        viewport=size, color_scheme=theme, reduced_motion="reduce", locale="en-GB"
    )  # else a text is measured while it fades in
    context.set_default_timeout(60_000)
    yield Look(context.new_page(), app)
    context.close()


def looks_at_train(look: Look, ended: list[str]) -> None:
    page = look.page
    look.goes("")
    expect(page.locator(".ink-status")).to_be_visible()
    look.at("before a run")
    press(page, "Train")
    expect_status(page, "running")
    look.at("while it trains")
    press(page, "Pause")
    expect_status(page, "paused")
    look.at("paused")
    press(page, "Stop")
    expect_status(page, "stopped")
    for k in (0, 2):
        look.goes(f"?run={ended[k]}")
        expect(page.locator(".ink-status")).to_be_visible()
        look.at(f"ended, {k}")
    page.get_by_role("button", name="Table").first.click()
    look.at("the curve's numbers")


def looks_into_a_run(name: str) -> Callable[[Look, list[str]], None]:
    def looks(look: Look, ended: list[str]) -> None:
        look.goes(name)
        look.at("no run selected")
        look.goes(f"{name}?run={ended[0]}")
        look.each_tab(name)

    return looks


def looks_at_draw(look: Look, ended: list[str]) -> None:
    open_draw(look.page, look.app, ended[0])
    look.at("nothing drawn")
    draw(look.page, path_of(3, MIDDLE))
    expect_class(look.page, "3")
    look.at("a digit drawn")


def looks_at_runs(store: Store, look: Look, ended: list[str]) -> None:
    open_runs(look.page, look.app, store, "looked at")
    look.at("the list")
    select_row(look.page, 0)
    expect(look.page.get_by_role("heading", level=3)).to_be_visible()
    look.at("one selected")
    look.goes(f"runs?compare={ended[0]},{ended[1]}")
    look.at("two compared")


def looks_at_search(look: Look, _ended: list[str]) -> None:
    look.goes("search")
    look.at("a new search")


def looks_at_class(look: Look, _ended: list[str]) -> None:
    page = look.page
    look.goes("classroom")
    look.at("in no class")
    code = start_class(page, look.app, "looked at")
    page.locator("summary").filter(has_text="Another class").first.click()
    look.each_tab("a class led")
    page.get_by_role("button", name=re.compile("Lead “")).click()
    look.at("what leads it")
    page.keyboard.press("Escape")
    press(page, "End the class")
    expect(page.get_by_role("dialog")).to_be_visible()
    look.at("asked whether it ends")
    look.plain("join")
    look.plain(f"join/{code}")
    page.get_by_text("I was here before").click()
    look.plain()
    join(page, look.app, code, look=look.plain)
    look.plain(f"join/{code}")
    look.plain("leave")
    look.goes("classroom")
    look.at("a member")
    with closing(Store(f"sqlite:///{look.app.store}")) as store:
        lead = Lead(store)
        (classroom,) = (one for one in Classrooms(store).mine() if one.code == code)
        lead.say(classroom.id, "Two minutes left")
        expect(page.locator(".ink-line-shown")).to_be_visible()
        look.at("a member who is told a line")
        lead.hold(classroom.id, is_held=True)
        expect(page.get_by_role("alertdialog")).to_be_visible()
        look.at("a member's screen, held")


LONG: Final = ("weights", "evaluate", "data", "search")
LOOKS: Final[dict[str, Callable[[Look, list[str]], None]]] = {
    "train": looks_at_train,
    "weights": looks_into_a_run("weights"),
    "draw": looks_at_draw,
    "evaluate": looks_into_a_run("evaluate"),
    "data": looks_into_a_run("data"),
    "search": looks_at_search,
    "classroom": looks_at_class,
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.long] if name in LONG else []) for name in LOOKS]
)
def test_nothing_grave_is_found_on_a_page(look: Look, ended: list[str], name: str) -> None:
    LOOKS[name](look, ended)
    assert "\n\n".join(look.faults.values()) == ""


@pytest.mark.long
def test_nothing_grave_is_found_among_the_runs(look: Look, ended: list[str], store: Store) -> None:
    looks_at_runs(store, look, ended)
    assert "\n\n".join(look.faults.values()) == ""


@pytest.mark.parametrize("look", SIZES_AND_THEMES[:1], indirect=True)
def test_what_is_grave_is_found(look: Look) -> None:
    look.goes("search")
    look.at("as it is")
    look.page.evaluate("document.querySelector('h1').style.color = 'var(--ink-hairline)'")
    look.at("a heading too pale")
    assert [fault.split()[0] for fault in look.faults.values()] == ["color-contrast"]
