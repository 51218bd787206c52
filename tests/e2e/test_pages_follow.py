"""Every page that shows a run follows it by the live channel: soon, seldom, and never where nothing moves."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.config.run_config import RunConfig
from core.protocol.events import Finished, Started, Weights
from core.runs import Store
from core.search import Dimension, Searches, SearchPlan
from pages.components.live_channel import FIGURES_MS
from tests.browser import App, on_page
from tests.page_links import Links, see_tab
from tests.polling import until
from tests.runs_in_work import LONG, in_training
from tests.train_page import press

pytestmark = pytest.mark.e2e

OFTEN_TESTED = replace(LONG, eval_every=10)
NOTE_ASKED = """() => {
  window.asked = [];
  for (const place of __inklingChannel.places.values()) {
    clearTimeout(place.timer);
    Object.assign(place, { timer: null, notBefore: 0, trigger: () => asked.push(performance.now()) });
  }
}"""
PAGES = ("weights", "evaluate", "draw", "runs?compare={run}&")
SOME_OR_ALL = pytest.mark.parametrize(
    "names", [PAGES[2:], pytest.param(PAGES, marks=pytest.mark.long)], ids=["some", "all"]
)


@pytest.fixture
def running(trains: None, store: Store) -> Iterator[str]:  # noqa: ARG001
    """Return a run that is in training, twenty steps a second."""
    with in_training(store, OFTEN_TESTED, 20) as run_id:
        yield run_id


def shown_step(page: Page) -> int:
    return int(page.locator(".ink-pixels[data-step]").first.get_attribute("data-step") or -1)


def opened(page: Page, app: App, name: str, run_id: str, topic: str) -> Links:
    """Open the page and return what it says, once it follows the topic and has been drawn."""
    links = Links(page)
    page.goto(f"{app.url}/{name.format(run=run_id)}{'' if name.endswith('&') else '?'}run={run_id}")
    until(lambda: page.evaluate("1") and links.watches(topic), "the page to follow")
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    return links


def opened_in_tabs(
    page: Page, app: App, names: Sequence[str], run_id: str
) -> tuple[dict[str, Links], dict[str, int]]:
    """Open each of the pages of a run, in a tab of its own; return what it says, and how often it had asked by then."""
    tabs = [page, *(page.context.new_page() for _ in names[1:])]
    pages, asked = {}, {}
    for name, tab in zip(names, tabs, strict=True):
        pages[name] = opened(tab, app, name, run_id, f"state:{run_id}")
        asked[name] = len(pages[name].asked)
    return pages, asked


@SOME_OR_ALL
def test_figures_follow_a_run_seldom_and_its_end_at_once(
    app: App, page: Page, store: Store, running: str, names: Sequence[str]
) -> None:
    pages, first = opened_in_tabs(page, app, names, running)
    until(
        lambda: (
            page.evaluate("1") and all(len(links.asked) >= first[name] + 3 for name, links in pages.items())
        ),
        "the figures to be drawn three times more",
    )
    for name, links in pages.items():
        asked = [*zip(links.fragments, links.asked, strict=True)][first[name] :]
        for fragment in {fragment for fragment, _when in asked}:
            between = [later - earlier for earlier, later in pairwise(w for f, w in asked if f == fragment)]
            assert all(gap >= 0.95 * FIGURES_MS / 1000 for gap in between), (name, between)
    assert pages["draw"].rested, "what stands behind the answer follows it"

    store.order(running, command="stop")
    until(
        lambda: page.evaluate("1") and all(links.watches() for links in pages.values()),
        "the pages to leave off",
    )
    for links in pages.values():
        expect(links.page.locator(".ink-run")).to_contain_text("Stopped")
    expect(on_page(pages[PAGES[-1]].page, "(Stopped)")).to_be_visible()


@pytest.mark.parametrize(
    "name",
    [pytest.param("data", marks=pytest.mark.long), "runs", pytest.param("search", marks=pytest.mark.long)],
)
def test_the_head_of_a_page_without_figures_of_the_run_follows_its_status(
    app: App, page: Page, store: Store, running: str, name: str
) -> None:
    links = opened(page, app, name, running, f"state:{running}")
    asked = len(links.asked)
    for order, status in (("pause", "Paused"), ("run", "Running"), ("stop", "Stopped")):
        store.order(running, command=order)
        expect(page.locator(".ink-run")).to_contain_text(status)
    assert len(links.asked) <= asked + 3, "its steps are of no account here"


def test_page_and_figures_are_asked_for_one_after_the_other(
    app: App, page: Page, store: Store, running: str
) -> None:
    links = opened(page, app, "weights", running, f"state:{running}")
    see_tab(page, hidden=True)
    until(lambda: page.evaluate("1") and links.watches(), "the page to leave off")
    store.order(running, command="stop")
    until(lambda: not store.get(running).is_live, "the run to end")
    page.evaluate(NOTE_ASKED)  # both may ask at once
    see_tab(page, hidden=False)
    first, second, *_ = until(lambda: page.evaluate("asked.length > 1 && asked"), "both to be asked for")
    assert second - first >= 40, "of one message, Streamlit draws a fragment and forgets the page"


@pytest.mark.long
def test_what_was_asked_for_in_vain_is_asked_for_again(
    app: App, page: Page, store: Store, running: str
) -> None:
    links = opened(page, app, "data", running, f"state:{running}")
    links.loses = 1
    store.order(running, command="stop")
    expect(page.locator(".ink-run")).to_contain_text("Stopped")
    assert not links.loses


@pytest.mark.long
def test_pages_of_which_nothing_moves_ask_for_nothing(
    app: App, page: Page, store: Store, running: str
) -> None:
    still = store.create(LONG)
    store.enqueue(still)
    until(lambda: store.get(still).step > 0, "its first steps")
    store.order(still, command="pause")
    until(lambda: store.get(still).status == "paused", "the run to pause")
    pages, asked = opened_in_tabs(page, app, PAGES, still)
    step = store.get(running).step
    until(lambda: page.evaluate("1") and store.get(running).step > step + 100, "five seconds of another run")
    assert {name: len(links.asked) for name, links in pages.items()} == asked
    store.order(still, command="stop")


@pytest.mark.long
def test_pages_without_weights_wait_for_them(app: App, page: Page, store: Store) -> None:
    run_id = store.create(LONG, queue=False)
    attempt = store.claim(run_id)
    assert attempt is not None
    store.append(run_id, attempt, [Started(0, 4000, 20, 1000, "test", 10_000, 7850, "closed-form", 1)])
    pages, _asked = opened_in_tabs(page, app, ("weights", "evaluate", "draw"), run_id)
    waits = [on_page(links.page, re.compile("has no weights yet|about to start")) for links in pages.values()]
    for wait in waits:
        expect(wait).to_be_visible()
    arrays = {"linear.weight": np.zeros((10, 784), np.float32), "linear.bias": np.zeros(10, np.float32)}
    store.append(run_id, attempt, [Weights(1, arrays, keep=True)])
    for wait in waits:
        expect(wait).to_have_count(0)
    store.append(run_id, attempt, [Finished(1, "stopped", 1.0)])
    store.leases.give_back(run_id)


@pytest.mark.long
def test_a_run_that_is_deleted_is_gone_from_the_pages_that_follow_it(
    app: App, page: Page, store: Store, running: str
) -> None:
    opened(page, app, "evaluate", running, f"state:{running}")
    store.delete(running)
    expect(page.get_by_text("The selected run no longer exists.")).to_be_visible()


@pytest.mark.long
@pytest.mark.usefixtures("trains")
def test_a_search_is_followed_to_its_end(app: App, page: Page, store: Store) -> None:
    config = RunConfig(train_size=1000, batch_size=50, epochs=1)
    plan = SearchPlan(config, (Dimension("batch_size", ("50", "100")),), sampler="grid")
    searches = Searches(store)
    search_id = searches.create(plan)
    links = Links(page)
    page.goto(f"{app.url}/search?search={search_id}")
    expect(on_page(page, "2 of 2 trials completed")).to_be_visible()
    expect(on_page(page, "Finished").first).to_be_visible()
    until(lambda: page.evaluate("1") and links.watches(), "the page to leave off")


@pytest.mark.long
def test_the_film_asks_once_for_each_frame_waits_while_nobody_sees_it_and_ends(
    app: App, page: Page, store: Store, running: str
) -> None:
    zeros = {"linear.weight": np.zeros((10, 784), np.float32), "linear.bias": np.zeros(10, np.float32)}
    kept = [Weights(step, zeros, keep=True) for step in range(0, 48, 4)]
    begun = Started(0, 44, 20, 1000, "test", 10_000, 7850, "closed-form", 1)
    run_id = store.add_finished_run(LONG, [begun, *kept, Finished(44, "finished", 1.0)])
    links, frames = Links(page), [0]
    page.goto(f"{app.url}/weights?run={run_id}")
    press(page, "Play")
    until(lambda: shown_step(page) == 0, "the first frame")
    asked = len(links.asked)

    def has_shown(count: int) -> bool:
        if (now := shown_step(page)) != frames[-1]:
            frames.append(now)
        return len(frames) >= count

    until(lambda: has_shown(3), "the film to play")
    see_tab(page, hidden=True)
    until(
        lambda: len(links.asked) - asked == len(frames) - 1 or has_shown(100), "the frame that was asked for"
    )
    while_hidden, step = shown_step(page), store.get(running).step
    until(lambda: page.evaluate("1") and store.get(running).step > step + 40, "two seconds of another run")
    assert shown_step(page) == while_hidden
    see_tab(page, hidden=False)
    until(lambda: has_shown(5), "it to go on from there")
    press(page, "Pause")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    paused, asked_paused = shown_step(page), len(links.asked)
    until(lambda: page.evaluate("1") and store.get(running).step > step + 80, "two more seconds of it")
    assert (shown_step(page), len(links.asked)) == (paused, asked_paused)
    press(page, "Play")
    expect(page.get_by_role("slider", name=re.compile("Training step"))).to_have_attribute(
        "aria-valuetext", "now"
    )
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    once_each = len(kept) - 1 + 2  # and Pause, and Play
    assert len(links.asked) - asked in (once_each, once_each + 1), "the pause may cross with a frame"
