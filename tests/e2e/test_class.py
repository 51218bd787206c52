"""A lesson in real browsers: a class is started, joined by its code, trains, loses a member, and ends."""

import re

import pytest
from playwright.sync_api import Page, expect

from core.runs import Store
from tests.browser import App, on_page
from tests.e2e.drawing import expect_rest
from tests.e2e.lesson import PHONE, TABLET, Arrive, come_back, expect_members, join, start_class
from tests.e2e.test_identity import expect_mine
from tests.train_page import expect_status, open_train, press

pytestmark = pytest.mark.e2e
SHORT = "train_size=1000&batch_size=50&epochs=1"


@pytest.mark.usefixtures("trains")
def test_a_lesson(app: App, store: Store, page: Page, arrive: Arrive) -> None:
    title = "7b <i> *x*"
    code = start_class(page, app, title)
    expect(page.locator(".ink-poster-qr")).to_be_visible()
    loaded_at = page.evaluate("performance.timeOrigin")
    expect_members(page)
    ada = join(arrive(PHONE), app, code, "Ada <b>")
    expect_members(page, "Ada <b>")
    fox = join(arrive(TABLET), app, code)
    expect_members(page, "Ada <b>", fox.nickname)
    assert page.evaluate("performance.timeOrigin") == loaded_at, "the page was not loaded again"

    before = {row.id for row in store.list()}
    open_train(ada.page, f"{app.url}/?{SHORT}")
    press(ada.page, "Train")
    expect_status(ada.page, "finished", 120_000)
    ada.page.goto(f"{app.url}/runs")
    expect_rest(ada.page)
    expect_mine(ada.page, 1)
    (run,) = [row for row in store.list() if row.id not in before]
    assert run.owner
    expect(on_page(ada.page, "Take my things to another browser")).to_have_count(0)

    page.get_by_role("button", name="A member", exact=True).click()
    page.get_by_role("combobox", name="Nickname").click()
    page.get_by_role("option", name=fox.nickname, exact=True).click()
    press(page, "Remove from the class")
    expect_members(page, "Ada <b>")
    expect(on_page(fox.page, re.compile("^You are not in the class"))).to_be_visible()  # by itself
    expect(fox.page.locator(".ink-seat")).to_have_count(0)

    other = arrive(TABLET)
    come_back(other, app, code, ada)
    other.goto(f"{app.url}/runs?run={run.id}")
    expect_rest(other)
    expect_mine(other, 1)
    other.get_by_role("link", name="Leave the class").click()
    other.get_by_role("button", name="Leave the class").click()
    expect(other.get_by_label("Your nickname").first).to_be_visible()
    assert other.url == f"{app.url}/join/{code}"
    other.goto(f"{app.url}/runs")
    expect_rest(other)
    expect_mine(other, 0)

    page.get_by_role("tab", name="Settings").click()
    press(page, "Make the key")  # for nobody; far below the page's head
    expect(page.get_by_text("Say whose key it is")).to_be_in_viewport()
    press(page, "End the class")
    page.get_by_role("dialog").get_by_role("button", name="End, and delete everything").click()
    expect(on_page(page, re.compile("has ended. Deleted for good: 1 run")).first).to_be_visible()
    assert run.id not in {row.id for row in store.list()}
    ada.page.goto(f"{app.url}/join/{code}")
    expect(ada.page.get_by_role("alert")).to_contain_text(f"There is no class with the code “{code}”.")
