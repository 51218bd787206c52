"""The Train page in a real browser, on the full data: train, refresh, pause, step, stop, follow a link."""

import re
import sqlite3
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from core.runs import Store
from tests.browser import App, end_app, on_page, start_app
from tests.polling import until
from tests.train_page import choose, expect_status, open_train, press, run_id, step_shown

pytestmark = pytest.mark.e2e


def final_loss(app: App, run: str) -> float:
    """Return the run's test loss as the store has it, once it is there."""

    def stored() -> float | None:
        with sqlite3.connect(app.store) as store:
            wanted = "select test_loss from runs where id = ? and state = 'finished'"
            return (store.execute(wanted, (run,)).fetchone() or (None,))[0]

    until(lambda: stored() is not None, "the final loss in the store")
    loss = stored()
    assert loss is not None
    return loss


def finish(store: Store, page: Page) -> None:
    """Have the run in view go on at full speed, and see it to its end on the page."""
    store.order(run_id(page), pace="full")
    expect_status(page, "finished", 120_000)


def accuracy_shown(page: Page) -> float:
    return float(page.locator(".ink-figures dd").nth(3).inner_text().split()[0].rstrip("%"))


@pytest.mark.long
def test_article_1_from_a_fresh_folder_to_the_end(browser, tmp_path: Path) -> None:
    fresh = start_app(tmp_path / "data", tmp_path / "inkling.db")
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)
    try:
        page = context.new_page()
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        foreign: list[str] = []
        page.on("response", lambda r: problems.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        page.on("request", lambda r: foreign.append(r.url) if "localhost" not in r.url[:25] else None)
        open_train(page, f"{fresh.url}/?preset=mnist-article")
        choose(page, "Pace", "Full speed")
        press(page, "Train")
        expect_status(page, "finished", 120_000)
        assert accuracy_shown(page) == pytest.approx(82.5, abs=0.6)
        expect(on_page(page, "of 10,000 images it had never seen")).to_be_visible()
        page.get_by_text("Log", exact=True).click()
        expect(page.locator("code")).to_contain_text("Iteration: 200. Loss: ")
        expect(page.locator("code")).to_contain_text("Final Accuracy: 82.")
        with page.expect_download() as download:
            # by key: a click would go astray while the panel is still opening
            page.get_by_role("button", name="Download the log").press("Enter")
        assert download.value.path().read_text().count("Iteration:") == 16
        assert [url for url in foreign if not url.startswith(("data:", "blob:"))] == []
        assert problems == []
        assert (tmp_path / "data" / "MNIST" / "raw" / "train-images-idx3-ubyte").stat().st_size == 47_040_016
    finally:
        context.close()
        end_app(fresh)


def test_curve_and_tiles_move_and_a_refresh_finds_the_run_again(app: App, page: Page, store: Store) -> None:
    open_train(page, app.url)
    press(page, "Train")
    expect_status(page, "running")
    until(lambda: step_shown(page) > 0, "the first step to be shown")
    first = step_shown(page)
    sentence = page.locator("[aria-label*='Training loss after']").first
    expect(sentence).to_have_attribute("aria-label", re.compile(r"Training loss after step [\d,]+ of 6,000"))
    until(lambda: step_shown(page) > first, "the step to move")
    known = run_id(page)
    page.reload()
    expect_status(page, "running|finished")
    assert run_id(page) == known
    until(lambda: step_shown(page) > first, "the run to be found further on")
    finish(store, page)
    right = page.locator(".ink-strip figure.y")
    until(lambda: right.count() >= 17, "at least 17 of the last 20 answers to be right")


def test_pause_one_step_go_on_and_stop(app: App, page: Page) -> None:
    open_train(page, app.url)
    choose(page, "Pace", "50 steps a second")
    press(page, "Train")
    expect_status(page, "running")
    until(lambda: step_shown(page) > 0, "the first step")
    press(page, "Pause")
    expect_status(page, "paused")
    paused_at = step_shown(page)
    press(page, "One step")
    until(lambda: step_shown(page) == paused_at + 1, "exactly one more step")
    expect_status(page, "paused")
    page.locator(".ink-status").first.click()  # away from any field that would take the letter
    page.keyboard.press("s")
    until(lambda: step_shown(page) == paused_at + 2, "one more step by the keyboard")
    press(page, "Resume")
    expect_status(page, "running")
    press(page, "Stop")
    expect_status(page, "stopped")
    stopped_at = step_shown(page)
    assert paused_at + 2 <= stopped_at < 6000
    expect(on_page(page, "of 10,000 images it had never seen")).to_be_visible()


@pytest.mark.long
def test_one_step_starts_a_run_that_waits(app: App, page: Page) -> None:
    open_train(page, app.url)
    press(page, "One step")
    expect_status(page, "paused")
    until(lambda: step_shown(page) == 1, "the first step alone")
    press(page, "Stop")
    expect_status(page, "stopped")


def test_a_link_gives_another_browser_the_same_form_the_same_view_and_the_same_numbers(
    app: App, page: Page, browser
) -> None:
    open_train(page, f"{app.url}/?learning_rate=0.02&seed=7&train_size=5000&epochs=2")
    choose(page, "Pace", "Full speed")
    press(page, "Train")
    expect_status(page, "finished")
    mine = run_id(page)
    other: BrowserContext = browser.new_context()
    try:
        second = other.new_page()
        open_train(second, page.url)
        expect_status(second, "finished")
        assert run_id(second) == mine
        choose(second, "Pace", "Full speed")
        press(second, "Train")
        until(lambda: run_id(second) != mine, "a run of its own")
        expect_status(second, "finished")
        theirs = run_id(second)
    finally:
        other.close()
    assert final_loss(app, mine) == final_loss(app, theirs)


@pytest.mark.long
def test_a_live_run_is_watched_by_a_second_browser(app: App, page: Page, browser, store: Store) -> None:
    open_train(page, app.url)
    press(page, "Train")
    expect_status(page, "running")
    other: BrowserContext = browser.new_context()
    try:
        second = other.new_page()
        open_train(second, page.url)
        expect_status(second, "running|finished")
        until(lambda: step_shown(second) > 0, "the second browser to see steps")
    finally:
        other.close()
    finish(store, page)


@pytest.mark.long
def test_numbers_typed_with_a_comma_are_the_ones_that_train(app: App, page: Page, store: Store) -> None:
    open_train(page, f"{app.url}/?train_size=1000&epochs=1")
    rate = page.get_by_role("combobox", name=re.compile("Learning rate$"))
    rate.fill("0,003")
    rate.press("Enter")
    expect(rate).to_have_value("0,003")
    page.get_by_text("More settings").click()
    page.get_by_role("textbox", name="L2 penalty").fill("0,001")
    press(page, "Train")
    until(lambda: run_id(page), "a run")
    config = store.get(run_id(page)).config
    assert (config.learning_rate, config.l2) == (0.003, 0.001)
    page.get_by_role("textbox", name="L1 penalty").fill("1,000")
    page.get_by_role("textbox", name="L1 penalty").press("Enter")
    expect(page.get_by_text("Write 1 instead")).to_be_visible()
    choose(page, "Model", "MLP (hidden layers)")
    expect(page.get_by_role("textbox", name="Dropout")).to_be_visible()  # what was opened stays open


@pytest.mark.long
def test_an_emptied_field_is_not_replaced_without_a_word(app: App, page: Page) -> None:
    open_train(page, f"{app.url}/?learning_rate=0.003")
    rate = page.get_by_role("combobox", name=re.compile("Learning rate$"))
    rate.fill("")
    rate.press("Enter")
    epochs = page.get_by_role("textbox", name="Epochs")
    epochs.fill("")
    epochs.press("Enter")
    expect(page.get_by_text("Epochs must be a whole number from 1 to 200, not “”")).to_be_visible()
    expect(rate).to_have_value("0.003")


def test_a_bad_address_is_told_and_the_rest_of_it_holds(app: App, page: Page) -> None:
    open_train(page, f"{app.url}/?learning_rate=nan&epochs=banana&seed=5&run=nosuchrun&dataset=letters")
    told = page.get_by_test_id("stAlert").all_inner_texts()
    text = " ".join(told)
    assert "Learning rate must be a number from 0.000001 to 100, not “nan”" in text
    assert "Epochs must be a whole number from 1 to 200, not “banana”" in text
    assert "Dataset must be one of mnist" in text
    assert "nosuchrun" in text
    assert "Traceback" not in page.content()
    assert "seed=5" in page.url
    assert "nan" not in page.url


@pytest.mark.long
def test_every_page_tells_what_its_address_asks_in_vain(app: App, page: Page) -> None:
    for name in ("weights", "draw", "evaluate", "data", "runs", "search"):
        page.goto(f"{app.url}/{name}?run=nosuchrun&epochs=banana")
        told = page.get_by_test_id("stAlert")
        expect(told.filter(has_text="nosuchrun")).to_be_visible()
        expect(
            told.filter(has_text="Epochs must be a whole number from 1 to 200, not “banana”")
        ).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.long
def test_the_data_page_shows_the_images_that_its_address_names(app: App, page: Page) -> None:
    page.goto(f"{app.url}/data?dataset=fashion_mnist")
    expect(page.get_by_text("these are all images of Fashion-MNIST")).to_be_visible()
    expect(page.get_by_text("Images 1 to 60 of 10,000.").first).to_be_visible()


def test_divergence_is_told_with_a_way_out(app: App, page: Page) -> None:
    open_train(page, f"{app.url}/?preset=diverges")
    choose(page, "Pace", "Full speed")
    press(page, "Train")
    expect_status(page, "diverged")
    expect(on_page(page, "The loss stopped being a finite number at step 400")).to_be_visible()
    press(page, "Train with learning rate 10")
    expect_status(page, "finished", 120_000)


@pytest.mark.long
def test_phone_width_has_no_sideways_scroll_and_reaches_the_button(app: App, browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    try:
        page = context.new_page()
        open_train(page, app.url)
        width = page.evaluate("document.scrollingElement.scrollWidth")
        main = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
        assert max(width, main) <= 390
        press(page, "Train")
        expect_status(page, "running|finished")
    finally:
        context.close()
