"""Two visitors at once, each in a browser of their own: of the other they see and are sent what a link shows."""

import re
import secrets
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from core.access.rules import Actor, Role
from core.config.run_config import RunConfig
from core.datasets.user_datasets import BIN, OWN, add_images
from core.figures.weight_images import data_uri, image_strip
from core.runs import Store
from core.runs.dataset_rights import LINK, PRIVATE
from core.runs.own_datasets import OwnDatasets
from core.search import Searches, SearchPlan, default_dimension
from core.training.loop import train
from tests.browser import App, on_page
from tests.e2e.drawing import (
    EMPTY,
    MIDDLE,
    choose,
    draw,
    expect_class,
    expect_rest,
    open_draw,
    path_of,
    press,
)
from tests.e2e.test_identity import USED, expect_mine, make_link, name_in
from tests.polling import until
from tests.train_page import expect_status, step_shown
from tests.visitors import cookie_of

pytestmark = pytest.mark.e2e
DELETED = re.compile("Deleted for good: 1 run, 1 search,? and 1 dataset")
PANELS = b'{"panels"'  # what pixels.js paints, compressed


@dataclass
class Visitor:
    """A browser of somebody's, and everything that it is sent."""

    context: BrowserContext
    store: Store
    page: Page = field(init=False)
    frames: list[bytes] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)  # addresses, but of the app's own files

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._hear))
        self.page.on("request", self._ask)

    def _hear(self, frame: str | bytes) -> None:
        self.frames.append(frame if isinstance(frame, bytes) else frame.encode())

    def _ask(self, request: Request) -> None:
        if request.method == "GET" and not re.search("/static/|^data:|^blob:", request.url):
            self.asked.add(request.url)

    @property
    def name(self) -> str:
        return name_in(self.context)

    def wire(self) -> bytes:
        """Return all that came: messages of both sockets, pictures unpacked, what each address says to this browser."""
        get = self.context.request.get
        said = [
            get(address, max_retries=3).body() for address in sorted(self.asked)
        ]  # and again where a kept connection ended
        return b"\n".join([*said, *self.frames, *map(unpacked, self.frames)])

    def has(self) -> dict[str, bytes]:
        """Return what tells of the visitor, by what it is: names and ids of theirs, images as pages have them."""
        mine = self.store.acting_as(Actor(Role.VISITOR, self.name))
        words = {"visitor": self.name}
        for run in mine.list(owner=self.name):
            words |= {"run": run.id, "run's name": run.name}
        for search in (each for each in Searches(mine).newest() if each.owner == self.name):
            words |= {"search": search.id, "search's name": search.name}
        pictures = {}
        for dataset in (each for each in OwnDatasets(mine).available() if each.owner == self.name):
            data = OwnDatasets(mine).load(dataset.name)
            words |= {"dataset": dataset.name, "dataset's title": dataset.spec.title}
            pictures = {
                "train image": data.train_images[0].tobytes(),
                "test image": data.test_images[0].tobytes(),
                "strip": data_uri(image_strip(data.test_images[:20], gutter=0)).encode(),
            }
        return {what: text.encode() for what, text in words.items()} | pictures


def unpacked(frame: bytes) -> bytes:
    """Return the pixels of the images in a message, b"" where there are none."""
    found, place = b"", frame.find(PANELS)
    while place >= 4:
        length = int.from_bytes(frame[place - 4 : place], "little")
        found += zlib.decompressobj(-15).decompress(frame[place + length :])
        place = frame.find(PANELS, place + length)
    return found


def sent(visitor: Visitor, things: dict[str, bytes]) -> set[str]:
    """Return which of the things the visitor's browser was sent."""
    wire = visitor.wire()
    return {what for what, thing in things.items() if thing in wire}


@pytest.fixture
def two(context: BrowserContext, browser: Browser, store: Store) -> Iterator[tuple[Visitor, Visitor]]:
    """Return two visitors."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as other:
        yield Visitor(context, store), Visitor(other, store)


def become(visitor: Visitor, app: App) -> None:
    """Have the browser be a visitor who has been here."""
    name, _equals, value = cookie_of(visitor.store, secrets.token_hex(8)).partition("=")
    visitor.context.add_cookies([{"name": name, "value": value, "url": app.url}])


def given(visitor: Visitor, app: App, word: str, *, shade: int) -> tuple[str, str]:
    """Return (dataset, run on it) that the visitor has made, beside a search; the word stands in all their names."""
    mine = visitor.store.acting_as(Actor(Role.VISITOR, visitor.name))
    dataset = OwnDatasets(mine).create(f"{word} letters", ["left", "right"], (1, 28, 28))
    noise = np.random.default_rng(shade).integers(shade, shade + 60, (30, 1, 28, 28)).astype(np.uint8)
    add_images(dataset.name, noise, [0, 1] * 15, app.data)
    config = RunConfig(dataset=dataset.name, epochs=2, batch_size=5)
    story = list(train(OwnDatasets(mine).load(dataset.name), config, threads=1))
    run_id = mine.add_finished_run(config, story, name=f"{word} model")
    plan = SearchPlan(RunConfig(validation_size=100), (default_dimension("l2"),), "random", "none", 3, 1)
    search = Searches(mine).create(plan, name=f"{word} search")
    Searches(mine).stop(search)
    return dataset.name, run_id


def own_folders(app: App) -> set[str]:
    """Return the ids of people's own datasets that lie in the data folder, in the bin too."""
    return {path.name for part in (OWN, BIN) for path in (app.data / part).glob("*/")}


