"""Takes the pictures of docs/images from the running app: `make screenshots`. Needs a Chromium.

`python -m docs.screenshots states|pages|sections|drawings|class` takes only those, such as the ones of a class.
"""

import io
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

from benchmarks.photos import photograph
from core import synthetic_digits
from core.config.app_settings import Settings
from core.config.presets import DEFAULT, PRESETS
from core.config.run_config import RunConfig
from core.datasets import load
from core.runs import Store
from core.training.loop import train
from docs.class_pictures import class_pictures
from docs.fool_it_pictures import fool_it_picture
from docs.taking import DESKTOP, IMAGES, PHONE, Shot, Visitor, kept_small, settle, snap, until
from tests.browser import FLAGS, App, browser_path, end_app, start_app
from tests.e2e.drawing import MIDDLE, choose, draw, expect_class, open_draw, path_of, press

KINDS: Final = ("states", "pages", "sections", "drawings", "class")  # in this order
SLOW: Final = "steps:25"
TALLEST_PX: Final = 1_300


@dataclass(frozen=True)
class Section:
    """A picture of one section of a page, as tall as it is: its tab, the theme, and what to do before."""

    name: str
    page: str
    tab: str
    theme: str
    prepare: Callable[[Page], object] = Page.bring_to_front
    size: dict[str, int] = field(default_factory=lambda: DESKTOP)


def main(kinds: Sequence[str] = KINDS) -> None:
    """Take every picture of these kinds; those of whole pages in light and dark, wide and at a phone's width."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder, browser = Path(name), playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        if {*kinds} - {"class"}:
            with running(folder, INKLING_WORKERS="1", INKLING_RUNNING="1") as (
                app,
                store,
            ):  # so that one waits
                visitor = Visitor.new(browser, app, store)
                visitor.warm_up()
                for kind, taking in WAYS.items():
                    if kind in kinds:
                        taking(visitor)
        if "class" in kinds:
            with running(folder / "class") as (app, store):
                visitor = Visitor.new(browser, app, store)
                visitor.warm_up()
                class_pictures(visitor)
                fool_it_picture(visitor)
        browser.close()


@contextmanager
def running(folder: Path, **variables: str) -> Iterator[tuple[App, Store]]:
    """Give an app of its own, with its store."""
    folder.mkdir(exist_ok=True)
    app = start_app(folder / "data", folder / "inkling.db", **variables)
    try:
        with closing(Store(f"sqlite:///{app.store}", settings=Settings(data=str(app.data)))) as store:
            yield app, store
    finally:
        end_app(app)


def train_states(visitor: Visitor) -> None:
    """Bring a run into each state and take the Train page, mostly as somebody who has no earlier curve."""
    visitor.take(Shot("train-empty", "/"))
    for config, status in (
        (DEFAULT, "finished"),
        (PRESETS["diverges"].config, "diverged"),
        (RunConfig(dataset="kmnist"), "failed"),
    ):
        run = ended(visitor.store, config, status)
        visitor.take(Shot(f"train-{status}", f"/?run={run}"))
        visitor = visitor.another()
    store = visitor.store
    live = store.create(RunConfig(epochs=20), name="A slow run", pace=SLOW)
    until(lambda: store.get(live).step > 100)
    waiting = store.create(RunConfig(epochs=2, seed=1), name="The next one")
    visitor.take(Shot("train-running", f"/?run={live}"))
    visitor.take(Shot("train-queued", f"/?run={waiting}"))
    store.order(live, command="pause")
    until(lambda: store.get(live).status == "paused")
    visitor.take(Shot("train-paused", f"/?run={live}"))
    store.order(live, command="run")
    until(lambda: store.get(live).status == "running")
    os.kill(worker_of(visitor.app), signal.SIGKILL)
    until(lambda: store.get(live).status == "interrupted")
    visitor.take(Shot("train-interrupted", f"/?run={live}"))
    until(lambda: store.get(waiting).status == "finished")


def pages(visitor: Visitor) -> None:
    """Take every other page with a finished run in view."""
    store = visitor.store
    finished = (row.id for row in store.list(statuses=["finished"]) if row.config == DEFAULT)
    run = next(finished, None) or ended(store, DEFAULT, "finished")
    for name in ("weights", "draw", "evaluate", "data", "runs"):
        visitor.take(Shot(name, f"/{name}?run={run}"))


def sections(visitor: Visitor) -> None:
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
    run = visitor.store.add_finished_run(
        config, list(train(load(config.dataset, visitor.app.data), config)), name="Garments"
    )
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
        take_section(visitor, run, section)


def take_section(visitor: Visitor, run: str, section: Section) -> None:
    """Take the main part of one section, at most TALLEST_PX of it."""
    page = visitor.page(section.size, section.theme)
    page.goto(f"{visitor.app.url}/{section.page}?run={run}")
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
    picture.save(path)
    kept_small(path)
    page.context.close()


def drawings(visitor: Visitor) -> None:
    """Draw and upload digits as a visitor does, and take what the Draw page says of them."""
    page, app = visitor.page(), visitor.app
    open_draw(page, app, "softmax-mnist")
    draw(page, path_of(3, MIDDLE))
    expect_class(page, "3")
    page.locator(".st-key-behind").get_by_text("all pixels", exact=True).wait_for()  # why comes after what
    snap(page, "draw-answer")
    press(page, "Draw them")
    page.locator(".st-key-flip_told").wait_for()
    page.mouse.move(0, 0)  # the button's help would cover a line
    page.get_by_role("tooltip").wait_for(state="detached")
    snap(page, "draw-flip-told")
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
    snap(page, "draw-flipped")
    page.context.close()
    page = visitor.page(PHONE, "dark", has_touch=True, is_mobile=True)
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
    page.context.close()


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


WAYS: Final = {"states": train_states, "pages": pages, "sections": sections, "drawings": drawings}

if __name__ == "__main__":
    main(sys.argv[1:] or KINDS)
