"""What pages compute for long, and what they export, is done at the visitor's turn, and once it is kept needs none."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.access.rules import Actor, Role
from core.datasets import ImageData
from core.insight import embedding_cache
from core.runs import Store
from core.runs.own_datasets import OwnDatasets
from pages.data import embedding_job
from pages.draw import model_choice
from pages.server import turns
from pages.server.background import begin
from tests.pages.conftest import ME
from tests.pages.finished_runs import finished_run, shown, words
from tests.polling import until


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Return what turns are taken, (kind, whose)."""
    taken: list[tuple[str, str]] = []

    def noted(kind: str) -> None:
        kept = getattr(turns.TURNS, kind)

        @contextmanager
        def hold(whose: str, *more: object) -> Iterator[None]:
            taken.append((kind, whose))
            with kept(whose, *more):
                yield

        monkeypatch.setattr(turns.TURNS, kind, hold)

    noted("turn")
    noted("file_turn")
    return taken


@pytest.mark.parametrize(
    ("page", "state", "count"),
    [
        ("data", {"data_section": "Map"}, 1),
        ("data", {"data_section": "Typical and unusual"}, 1),
        ("data", {"data_section": "Duplicates and doubts"}, 1),
        ("evaluate", {"evaluate_section": "How it breaks"}, 1),
        ("train", {}, 0),
    ],
)
def test_long_computations(
    app: AppTest, store: Store, mnist: ImageData, held: list[tuple[str, str]], page: str, state: dict[str, str],
    count: int,
) -> None:  # fmt: skip
    run_id = finished_run(store, mnist, train_size=200)
    for key, value in state.items():
        app.session_state[key] = value
    shown(app, page, run_id)
    assert held == [("turn", ME)] * count
    app.run()
    assert len(held) == count, "what is kept waits for nobody"


def test_what_knows_the_images_of_a_model(
    app: AppTest, store: Store, mnist: ImageData, held: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_choice, "detector_of", lambda *_: None)
    shown(app, "draw", finished_run(store, mnist, train_size=200))
    until(lambda: ("turn", ME) in held, "the turn")


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], bytes]]:
    """Return what makes the file of each download button that is drawn, filled as they are."""
    found, offer = {}, st.download_button

    def noted(label: str, **how: Any) -> bool:
        found[label] = how["data"]
        return offer(label, **how)

    monkeypatch.setattr(st, "download_button", noted)
    return found


def test_exports(
    app: AppTest,
    store: Store,
    mnist: ImageData,
    held: list[tuple[str, str]],
    offered: dict[str, Callable[[], bytes]],
) -> None:
    run_id = finished_run(store, mnist, train_size=200)
    app.session_state["selected_runs"] = [run_id]
    shown(app, "runs", run_id)
    made = begin(offered["Download"], "export").result(120)
    assert b"import torch" in made
    assert held == [("file_turn", ME)]


def test_the_zip_of_a_dataset_of_ones_own(
    app: AppTest, store: Store, held: list[tuple[str, str]], offered: dict[str, Callable[[], bytes]]
) -> None:
    OwnDatasets(store.acting_as(Actor(Role.VISITOR, ME))).create("Ours", ("a", "b"), (1, 28, 28))
    app.session_state["data_section"] = "Mine"
    shown(app, "data")
    assert begin(offered["Download as a ZIP"], "export").result(120).startswith(b"PK")
    assert held == [("file_turn", ME)]


class Endless:
    """A process that computes until it is told to end."""

    returncode = 0

    def __init__(self) -> None:
        self.may_end = threading.Event()

    def communicate(self) -> tuple[str, str]:
        self.may_end.wait(120)
        return "", ""

    def terminate(self) -> None:
        self.may_end.set()


@pytest.mark.parametrize(("owner", "most"), [("another", "1"), (ME, "2")])
def test_one_more_map_waits_until_another_is_made(
    app: AppTest, store: Store, mnist: ImageData, monkeypatch: pytest.MonkeyPatch, owner: str, most: str, tmp_path
) -> None:  # fmt: skip
    monkeypatch.setenv("INKLING_COSTLY_AT_ONCE", most)
    st.cache_resource.clear()
    monkeypatch.setattr(embedding_cache, "cache_path", lambda _data, kind, _dir: tmp_path / kind)
    started: list[Endless] = []
    monkeypatch.setattr(embedding_cache, "start", lambda *_: started.append(Endless()) or started[-1])
    first = Endless()
    said = begin(lambda: first.communicate()[1], "tsne-fashion_mnist")
    embedding_job._jobs()["elsewhere"] = embedding_job.PrecomputeJob(owner, "tsne-fashion_mnist", first, said)  # type: ignore[arg-type]
    app.session_state["data_section"], app.session_state["map_method"] = "Map", "tsne"
    text = shown(app, "data", finished_run(store, mnist, train_size=200))
    assert "This one can be started as soon as" in text
    assert not [button for button in app.button if button.label == "Compute"]
    first.terminate()
    until(said.done, "the other map")
    app.run()
    next(button for button in app.button if button.label == "Compute").click().run()
    assert len(started) == 1
    assert "Computing. This takes about" in words(app)
    assert [button.label for button in app.button if button.label == "Stop"] == ["Stop"]
    embedding_job._jobs()[str(tmp_path / "tsne")].owner = "another"
    app.run()
    assert not [button for button in app.button if button.label == "Stop"], (
        "another's work is not to be stopped"
    )
    started[0].terminate()