@pytest.mark.long
def test_two_draw_and_train_on_their_drawings(app: App, two: tuple[Visitor, Visitor]) -> None:
    digits = dict(zip((4, 7), two, strict=True))
    for visitor in two:
        visitor.page.goto(f"{app.url}/draw?run=softmax-mnist", wait_until="commit")
    for digit, visitor in digits.items():
        page = visitor.page
        open_draw(page, app, "softmax-mnist")
        choose(page, "Train on your drawings")
        for hand in range(2):
            draw(page, [stroke + 6 * hand for stroke in path_of(digit, MIDDLE)])
            expect_class(page, str(digit))
            label = page.locator(".st-key-lesson_labels").get_by_role("button", name=str(digit), exact=True)
            expect(label).to_be_enabled()
            label.click()
            expect(page.locator(".st-key-answer")).to_contain_text(EMPTY)
    for visitor in two:
        expect(visitor.page.get_by_text("2 images so far:")).to_be_visible()
        press(visitor.page, "Train on these only")
    for visitor in two:
        expect(visitor.page.locator(".ink-sums")).to_contain_text("On your test images")
        press(visitor.page, "Select the new run")
        visitor.page.get_by_test_id("stTopNav").get_by_role("link", name="Train").click()
        expect(visitor.page.locator(".ink-strip")).to_be_visible()
    for visitor, other in (two, two[::-1]):
        both = visitor.has().items() & other.has().items()  # names that the app gives
        mine = dict(visitor.has().items() - both)
        assert sent(visitor, mine) >= {"run", "train image", "test image", "strip"}
        assert sent(other, mine) == set()


@pytest.mark.long
def test_two_look_through_the_pages(app: App, two: tuple[Visitor, Visitor]) -> None:
    for visitor in two:
        become(visitor, app)
    made = [given(visitor, app, word, shade=shade)
            for visitor, word, shade in zip(two, ("Zanzibar", "Quixote"), (20, 120), strict=True)]  # fmt: skip
    ways = ("?run={run}", "data?dataset={dataset}", "runs", "search")
    for way in ways:
        for visitor, (dataset, run) in zip(two, made, strict=True):
            visitor.page.goto(f"{app.url}/{way.format(run=run, dataset=dataset)}", wait_until="commit")
        for visitor in two:
            expect_rest(visitor.page)
    for visitor, other in (two, two[::-1]):
        mine = visitor.has()
        assert sent(visitor, mine) == mine.keys() - {"train image"}  # the gallery begins with test images
        assert sent(other, mine) == set()


def test_a_link_shows_the_run_and_a_shared_dataset_until_it_is_taken_back(
    app: App, store: Store, two: tuple[Visitor, Visitor]
) -> None:
    ada, bob = two
    for visitor in two:
        become(visitor, app)
    dataset, _over = given(ada, app, "Lisbon", shade=70)
    hers = OwnDatasets(store.acting_as(Actor(Role.VISITOR, ada.name)))
    config = RunConfig(dataset=dataset, epochs=200, batch_size=2, eval_every=1000)
    live = store.create(config, owner=ada.name, name="Lisbon goes on", pace="steps:5")
    link, page = f"{app.url}/?run={live}", bob.page
    ada.page.goto(link)
    expect(ada.page.locator(".ink-strip")).to_be_visible()
    images = {what: ada.has()[what] for what in ("train image", "test image", "strip")}

    page.goto(link)
    expect_status(page, "running")
    expect(page.get_by_role("button", name="Pause")).to_be_disabled()
    expect(page.locator(".ink-strip")).to_have_count(0)
    assert sent(bob, images) == set()

    hers.share(dataset, LINK)
    page.reload()
    expect(page.locator(".ink-strip")).to_be_visible()
    assert sent(bob, images) == {"strip"}

    hers.share(dataset, PRIVATE)
    expect(page.locator(".ink-strip")).to_have_count(0)  # the page has not been touched
    expect(ada.page.locator(".ink-strip")).to_be_visible()
    step = step_shown(page)
    until(lambda: step_shown(page) > step, "the curves to go on")


@pytest.mark.long
def test_one_moves_to_a_second_browser_and_deletes_everything(
    app: App, two: tuple[Visitor, Visitor], browser: Browser
) -> None:
    ada, bob = two
    for visitor, word, shade in zip(two, ("Valparaiso", "Timbuktu"), (45, 150), strict=True):
        become(visitor, app)
        given(visitor, app, word, shade=shade)
    hers, his, folders = ada.has(), bob.has(), own_folders(app)
    link = make_link(ada.page, app)
    with browser.new_context() as phone:
        there = phone.new_page()
        there.goto(link)
        there.get_by_role("button", name="Open here").click()
        there.wait_for_url(f"{app.url}/runs")
        assert name_in(phone) == ada.name
        there.goto(link)
        expect(there.get_by_text(USED)).to_be_visible()

        there.goto(f"{app.url}/data?data_section=Mine")
        expect(on_page(there, "Valparaiso letters").first).to_be_visible()
        expect(on_page(there, "Timbuktu letters")).to_have_count(0)
        press(there, "Delete everything of mine")
        there.get_by_role("dialog").get_by_role("button", name="Delete for good").click()
        expect(there.get_by_text(DELETED).first).to_be_visible()
        expect(on_page(there, "Valparaiso letters")).to_have_count(0)
    ada.page.goto(f"{app.url}/runs")
    expect_rest(ada.page)
    expect_mine(ada.page, 0)
    assert ada.has().keys() == {"visitor"}
    assert bob.has() == his
    assert folders - own_folders(app) == {hers["dataset"].decode().removeprefix("own:")}
