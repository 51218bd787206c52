"""A teacher practises from the page Class: the program itself, in a class of its own, until it is ended and removed."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core.classroom.practice import LEASE
from core.runs import Store
from core.runs.classroom_schema import CLASSROOMS, MEMBERS
from tests.browser import App
from tests.e2e.drawing import expect_rest
from tests.e2e.lesson import PHONE, fits, start_class
from tests.polling import until
from tests.train_page import press

pytestmark = [pytest.mark.e2e, pytest.mark.long]  # members come within a minute


def members_of(store: Store, title: str) -> int:
    of_class = select(MEMBERS.c.id).join(CLASSROOMS).where(CLASSROOMS.c.title == title)
    with store.database.read() as connection:
        return len(connection.execute(of_class).all())


def titles(store: Store) -> set[str]:
    with store.database.read() as connection:
        return {*connection.scalars(select(CLASSROOMS.c.title))}


@pytest.mark.usefixtures("trains")
def test_a_teacher_practises_with_two(app: App, store: Store, page: Page) -> None:
    page.set_viewport_size(PHONE)
    start_class(page, app, "9a")
    page.get_by_role("tab", name="Settings").click()
    page.get_by_role("spinbutton", name="Members").fill("2")
    page.keyboard.press("Tab")
    expect_rest(page)
    press(page, "Start the practice")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("9a (practice)")
    begun = page.get_by_text("The practice has begun.")
    expect(begun).to_be_in_viewport()  # though the button is far down the page
    expect(page.get_by_role("tab", name="Board")).to_have_attribute("aria-selected", "true")
    assert fits(page)

    second = page.context.new_page()  # of the same teacher; it opens the class itself
    second.goto(f"{app.url}/classroom?class_section=settings")
    expect(second.get_by_role("heading", level=1)).to_have_text("9a")
    expect(second.get_by_text("2 simulated members have practised since")).to_be_visible()

    expect(page.locator(".ink-board li")).to_have_count(2)
    expect(
        page.locator(".ink-board li").filter(has_text=re.compile("Running|Finished")).first
    ).to_be_visible()
    assert members_of(store, "9a") == 0
    press(second, "End the practice")
    expect(second.get_by_text("The practice was ended early. 2 of 2 members had joined.")).to_be_visible()
    until(lambda: not store.leases.is_held(LEASE), "the practice's process to be gone")
    press(second, "Go to “9a")
    expect(second.get_by_role("heading", level=1)).to_have_text("9a (practice)")
    press(second, "Remove the practice")
    press(second, "Delete it for good")
    removed = second.get_by_text("The practice was removed, with all that its members made.")
    expect(removed).to_be_in_viewport()
    expect(second.get_by_role("heading", level=1)).to_have_text("9a")
    assert titles(store) >= {"9a"}
    assert "9a (practice)" not in titles(store)
