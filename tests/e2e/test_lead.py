"""A class is led in real browsers: its board is live; its screens pause, are held, are told a line, and are sent."""

import re

import pytest
from playwright.sync_api import Page, expect

from core.runs import Store
from tests.browser import App, on_page
from tests.e2e.drawing import expect_rest
from tests.e2e.lesson import (
    HELD,
    LAPTOP,
    LINE,
    PHONE,
    TABLET,
    Arrive,
    Student,
    begin_run,
    join,
    lead,
    start_class,
    tile,
)
from tests.polling import until
from tests.train_page import expect_status, press, step_shown

pytestmark = pytest.mark.e2e
SAME = "() => window.sameDocument === true"


def on_page_of(student: Student, path: str, run_id: str = "") -> None:
    """Check that the student's page is this one, in the document that it was in before."""
    ending = rf"{path}(\?.*{run_id}.*)?$" if not run_id else rf"{path}\?.*run={run_id}"
    expect(student.page).to_have_url(re.compile(ending))
    assert student.page.evaluate(SAME), "the document was loaded again"


def read_aloud(page: Page, role: str) -> list[str]:
    """Return the names of what a screen reader finds in this role."""
    tools = page.context.new_cdp_session(page)
    nodes = tools.send("Accessibility.getFullAXTree")["nodes"]
    tools.detach()
    return [node["name"]["value"] for node in nodes if not node["ignored"] and node["role"]["value"] == role]


def is_free(page: Page) -> bool:
    """Return whether a click would reach the page."""
    return bool(page.evaluate("document.elementFromPoint(innerWidth / 2, innerHeight / 2).closest('.stApp')"))


@pytest.mark.usefixtures("trains")
def test_a_members_screen_is_led(app: App, store: Store, page: Page, arrive: Arrive) -> None:
    code = start_class(page, app, "7a")
    ada = join(arrive(PHONE, "dark"), app, code, "Ada")
    run_id = begin_run(store, ada, app)
    ada.page.evaluate("window.sameDocument = true")
    page.get_by_role("button", name=re.compile("Lead “")).click()
    lead(page, "Pause all training")
    expect(ada.page.locator(LINE)).to_have_text(re.compile("^Your teacher has paused training"))
    expect_status(ada.page, "paused")
    until(lambda: store.get(run_id).status == "paused", "the run to stand still")
    stood = store.get(run_id).step
    lead(page, "Let training go on")
    expect(ada.page.locator(LINE)).to_have_count(0)
    until(lambda: step_shown(ada.page) > stood, "the step to go on")

    lead(page, "Hold all screens")
    expect(ada.page.get_by_role("alertdialog", name="Look at your teacher")).to_be_focused()
    assert not is_free(ada.page)
    lead(page, "Release all screens")
    expect(ada.page.locator(HELD)).to_be_hidden()
    assert is_free(ada.page)

    line = page.get_by_role("textbox", name="A line on all screens")
    line.fill("Two minutes left")
    line.press("Enter")
    expect(ada.page.locator(LINE)).to_have_text(re.compile("^Two minutes left"))
    page.goto(f"{app.url}/weights?run={run_id}")
    expect_rest(page)
    lead(page, "Show this page to all")
    on_page_of(ada, "/weights", run_id)
    ada.page.goto(f"{app.url}/runs")
    page.goto(f"{app.url}/classroom?class_section=board")
    expect(tile(page, "Ada")).to_contain_text("Elsewhere")

    page.route_web_socket(re.compile("/live$"), lambda _socket: None)  # the board hears nothing
    page.reload()
    expect(page.locator(".ink-board dd").first).to_have_text("–")
    expect(page.get_by_text("Nobody has joined yet.")).to_be_hidden()


