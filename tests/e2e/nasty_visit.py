"""A dataset and runs with nasty names, and a visitor who looks at them; for the browser tests."""

import re
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlsplit

import numpy as np
from playwright.sync_api import Page, Request, expect

from core.config.run_config import RunConfig
from core.datasets import ImageData, load
from core.datasets.user_datasets import add_images, create_own, delete_own
from core.runs import Store
from core.runs.schema import RUNS
from core.training.loop import train
from tests.browser import App
from tests.e2e.drawing import expect_rest
from tests.nasty_names import FEW_NASTY_NAMES
from tests.own_sets import offer_to_all
from tests.polling import until

EACH: Final = 30  # images of a class
MADE_OF_A_NAME: Final = """() => [
    ...document.querySelectorAll("[data-testid=stMarkdownContainer] :is(a, img, em, del, i, b, svg, input, hr, pre)"),
    ...document.querySelectorAll("[data-testid=stMarkdownContainer] :is(blockquote, .katex, [role=img], script, sup)"),
    ...document.querySelectorAll("[onerror], .js-plotly-plot text :is(a, [style*=italic]), .js-plotly-plot image"),
    ...[...document.querySelectorAll("img, iframe, source, image, object, a[href*='host.invalid']")].filter((e) => {
        const address = e.src || e.href?.baseVal || e.href || "";
        return address && !/^(data|blob):/.test(address) && !address.startsWith(location.origin);
    }),
].map((e) => e.outerHTML.slice(0, 200))"""
WORDS: Final = """() => [...document.querySelectorAll("#root *")]
    .filter((e) => !["STYLE", "SCRIPT"].includes(e.tagName)).map((e) => e.textContent)"""


@dataclass(frozen=True)
class Nasty:
    """A dataset whose classes have the names, and two runs on it; the first, of a class's name, is looked into."""

    names: tuple[str, ...]
    dataset: str
    title: str
    run: str
    other: str
    run_name: str


def made(store: Store, mnist: ImageData, names: tuple[str, ...]) -> Nasty:
    """Return a dataset of MNIST's images under the names, and two finished runs on it."""
    title, run_name = "<b>![t](http://host.invalid/t.png)</b> $t$", f"{names[1]} <b>run</b> &amp; :smile:"
    spec = create_own(title, names, mnist.spec.image_shape)
    offer_to_all(store, spec.name)
    labels = np.repeat(np.arange(len(names)), EACH)
    places = [
        np.flatnonzero(mnist.train_labels == k % 10)[k // 10 * EACH :][:EACH] for k in range(len(names))
    ]
    add_images(spec.name, mnist.train_images[np.concatenate(places)], labels)
    config = RunConfig(dataset=spec.name, epochs=4, batch_size=20, eval_every=0, learning_rate=0.05)
    configs = (config, replace(config, learning_rate=0.02))
    runs = [
        store.add_finished_run(
            config,
            list(train(load(spec.name), config)),
            name=name,
            note=f"{names[2]}\n{names[0]}",
            tags=[names[2]],
        )
        for name, config in zip((run_name, f"{names[3]} | other"), configs, strict=True)
    ]
    return Nasty(names, spec.name, title, *runs, run_name)


def forget(store: Store, nasty: Nasty) -> None:
    for run_id in (nasty.run, nasty.other):
        store.delete(run_id)
    delete_own(nasty.dataset)


@dataclass
class Looker:
    """Looks at pages as a visitor does, and at all that they ask for."""

    page: Page
    app: App
    nasty: Nasty
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._note)

    def _note(self, request: Request) -> None:
        self.asked.append(request.url)

    def open(self, place: str, **query: str) -> None:
        """Open a page with the nasty run in view."""
        words = "&".join(f"{name}={value}" for name, value in {"run": self.nasty.run, **query}.items())
        self.page.goto(f"{self.app.url}/{place}?{words}")
        expect_rest(self.page, timeout_ms=120_000)

    def sees(self, *texts: str) -> None:
        """Check that the page shows the texts letter by letter, has nothing made of one, and asks no stranger."""
        expect_rest(self.page)

        def missing() -> list[str]:
            shown = "\n".join(self.page.evaluate(WORDS)).replace("\u00a0", " ")
            return [text for text in texts if text not in shown]

        until(lambda: not missing(), f"{texts} on {self.page.url}")
        assert self.page.evaluate(MADE_OF_A_NAME) == []
        ours = urlsplit(self.app.url).netloc
        addresses = [url for url in self.asked if not url.startswith(("data:", "blob:"))]
        assert not [url for url in addresses if urlsplit(url).netloc != ours]

    def sees_names_along(self, axis: str) -> None:
        """Check that the words along the axis of a chart are the names; where there is little room, some of them."""
        words = self.page.locator(f".js-plotly-plot:visible .{axis}tick text")
        few = len(FEW_NASTY_NAMES)
        until(lambda: words.count() >= few, f"words along the axis on {self.page.url}")
        found = words.all_text_contents()
        assert set(found) <= set(self.nasty.names)
        assert len(found) == len(set(found))

    def has_made(self, store: Store) -> None:
        """Have the runs be this visitor's own, who has opened a page before."""
        (cookie,) = (c for c in self.page.context.cookies() if str(c.get("name")).startswith("inkling_"))
        owner = str(cookie.get("value")).partition(".")[0]
        runs = RUNS.c.id.in_([self.nasty.run, self.nasty.other])
        with store.database.write() as connection:
            connection.execute(RUNS.update().where(runs).values(owner=owner))


def expect_no_csv_of_streamlits(page: Page) -> None:
    """Check that a table of people's texts offers no file but this project's: a spreadsheet would compute its cells."""
    page.locator("[data-testid=stDataFrame]:visible").first.hover()
    expect(page.get_by_role("button", name=re.compile("^Search: ")).first).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Download as CSV"))).to_have_count(0)
