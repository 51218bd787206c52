"""The Runs and Search pages as visitors use them: compared, repeated elsewhere, exported, imported, searched."""

import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from playwright.sync_api import Browser, Page, expect

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.export import export_run
from core.export.run_record import read_record
from core.i18n.number_format import percent
from core.protocol.events import TERMINAL
from core.runs import RunRow, Store
from core.search import Searches
from core.training.loop import train
from tests.browser import App, on_page
from tests.polling import DEADLINE_S, until

pytestmark = pytest.mark.e2e
CONFIG = RunConfig(train_size=1000, epochs=2, eval_every=5, model="mlp", hidden_sizes=(16,), batch_size=50)


@pytest.fixture(scope="module")
def made(store: Store, mnist: ImageData) -> list[str]:
    """Return the ids of two finished runs that nobody in a browser made."""
    configs = [CONFIG, RunConfig(train_size=1000, epochs=2, eval_every=5, batch_size=50)]
    names = ["first of two", "second of two"]
    return [
        store.add_finished_run(c, list(train(mnist, c)), name=n) for c, n in zip(configs, names, strict=True)
    ]


def open_runs(page: Page, app: App, store: Store, search: str) -> None:
    """Open the list of runs, narrowed to those with `search` in their name."""
    page.goto(f"{app.url}/runs")
    field = page.get_by_placeholder("name, note, tag or id")
    field.fill(search)
    field.press("Enter")
    found = len(store.list(search=search))  # fewer than all, so that the whole list's caption is another
    expect(page.get_by_text(re.compile(rf"^{found} runs?\. Select (it|one) to run it again"))).to_be_visible()


def select_row(page: Page, place: int) -> None:
    """Tick the checkbox of a row of the table, which is drawn on a canvas."""
    table = page.locator("[data-testid=stDataFrame] canvas").first
    table.click(position={"x": 16, "y": 36 + 17 + 35 * place}, force=True)  # what it is drawn on lies over it


def newest(store: Store) -> RunRow:
    return store.list(limit=1)[0]


def train_to_the_end(page: Page, store: Store) -> RunRow:
    """Press Train and return the new run once it has ended, at full speed."""
    button = page.get_by_role("button", name=re.compile("^Train")).first
    expect(button).to_be_visible()
    known = {row.id for row in store.list()}
    button.click()
    until(lambda: newest(store).id not in known, "the run to be made")
    run_id = newest(store).id
    store.order(run_id, pace="full")
    until(lambda: store.get(run_id).has_ended, "the run to end")
    return store.get(run_id)


