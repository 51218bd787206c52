"""A whole lesson in real browsers: a teacher and three students, on a laptop, a tablet in the dark, and a phone."""

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
    come_back,
    expect_members,
    fits,
    hand_in,
    join,
    lead,
    open_section,
    picture,
    start_class,
    tile,
)
from tests.polling import until
from tests.train_page import choose, expect_status, open_train, press, run_id, step_shown

pytestmark = [pytest.mark.e2e, pytest.mark.long]  # its parts: test_class.py, test_lead.py, test_activities.py
SLOW = "train_size=1000&batch_size=50&epochs=200&eval_every=1000"
RACED = "train_size=2000&batch_size=50&epochs=2"


def address_of_qr(page: Page) -> str:
    """Return the link that the poster's QR code leads to, as it is said to who cannot see it."""
    alt = page.locator(".ink-poster-qr").get_attribute("alt") or ""
    found = re.fullmatch(r"QR code of (https?://[^/]+(/join/[A-Z0-9]{6}))", alt)
    assert found, alt
    assert "localhost" not in found[1]
    assert "127.0.0.1" not in found[1]
    return found[2]


def train(student: Student, app: App, settings: str, pace: str) -> str:
    open_train(student.page, f"{app.url}/?{settings}")
    choose(student.page, "Pace", pace)
    press(student.page, "Train")
    expect_status(student.page, "running|queued|finished")
    until(lambda: run_id(student.page), "the run's address")
    return run_id(student.page)


def look(students: list[Student], name: str) -> None:
    """Keep a picture of each student's screen, on which nothing stands beyond the edge."""
    for student in students:
        picture(student.page, f"{name}-{student.nickname}")
        assert fits(student.page), f"{student.nickname}'s page fits, {name}"


