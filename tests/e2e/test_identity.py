"""Whose a run is, in real browsers: known from the first second, moved by a link, apart from another lab."""

import re
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core.runs import Store
from tests.browser import App, end_app, free_port, start_app
from tests.e2e.drawing import expect_rest
from tests.e2e.framed import site_with_frame
from tests.polling import until
from tests.train_page import press

pytestmark = pytest.mark.e2e
SHORT = "train_size=1000&batch_size=50&epochs=2"
NO_COOKIES = re.compile("^Your browser keeps no cookies here")
USED = re.compile("^This link has been used, or is older than ten minutes. Make a new one")


def names(context: BrowserContext) -> dict[str, str]:
    """Return the visitor that each lab's cookie names, by the cookie's name."""
    found = {str(c["name"]): str(c["value"]) for c in context.cookies()}
    return {name: value.partition(".")[0] for name, value in found.items() if name.startswith("inkling_")}


def name_in(context: BrowserContext) -> str:
    (name,) = names(context).values()
    return name


def trained(page: Page, store: Store) -> str:
    """Return the owner of the run that is begun as soon as there is a button."""
    known = {row.id for row in store.list()}
    press(page, "Train")

    def made() -> list[str]:  # the ready models, which come in at the start, are nobody's
        return [row.owner for row in store.list() if row.owner and row.id not in known]

    return until(made, "the run to be made")[0]


def make_link(page: Page, app: App) -> str:
    page.goto(f"{app.url}/runs")
    page.get_by_text("Take my things to another browser").click()
    page.get_by_role("button", name="Make a link").click()
    code = page.get_by_test_id("stCode").filter(has_text="/take/")
    expect(page.get_by_alt_text("QR code of the one-time link")).to_be_visible()
    word = code.inner_text().strip().rpartition("/")[2]
    return (
        f"{app.url}/take/{word}"  # its own host is this computer's in the network, where cookies are others
    )


def expect_mine(page: Page, count: int) -> None:
    """Check that so many runs are listed on Runs as one's own."""
    page.get_by_text("Only mine", exact=True).click()
    said = f"^{count} runs?\\. Select" if count else "^No runs match these filters"
    expect(page.get_by_text(re.compile(said))).to_be_visible()


def test_a_run_made_in_the_first_second_is_ones_own_and_moves_by_a_link_that_is_good_once(
    app: App, store: Store, page: Page, context: BrowserContext, browser: Browser
) -> None:
    page.goto(f"{app.url}/?{SHORT}")
    assert trained(page, store) == name_in(context)
    (cookie,) = (c for c in context.cookies() if str(c["name"]).startswith("inkling_"))
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"], cookie["secure"]) == (
        True, "Lax", "/", False,
    )  # fmt: skip
    assert "inkling" not in page.evaluate("document.cookie")
    page.reload()
    assert trained(page, store) == name_in(context)
    expect(page.get_by_text(NO_COOKIES)).to_have_count(0)

    link = make_link(page, app)
    with browser.new_context() as phone, browser.new_context() as late:
        there = phone.new_page()
        there.goto(f"{app.url}/?{SHORT}")
        own = trained(there, store)
        there.goto(link)
        expect(there.get_by_text("They are 2 runs.")).to_be_visible()
        expect(there.get_by_text("This browser has things of its own: 1 run.")).to_be_visible()
        assert name_in(phone) == own  # nothing has happened yet
        there.get_by_role("button", name="Open, and bring mine along").click()
        there.wait_for_url(f"{app.url}/runs")
        assert name_in(phone) == name_in(context)
        expect_rest(there)
        expect_mine(there, 3)
        there.goto(link)
        expect(there.get_by_text(USED)).to_be_visible()
        in_vain = late.new_page()
        in_vain.goto(link)
        expect(in_vain.get_by_text(USED)).to_be_visible()
        in_vain.goto(f"{app.url}/runs")
        expect_rest(in_vain)
        expect_mine(in_vain, 0)
    page.reload()
    expect_rest(page)
    expect_mine(page, 3)


@pytest.mark.long
def test_two_that_have_the_question_before_them_press_and_one_has_it(
    app: App, store: Store, page: Page, browser: Browser
) -> None:
    page.goto(f"{app.url}/?{SHORT}")
    owner = trained(page, store)
    link = make_link(page, app)
    with browser.new_context() as one, browser.new_context() as other:
        pages = [context.new_page() for context in (one, other)]
        for waiting in pages:
            waiting.goto(link)
        for waiting in pages:
            waiting.get_by_role("button", name="Open here").click()
        pages[0].wait_for_url(f"{app.url}/runs")
        expect(pages[1].get_by_text(USED)).to_be_visible()
        assert name_in(one) == owner
        assert name_in(other) != owner


@pytest.mark.long
def test_in_a_frame_on_another_site_it_is_a_visitor_of_its_own_and_told_so(
    data_folder: Path, tmp_path: Path, page: Page, context: BrowserContext
) -> None:
    port = free_port()
    with site_with_frame(f"http://localhost:{port}/?{SHORT}") as site:
        app = start_app(data_folder, tmp_path / "inkling.db", port, INKLING_FRAMES=site)
        try:
            page.goto(app.url)
            here = name_in(context)
            page.goto(site)
            frame = page.frame_locator("iframe")
            expect(frame.get_by_text(NO_COOKIES)).to_be_visible()
            frame.get_by_role("button", name=re.compile("^Train")).first.click()
            expect(frame.locator(".ink-status .ink-chip").first).to_have_text(
                re.compile("running|finished", re.I)
            )
            with closing(Store(f"sqlite:///{app.store}")) as store:
                owner = store.list(limit=1)[0].owner
            assert owner not in ("", here)
            assert name_in(context) == here
        finally:
            end_app(app)


@pytest.mark.long
def test_two_labs_on_one_host_leave_each_other_their_visitors(
    app: App, data_folder: Path, tmp_path: Path, page: Page, context: BrowserContext
) -> None:
    """Ports share cookies; so do a lab at the host's root and one under /lab."""
    other = start_app(data_folder, tmp_path / "inkling.db", base_path="lab")
    try:
        visits = []
        for address in (app.url, other.url, app.url, f"{other.url}/runs"):
            page.goto(address)
            expect_rest(page)
            expect(page.get_by_text(NO_COOKIES)).to_have_count(0)
            visits.append(names(context))
        assert [len(visit) for visit in visits] == [1, 2, 2, 2]
        assert visits[1] == visits[2] == visits[3]
        assert visits[0].items() <= visits[1].items()
        paths = {str(c["path"]) for c in context.cookies() if str(c["name"]).startswith("inkling_")}
        assert paths == {"/", "/lab"}
    finally:
        end_app(other)