def test_two_runs_are_compared_and_the_comparison_is_an_address(
    page: Page, app: App, store: Store, made: list[str]
) -> None:
    open_runs(page, app, store, "of two")
    select_row(page, 0)
    select_row(page, 1)
    page.get_by_role("button", name="Compare 2").click()
    expect(page).to_have_url(re.compile("compare="))
    page.goto(page.url)  # as somebody else would who was sent it
    expect(page.get_by_role("rowheader", name="Hidden units per layer")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Batch size")).to_have_count(0)  # it is the same in both
    for run_id in made:
        accuracy = store.get(run_id).test_accuracy or 0.0
        expect(page.get_by_role("cell", name=percent(accuracy)).first).to_be_visible()
    expect(page.get_by_text("McNemar")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Of 10,000 test images, both runs get [\d,]+ right"))).to_be_visible()


def test_a_run_stays_selected_when_another_comes_in_above_it_and_when_a_filter_is_set(
    page: Page, app: App, store: Store, mnist: ImageData
) -> None:
    told = list(train(mnist, CONFIG))
    for name in ("early bird", "middle bird"):
        store.add_finished_run(CONFIG, told, name=name)
    open_runs(page, app, store, "bird")
    select_row(page, 1)
    heading = page.get_by_role("heading", level=3)
    expect(heading).to_have_text("early bird")
    store.add_finished_run(CONFIG, told, name="late bird")
    page.get_by_role("tab", name="Name and note").click()
    table = page.locator("[data-testid=stDataFrameResizable]:visible")
    expect(table).to_have_attribute("aria-label", re.compile("^3 runs"))
    expect(heading).to_have_text("early bird")
    field = page.get_by_placeholder("name, note, tag or id")
    field.fill("early")
    field.press("Enter")
    expect(table).to_have_attribute("aria-label", re.compile("^1 run "))
    expect(heading).to_have_text("early bird")


def test_an_address_with_unknown_runs_says_so(page: Page, app: App, made: list[str]) -> None:
    page.goto(f"{app.url}/runs?compare={made[0]},nonsense,%3Cb%3E")
    expect(page.get_by_text("Not found: nonsense")).to_be_visible()
    page.goto(f"{app.url}/runs?compare=" + "x" * 3000)
    expect(page.get_by_text("None of the runs in this link was found")).to_be_visible()


@pytest.mark.long
def test_a_link_to_settings_gives_the_same_figures_in_another_browser(
    page: Page, app: App, store: Store, browser: Browser
) -> None:
    page.goto(f"{app.url}/?train_size=2000&epochs=2&learning_rate=0.2&seed=7")
    first = train_to_the_end(page, store)
    store.rename(first.id, "to be sent")
    open_runs(page, app, store, "to be sent")
    select_row(page, 0)
    page.get_by_role("tab", name="Link").click()
    link = page.locator("[data-testid=stCode]").nth(1).inner_text().strip()
    assert "learning_rate=0.2" in link
    with browser.new_context(viewport={"width": 1280, "height": 900}) as elsewhere:
        other = elsewhere.new_page()
        other.goto(link)
        second = train_to_the_end(other, store)
    assert second.owner != first.owner
    for name in ("config", "test_accuracy", "test_loss", "train_loss", "evaluation_loss"):
        assert getattr(second, name) == getattr(first, name), name


def download(page: Page, title: str, form: str) -> bytes:
    """Return the selected run's file in a format, chosen and fetched on the page."""
    page.get_by_role("combobox", name="Export as").click()
    page.get_by_role("option", name=title).click()
    expect(page.get_by_text(f"--format {form}")).to_be_visible()
    with page.expect_download() as caught:
        page.get_by_test_id("stDownloadButton").get_by_role("button").click()
    return Path(caught.value.path()).read_bytes()


def cells(notebook: bytes) -> list[str]:
    return [cell.source for cell in nbformat.reads(notebook.decode(), as_version=4).cells]


def test_script_and_notebook_are_taken_from_the_page(
    page: Page, app: App, store: Store, made: list[str]
) -> None:
    open_runs(page, app, store, "first of two")
    select_row(page, 0)
    script, notebook = download(page, "Python script", "script"), download(page, "Notebook", "notebook")
    assert script == export_run(store, made[0], "script").data
    assert cells(notebook) == cells(export_run(store, made[0], "notebook").data)


@pytest.mark.long
def test_script_and_notebook_taken_from_the_page_print_the_run_s_log(
    page: Page, app: App, store: Store, made: list[str], data_folder: Path, tmp_path: Path
) -> None:
    open_runs(page, app, store, "first of two")
    select_row(page, 0)
    log = list(read_record(store, made[0]).log)
    script = tmp_path / "run.py"
    script.write_bytes(download(page, "Python script", "script"))
    done = subprocess.run(
        [sys.executable, "-I", script, data_folder],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        cwd=tmp_path,
    )
    assert done.stdout.splitlines() == log, done.stderr[-1000:]
    notebook = nbformat.reads(download(page, "Notebook", "notebook").decode(), as_version=4)
    (tmp_path / "data").symlink_to(data_folder)
    NotebookClient(notebook, timeout=DEADLINE_S, resources={"metadata": {"path": str(tmp_path)}}).execute()
    text = "".join(out.get("text", "") for cell in notebook.cells for out in cell.get("outputs", []))
    assert text.splitlines() == log


def import_section(page: Page, app: App, name: str, content: bytes) -> None:
    """Upload a file on the Runs page."""
    page.goto(f"{app.url}/runs")
    page.get_by_text("Import a run").click()
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.locator("input[type=file]").set_input_files(file)
    button = page.get_by_role("button", name="Import", exact=True)
    expect(button).to_be_enabled()
    button.click()


def test_a_bundle_is_brought_in_and_a_malicious_one_is_not(
    page: Page, app: App, store: Store, made: list[str]
) -> None:
    bundle = export_run(store, made[0], "bundle").data
    import_section(page, app, "run.inkling.zip", bundle)
    expect(page.get_by_text("“first of two” was imported")).to_be_visible()
    arrived, original = newest(store), store.get(made[0])
    assert (arrived.name, arrived.test_accuracy) == (original.name, original.test_accuracy)
    assert arrived.id != original.id
    assert arrived.owner
    harmful = io.BytesIO(bundle)
    with zipfile.ZipFile(harmful, "a") as archive:
        archive.writestr("weights/1.pkl", b"cos\nsystem\n(S'true'\ntR.")
    import_section(page, app, "run.inkling.zip", harmful.getvalue())
    expect(page.get_by_text("This is not a run bundle: it contains “weights/1.pkl”")).to_be_visible()
    assert newest(store).id == arrived.id


def test_who_made_a_run_may_delete_it_and_undo_that_others_may_not(
    page: Page, app: App, store: Store, made: list[str]
) -> None:
    import_section(page, app, "mine.inkling.zip", export_run(store, made[1], "bundle").data)
    expect(page.get_by_text("“second of two” was imported")).to_be_visible()
    mine = newest(store).id
    store.rename(mine, "only mine here")
    open_runs(page, app, store, "only mine here")
    select_row(page, 0)
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("1 run deleted.")).to_be_visible()
    assert store.get(mine).deleted_at is not None
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 run deleted.")).to_have_count(0)
    assert store.get(mine).deleted_at is None
    open_runs(page, app, store, made[0])  # nobody's, so not this visitor's
    select_row(page, 0)
    expect(page.get_by_role("button", name="Delete", exact=True)).to_be_disabled()


def test_a_search_is_started_watched_stopped_and_resumed(page: Page, app: App, store: Store) -> None:
    page.goto(f"{app.url}/search")
    expect(page.get_by_role("button", name="Start the search")).to_be_visible()
    for label, value in (("Training images (0 = all)", "1000"), ("Maximum trials", "8")):
        field = page.get_by_role("textbox", name=label)
        field.fill(value)
        field.press("Enter")
    page.get_by_role("button", name="Start the search").click()
    expect(page).to_have_url(re.compile("search="))
    search_id = page.url.partition("search=")[2]
    until(lambda: store.list(group_id=search_id), "the first trial")
    page.get_by_role("button", name="Stop the search").click()
    searches = Searches(store)
    until(lambda: searches.get(search_id).state == "stopped", "the search to stop")
    rows = store.list(group_id=search_id)
    assert all(row.has_ended for row in rows)
    before = len(rows)
    page.get_by_role("button", name="Resume").click()
    until(lambda: searches.get(search_id).state == "finished", "the search to end")
    trained = store.list(group_id=search_id, statuses=["finished"])
    assert len(trained) == 8
    assert len(store.list(group_id=search_id)) >= before
    assert all(isinstance(store.events_since(row.id).events[-1], TERMINAL) for row in trained)
    best = max(row.evaluation_accuracy or 0.0 for row in trained)
    expect(on_page(page, f"{100 * best:.2f}%").first).to_be_visible()
    expect(on_page(page, "8 of 8 trials completed")).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