@pytest.mark.usefixtures("trains")
def test_a_whole_lesson(app: App, store: Store, page: Page, arrive: Arrive) -> None:
    # joined by code, and by the QR code's link
    code = start_class(page, app, "7b")
    picture(page, "started")
    by_qr = address_of_qr(page)
    ada = join(arrive(LAPTOP), app, code, "Ada")
    bilal = join(arrive(TABLET, "dark"), app, code, "Bilal", address=by_qr)
    chloe = join(arrive(PHONE), app, code, "Chloé", address=by_qr)
    students = [ada, bilal, chloe]
    expect_members(page, "Ada", "Bilal", "Chloé")
    picture(page, "joined")

    # trained, and on the board
    runs = [train(student, app, SLOW, "5 steps a second") for student in students]
    for student in students:
        until(lambda student=student: step_shown(student.page) > 0, "steps on the page")
    open_section(page, app, "board")
    for student in students:
        expect(tile(page, student.nickname)).to_contain_text("Running")
    picture(page, "board")
    look(students, "training")

    # paused, and gone on
    page.get_by_role("button", name=re.compile("Lead “")).click()
    lead(page, "Pause all training")
    for student, run in zip(students, runs, strict=True):
        expect_status(student.page, "paused")
        until(lambda run=run: store.get(run).status == "paused", "the run to stand still")
    look(students, "paused")
    stood = [store.get(run).step for run in runs]
    lead(page, "Let training go on")
    for student, step in zip(students, stood, strict=True):
        until(lambda student=student, step=step: step_shown(student.page) > step, "the step to go on")

    # held, and released
    lead(page, "Hold all screens")
    for student in students:
        expect(student.page.locator(HELD)).to_be_visible()
    look(students, "held")
    lead(page, "Release all screens")
    for student in students:
        expect(student.page.locator(HELD)).to_be_hidden()

    # sent to a page; one goes elsewhere
    page.goto(f"{app.url}/weights?run={runs[0]}")
    expect_rest(page)
    lead(page, "Show this page to all")
    for student in students:
        expect(student.page).to_have_url(re.compile(rf"/weights\?.*run={runs[0]}"))
        expect(student.page.get_by_role("heading", level=1)).to_have_text("What did it learn?")
        expect_rest(student.page)
    look(students, "sent")
    chloe.page.goto(f"{app.url}/runs")
    open_section(page, app, "board")
    expect(tile(page, "Chloé")).to_contain_text("Elsewhere")
    for run in runs:
        store.order(run, command="stop")

    # a race
    open_section(page, app, "activities")
    page.get_by_text("Start a race").click()
    press(page, "Start the race")
    expect(page.get_by_role("heading", name="Race")).to_be_visible()
    for student, rate in zip(students, ("0.1", "0.02", "0.001"), strict=True):
        train(student, app, f"{RACED}&learning_rate={rate}", "Full speed")
    for student in students:
        expect_status(student.page, "finished", 120_000)
        student.page.goto(f"{app.url}/classroom")
        expect_rest(student.page)
    for one in (page, *(student.page for student in students)):
        expect(on_page(one, re.compile("A difference is called clear"))).to_be_visible()
    picture(page, "raced")
    look(students, "raced")
    press(page, "End the race")
    expect(page.get_by_role("heading", name="The last race")).to_be_visible()

    # fool it: counts once the two others have said what they see
    page.get_by_text("Start “Fool it”").click()
    page.locator(".st-key-fool_start button").click()
    expect(page.get_by_role("heading", name="Fool it")).to_be_visible()
    hand_in(ada, app, 4, "fooled", 9)  # the model reads a 4; she says it is a 9
    for student in (bilal, chloe):
        student.page.goto(f"{app.url}/classroom")
        expect(student.page.get_by_text("What do you see?")).to_be_visible()
        picture(student.page, f"judging-{student.nickname}")
        student.page.locator(".st-key-say_9 button").click()
        expect(student.page.get_by_text("You have said what you see in all drawings so far.")).to_be_visible()
    expect(page.get_by_text(re.compile("2 of 2 others agree"))).to_be_visible()
    picture(page, "fooled")
    look([bilal, chloe], "fooled")

    # our handwriting, and swap
    page.get_by_text("Start “Our handwriting”").click()
    page.locator(".st-key-handwriting_start button").click()
    expect(page.get_by_text("0 drawings have been handed in.")).to_be_visible()
    for student, digit in zip(students, (3, 7, 1), strict=True):
        hand_in(student, app, digit, "written", digit)
    look(students, "handed-in")
    expect(page.get_by_text("3 drawings have been handed in.")).to_be_visible()
    press(page, "Make it the class's dataset")
    expect(page.get_by_role("button", name="Train on our handwriting")).to_be_visible()
    press(page, "Swap now")
    expect(page.get_by_role("region", name=re.compile("^For each of 3 members"))).to_be_visible()
    picture(page, "swapped")

    # one is removed; another comes back in a browser that nobody knows
    open_section(page, app, "join")
    page.get_by_role("button", name="A member", exact=True).click()
    page.get_by_role("combobox", name="Nickname").click()
    page.get_by_role("option", name="Bilal", exact=True).click()
    press(page, "Remove from the class")
    expect_members(page, "Ada", "Chloé")
    expect(on_page(bilal.page, re.compile("^You are not in the class"))).to_be_visible()
    picture(bilal.page, "removed")
    bilal.page.goto(f"{app.url}{by_qr}")
    bilal.page.get_by_text("I was here before").click()
    form = bilal.page.locator("details form")
    form.get_by_label("Your nickname").fill("Bilal")
    form.get_by_label("Your key").fill(bilal.key)
    form.get_by_role("button", name="Come back").click()
    expect(bilal.page.get_by_role("alert")).to_be_visible()
    other = arrive(TABLET, "dark")
    come_back(other, app, code, chloe)
    other.goto(f"{app.url}/?run={runs[2]}")
    expect_rest(other)
    expect(other.locator(".ink-seat")).to_contain_text("Chloé")
    expect(other.locator(LINE)).to_have_count(0)
    picture(other, "back")

    # the end
    open_section(page, app, "settings")
    press(page, "End the class")
    page.get_by_role("dialog").get_by_role("button", name="End, and delete everything").click()
    expect(on_page(page, re.compile("has ended. Deleted for good"))).to_be_visible()
    expect(on_page(other, re.compile("^The class “.*” is over"))).to_be_visible()  # by itself
    expect(other.get_by_test_id("stAlertContentError")).to_have_count(0)
    picture(other, "over")
    picture(page, "ended")
    assert not {row.id for row in store.list(limit=1000)} & set(runs)
    ada.page.goto(f"{app.url}{by_qr}")
    expect(ada.page.get_by_role("alert")).to_contain_text(f"There is no class with the code “{code}”.")