@pytest.mark.long
@pytest.mark.usefixtures("trains")
def test_a_class_is_led(app: App, store: Store, page: Page, arrive: Arrive) -> None:
    code = start_class(page, app, "7b")
    students = [
        join(arrive(size, scheme), app, code, nickname)
        for size, scheme, nickname in (
            (LAPTOP, "light", "Ada"),
            (TABLET, "dark", "Bilal"),
            (PHONE, "light", "Chloé"),
        )
    ]
    ada, bilal, chloe = students
    runs = [begin_run(store, student, app) for student in (ada, bilal)]

    page.get_by_role("tab", name="Board").click()
    expect(page.locator(".ink-board dd").first).to_have_text("3")
    expect(page.locator(".ink-board dd").nth(1)).to_have_text("2")
    for nickname in ("Ada", "Bilal"):
        expect(tile(page, nickname)).to_contain_text("Running")
    expect(tile(page, "Chloé")).to_contain_text("No run yet")
    drawn = "() => document.querySelector('.ink-board canvas').width > 1"
    page.wait_for_function(drawn)
    for student in students:
        student.page.evaluate("window.sameDocument = true")
    page.evaluate("window.sameDocument = true")

    page.get_by_role("button", name=re.compile("Lead “")).click()
    lead(page, "Pause all training")
    for student, run_id in zip((ada, bilal), runs, strict=True):
        expect(student.page.locator(LINE)).to_have_text(re.compile("^Your teacher has paused training"))
        expect(student.page.locator(".ink-status .ink-chip").first).to_have_text(re.compile("paused", re.I))
        until(lambda run_id=run_id: store.get(run_id).status == "paused", "the run to stand still")
    stood = [store.get(run_id).step for run_id in runs]
    assert [step_shown(student.page) for student in (ada, bilal)] == stood
    expect(tile(page, "Ada")).to_contain_text("Paused")
    lead(page, "Let training go on")
    for student, step in zip((ada, bilal), stood, strict=True):
        expect(student.page.locator(LINE)).to_have_count(0)
        until(lambda student=student, step=step: step_shown(student.page) > step, "the step to go on")

    ada.page.get_by_role("button", name=re.compile("^Pause")).first.focus()
    lead(page, "Hold all screens")
    for student in students:
        held = student.page.get_by_role("alertdialog", name="Look at your teacher")
        expect(held).to_be_visible()
        expect(held).to_be_focused()
        for key in ("Tab", "Escape", "Escape", "Tab"):
            student.page.keyboard.press(key)
        expect(held).to_be_visible()
        assert not is_free(student.page)
        assert read_aloud(student.page, "button") == [], "a screen reader has nothing else"
        assert read_aloud(student.page, "alertdialog") == ["Look at your teacher"]
    lead(page, "Release all screens")
    for student in students:
        expect(student.page.locator(HELD)).to_be_hidden()
        assert is_free(student.page)
        assert student.page.evaluate(SAME)
    expect(ada.page.get_by_role("button", name=re.compile("^Pause")).first).to_be_focused()

    page.goto(f"{app.url}/weights?run={runs[0]}")
    expect_rest(page)
    lead(page, "Show this page to all")
    for student in students:
        on_page_of(student, "/weights", runs[0])
        expect(student.page.get_by_role("heading", level=1)).to_have_text("What did it learn?")
        expect(student.page.locator(LINE)).to_have_count(0)
    bilal.page.goto(f"{app.url}/runs")
    expect_rest(bilal.page)
    expect(bilal.page).to_have_url(re.compile("/runs"))
    page.goto(f"{app.url}/classroom?class_section=board")
    expect(tile(page, "Bilal")).to_contain_text("Elsewhere")
    expect(tile(page, "Ada")).not_to_contain_text("Elsewhere")
    bilal.page.evaluate("window.sameDocument = true")

    page.goto(f"{app.url}/draw")
    expect_rest(page)
    page.get_by_role("button", name=re.compile("Lead “")).click()
    page.get_by_test_id("stPopoverBody").get_by_text("All screens follow me").click()
    for student in students:
        on_page_of(student, "/draw")
    line = page.get_by_role("textbox", name="A line on all screens")
    line.fill("Two minutes left")
    line.press("Enter")
    for student in students:
        expect(student.page.locator(LINE)).to_have_text(re.compile("^Two minutes left"))
    chloe.page.get_by_role("button", name="Close").click()
    expect(chloe.page.locator(LINE)).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Evaluate").first.click()
    for student in students:
        on_page_of(student, "/evaluate")
    expect(chloe.page.locator(LINE)).to_have_count(0)
    expect(ada.page.locator(LINE)).to_have_text(re.compile("^Two minutes left"))

    late = join(arrive(PHONE, "dark"), app, code, "Dan")
    expect(late.page).to_have_url(re.compile("/evaluate"))
    expect(late.page.locator(LINE)).to_have_text(re.compile("^Two minutes left"))
    for student in (*students, late):
        expect(student.page.locator(HELD)).to_have_count(1)
        expect(student.page.locator(".ink-line")).to_have_count(1)


@pytest.mark.long
@pytest.mark.usefixtures("trains")
def test_a_held_screen_is_free_in_the_end(app: App, page: Page, arrive: Arrive) -> None:
    code = start_class(page, app, "8c")
    ada, bilal = (join(arrive(LAPTOP), app, code, nickname) for nickname in ("Ada", "Bilal"))
    ada.page.goto(f"{app.url}/classroom")
    ada.page.get_by_role("button", name="Fill the screen").click()
    expect(ada.page.locator(".ink-board-full")).to_be_visible()
    lead(page, "Hold all screens")
    for student in (ada, bilal):
        expect(student.page.locator(HELD)).to_be_visible()
        assert student.page.evaluate("!!document.elementFromPoint(300, 300).closest('dialog')"), "over all"

    bilal.page.evaluate("window.sameDocument = true")
    bilal.context.set_offline(True)  # and what is open already breaks
    bilal.page.evaluate("window.__inklingChannel.socket.close()")
    lead(page, "Release all screens")
    expect(ada.page.locator(HELD)).to_be_hidden()
    expect(bilal.page.locator(HELD)).to_be_visible()
    bilal.context.set_offline(False)
    expect(bilal.page.locator(HELD)).to_be_hidden()
    assert bilal.page.evaluate(SAME)

    lead(page, "Hold all screens")
    bilal.page.reload()
    expect(bilal.page.locator(HELD)).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="A member", exact=True).click()
    page.get_by_role("combobox", name="Nickname").click()
    page.get_by_role("option", name="Bilal", exact=True).click()
    press(page, "Remove from the class")
    expect(bilal.page.locator(HELD)).to_have_count(0)
    expect(on_page(bilal.page, re.compile("^You are not in the class"))).to_be_visible()
    assert is_free(bilal.page)
    expect(ada.page.locator(HELD)).to_be_visible()
