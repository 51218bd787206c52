"""Takes the pictures of docs/images from the running app: `make screenshots`. Needs a Chromium.

`python -m docs.screenshots sections` takes only those of the sections of Weights, Evaluate and Data.
"""

import io
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from benchmarks.photos import photograph
from core import synthetic_digits
from core.config.app_settings import Settings
from core.config.presets import DEFAULT, PRESETS
from core.config.run_config import RunConfig
from core.datasets import load
from core.runs import Store
from core.training.loop import train
from tests.browser import FLAGS, App, browser_path, end_app, start_app
from tests.e2e.drawing import MIDDLE, choose, draw, expect_class, open_draw, path_of, press

IMAGES: Final = Path(__file__).parent / "images"
DESKTOP: Final = {"width": 1280, "height": 900}
PHONE: Final = {"width": 390, "height": 844}
SLOW: Final = "steps:25"
TALLEST_PX: Final = 1_300
LARGEST_BYTES: Final = 190_000


@dataclass(frozen=True)
class Shot:
    """A picture: its name, and the address it shows."""

    name: str
    address: str


@dataclass(frozen=True)
class Section:
    """A picture of one section of a page, as tall as it is: its tab, the theme, and what to do before."""

    name: str
    page: str
    tab: str
    theme: str
    prepare: Callable[[Page], object] = Page.bring_to_front
    size: dict[str, int] = field(default_factory=lambda: DESKTOP)


def main(only_sections: bool = False) -> None:
    """Take every picture; those of whole pages in light and dark, wide and at a phone's width."""
    IMAGES.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp())
    app = start_app(folder / "data", folder / "inkling.db", INKLING_WORKERS="1")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
            warm_up(browser, app)
            with closing(Store(f"sqlite:///{app.store}", settings=Settings(data=str(app.data)))) as store:
                if not only_sections:
                    train_states(browser, app, store)
                    pages(browser, app, store)
                sections(browser, app, store)
            drawings(browser, app)
            browser.close()
    finally:
        end_app(app)


def warm_up(browser: Browser, app: App) -> None:
    """Wait until the first visitor is served: the images are unpacked then."""
    page = browser.new_page()
    page.goto(app.url)
    page.locator(".ink-status").first.wait_for(timeout=120_000)
    page.close()


def train_states(browser: Browser, app: App, store: Store) -> None:
    """Bring a run into each state and take the Train page."""
    take(browser, app, Shot("train-empty", "/"))
    finished = ended(store, DEFAULT, "finished")
    take(browser, app, Shot("train-finished", f"/?run={finished}"))
    take(
        browser, app, Shot("train-diverged", f"/?run={ended(store, PRESETS['diverges'].config, 'diverged')}")
    )
    missing = RunConfig(dataset="kmnist")
    take(browser, app, Shot("train-failed", f"/?run={ended(store, missing, 'failed')}"))
    live = store.create(RunConfig(epochs=20), name="A slow run", pace=SLOW)
    until(lambda: store.get(live).step > 100)
    waiting = store.create(RunConfig(epochs=2, seed=1), name="The next one")
    take(browser, app, Shot("train-running", f"/?run={live}"))
    take(browser, app, Shot("train-queued", f"/?run={waiting}"))
    store.order(live, command="pause")
    until(lambda: store.get(live).status == "paused")
    take(browser, app, Shot("train-paused", f"/?run={live}"))
    store.order(live, command="run")
    until(lambda: store.get(live).status == "running")
    os.kill(worker_of(app), signal.SIGKILL)
    until(lambda: store.get(live).status == "interrupted")
    take(browser, app, Shot("train-interrupted", f"/?run={live}"))
    until(lambda: store.get(waiting).status == "finished")


def pages(browser: Browser, app: App, store: Store) -> None:
    """Take every other page with a finished run in view."""
    run = next(row.id for row in store.list(statuses=["finished"]) if row.model == "softmax")
    for name in ("weights", "draw", "evaluate", "data", "runs"):
        take(browser, app, Shot(name, f"/{name}?run={run}"))


def sections(browser: Browser, app: App, store: Store) -> None:
    """Take what docs/weights.md, evaluate.md and data.md show, of a softmax regression of garments."""

    def press(name: str) -> Callable[[Page], None]:
        return lambda page: page.get_by_role("button", name=name).click()

    def travel(page: Page) -> None:
        slider = page.get_by_role("slider", name="Training step")
        slider.focus()
        for _ in range(12):
            slider.press("ArrowLeft")

    def lay_out(page: Page) -> None:
        page.get_by_role("radio", name="t-SNE").or_(page.get_by_role("button", name="t-SNE")).first.click()
        there, asked = page.locator(".ink-map-stage canvas"), page.get_by_role("button", name="Compute")
        settle(page)
        if asked.is_visible():
            asked.click()
        there.first.wait_for(timeout=300_000)

    def step(page: Page) -> None:
        page.get_by_role("button", name="Train again, paused").click()
        page.get_by_test_id("step-outcomes").wait_for(timeout=180_000)

    def edit(page: Page) -> None:
        tool = page.get_by_role("combobox", name="Tool")
        tool.fill("Zero a region")
        tool.press("Enter")
        press("Keep this edit")(page)

    config = RunConfig(dataset="fashion_mnist", epochs=3, eval_every=0)
    run = store.add_finished_run(config, list(train(load(config.dataset, app.data), config)), name="Garments")
    for section in (
        Section("weights-time", "weights", "During training", "light", travel),
        Section("weights-arithmetic", "weights", "Arithmetic", "dark"),
        Section("weights-touch-phone", "weights", "Edit weights", "light", edit, PHONE),
        Section("weights-step", "weights", "One step in detail", "light", step),
        Section("evaluate-mistakes", "evaluate", "Mistakes", "light"),
        Section("evaluate-confidence", "evaluate", "Confidence", "dark"),
        Section("evaluate-breaks", "evaluate", "Robustness", "light"),
        Section("data-map", "data", "Map", "light", lay_out),
        Section("data-classes", "data", "Classes", "dark"),
        Section("data-doubts", "data", "Duplicates and label issues", "light"),
    ):
        take_section(browser, app, run, section)


