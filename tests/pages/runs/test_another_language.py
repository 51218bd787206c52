"""Runs and Search in another language: nothing that a person reads stands outside of the catalogue."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import core.i18n.reader
from core.config.run_config import RunConfig
from core.datasets import CATALOG
from core.i18n.reader import Reader
from core.runs import Store
from core.search import Dimension, Searches, SearchPlan
from pages.server import reader
from tests.pages.runs.test_page import STORY
from tests.pages.runs.test_page import shown as texts_of
from tests.pseudo import LANGUAGE, words_outside, write_pseudo_catalogue

CONFIG = RunConfig(train_size=1_000, epochs=2)
TITLES = re.findall(r"[^\W\d_]+", " ".join(spec.title for spec in CATALOG.values()))
KNOWN = frozenset({"MNIST", "MLP", "good", "other", "Two", "sizes", *TITLES, "compare", "arrow", "back"})
WIDGETS = (
    "button",
    "selectbox",
    "multiselect",
    "text_input",
    "text_area",
    "number_input",
    "toggle",
    "radio",
    "slider",
)


@pytest.fixture(autouse=True)
def another_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pseudo_catalogue(tmp_path / "locales")
    monkeypatch.setenv("INKLING_LOCALES", str(tmp_path / "locales"))
    monkeypatch.setattr(
        core.i18n.reader, "_find_reader", core.i18n.reader._find_reader
    )  # as it was, afterwards
    monkeypatch.setattr(reader, "_viewer", lambda: Reader(LANGUAGE))


def outside(app: AppTest, page: str, **query: str) -> dict[str, list[str]]:
    """Return {text: its words that nobody could translate} of a page."""
    texts_of(app, page, **query)
    main = app.main
    blocks = [
        *main.markdown,
        *main.caption,
        *main.warning,
        *main.error,
        *main.info,
        *main.subheader,
        *main.title,
    ]
    texts = [block.value for block in blocks]
    for kind in WIDGETS:
        for widget in main.get(kind):
            texts += [
                widget.label,
                getattr(widget, "help", "") or "",
                getattr(widget, "placeholder", "") or "",
            ]
            texts += getattr(widget, "options", [])
    plain = [re.sub(r":color\[(.+?)\]\{\}", r"\1", text.replace("&#10214;", "⟦")) for text in texts]
    for _deeper in range(2):  # sentences in sentences in sentences
        plain = [re.sub(r"(?<=⟦)([^⟦⟧]*)⟦[^⟦⟧]*⟧", r"\1", text) for text in plain]
    return {text: words for text in plain if (words := words_outside(text, KNOWN))}


def two_runs(store: Store) -> list[str]:
    return [store.add_finished_run(CONFIG, STORY, name=name) for name in ("good", "other")]


def test_the_list(app: AppTest, store: Store) -> None:
    two_runs(store)
    assert outside(app, "runs/page.py") == {}


def test_a_comparison(app: AppTest, store: Store) -> None:
    assert outside(app, "runs/page.py", compare=",".join(two_runs(store))) == {}


def test_a_search(app: AppTest, store: Store) -> None:
    plan = SearchPlan(CONFIG, (Dimension("batch_size", ("50", "100")),), sampler="grid")
    search_id = Searches(store).create(plan, name="Two sizes")
    assert outside(app, "search/page.py") == {}
    store.add_finished_run(CONFIG, STORY, name="#1 · Two sizes", group_id=search_id)
    assert outside(app, "search/page.py", search=search_id) == {}