def take_section(browser: Browser, app: App, run: str, section: Section) -> None:
    """Take the main part of one section, at most TALLEST_PX of it."""
    context = browser.new_context(viewport=section.size, color_scheme=section.theme)  # type: ignore[arg-type]
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(f"{app.url}/{section.page}?run={run}")
    page.get_by_role("tab", name=section.tab, exact=True).click()
    settle(page)
    section.prepare(page)
    settle(page)
    page.mouse.move(0, 0)
    main: Locator = page.get_by_test_id("stMainBlockContainer")
    height = int(main.evaluate("box => box.scrollHeight")) + 60  # as tall as it is: nothing scrolls within
    page.set_viewport_size({"width": section.size["width"], "height": height})
    settle(page)
    path = IMAGES / f"{section.name}.png"
    main.screenshot(path=path)
    picture = Image.open(path).convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(picture.height, TALLEST_PX)))
    picture.save(path, optimize=True)
    if path.stat().st_size > LARGEST_BYTES:  # in 256 colours, chosen so that the rare ones stay as they are
        picture.quantize(256, Image.Quantize.MAXCOVERAGE).save(path, optimize=True)
    context.close()


def drawings(browser: Browser, app: App) -> None:
    """Draw and upload digits as a visitor does, and take what the Draw page says of them."""
    page = browser.new_context(viewport=DESKTOP, color_scheme="light").new_page()  # type: ignore[arg-type]
    open_draw(page, app, "softmax-mnist")
    draw(page, path_of(3, MIDDLE))
    expect_class(page, "3")
    snap(page, "draw-answer")
    press(page, "Draw them")
    page.locator(".st-key-flip_told").wait_for()
    page.mouse.move(0, 0)  # the button's help would cover a line
    page.get_by_role("tooltip").wait_for(state="detached")
    snap(page, "draw-flip-told")
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
    snap(page, "draw-flipped")
    page.context.close()
    phone = browser.new_context(viewport=PHONE, color_scheme="dark", has_touch=True, is_mobile=True)  # type: ignore[arg-type]
    page = phone.new_page()
    open_draw(page, app, "cnn-mnist")
    choose(page, "Photo or scan")
    hand, rng = synthetic_digits.Handwriting(size_px=150), np.random.default_rng(5)
    paper = photograph(
        synthetic_digits.paint(synthetic_digits.draw(synthetic_digits.template(5, 0), hand, rng), 12),
        "squared",
        rng,
    )
    content = io.BytesIO()
    paper.save(content, "JPEG")
    file = {"name": "squared.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}
    page.locator('input[type="file"]').set_input_files(file)  # type: ignore[arg-type]
    expect_class(page, "5")
    snap(page, "draw-photo-phone")
    phone.close()


def snap(page: Page, name: str) -> None:
    """Take a picture of the page as it is, once it has settled."""
    settle(page)
    page.screenshot(path=IMAGES / f"{name}.png")


def ended(store: Store, config: RunConfig, status: str) -> str:
    """Return the id of a run of `config` that has ended with `status`."""
    run_id = store.create(config)
    until(lambda: store.get(run_id).status == status)
    return run_id


def worker_of(app: App) -> int:
    """Return the process that trains now: the busiest great-grandchild of the app, by its command line."""

    def children(pid: int) -> list[int]:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [int(child) for child in text.split()]

    found = children(app.process.pid)
    workers = []
    while found:
        pid = found.pop()
        below = children(pid)
        found += below
        if not below and "forkserver" in Path(f"/proc/{pid}/cmdline").read_text():
            workers.append(pid)
    return max(
        workers, key=lambda pid: int(Path(f"/proc/{pid}/stat").read_text().rsplit(")")[-1].split()[11])
    )


def until(condition: Callable[[], bool], deadline_s: float = 120.0) -> None:
    """Return once `condition` holds.  Raises: TimeoutError."""
    end_s = time.monotonic() + deadline_s
    while not condition():
        if time.monotonic() > end_s:
            raise TimeoutError(f"not within {deadline_s} s")
        time.sleep(0.1)


def take(browser: Browser, app: App, shot: Shot) -> None:
    """Take one picture in both themes and widths."""
    for theme in ("light", "dark"):
        for width, size in (("", DESKTOP), ("-phone", PHONE)):
            context = browser.new_context(viewport=size, color_scheme=theme, device_scale_factor=1)  # type: ignore[arg-type]
            page = context.new_page()
            page.goto(app.url + shot.address)
            settle(page)
            page.screenshot(path=IMAGES / f"{shot.name}-{theme}{width}.png")
            context.close()


def settle(page: Page) -> None:
    """Wait until the page has been drawn and nothing is stale any more."""
    page.get_by_test_id("stMain").wait_for(timeout=60_000)
    page.get_by_test_id("stStatusWidget").wait_for(state="hidden", timeout=60_000)
    page.wait_for_load_state("networkidle")
    until(lambda: page.locator("[data-stale='true']").count() == 0, 30)
    end_s = time.monotonic() + 1.2  # the tiles glide and the first tick arrives
    while time.monotonic() < end_s:
        page.evaluate("() => new Promise(requestAnimationFrame)")


if __name__ == "__main__":
    main(only_sections="sections" in sys.argv[1:])
