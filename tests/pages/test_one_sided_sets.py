"""Every page for runs on datasets that lack something, or have changed or gone since: each opens and says so."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config.run_config import RunConfig
from core.datasets import DatasetSpec, UnknownDataset, load
from core.datasets.user_datasets import delete_own
from core.i18n.number_format import percent
from core.protocol.events import Diverged, Evaluated, Event, Started
from core.runs import Store
from core.runs.run_groups import new_group_id
from tests.one_sided_sets import CHANGES, SETS, SMALL, brought, drawn, emptied, run_on, said_on
from tests.own_sets import give
from tests.pages.another_language import opened, outside, texts
from tests.pages.conftest import ME
from tests.pages.draw.conftest import pad
from tests.pages.finished_runs import words
from tests.pages.runs_in_states import run_in

__all__ = ["pad"]

EVALUATE = ("Mistakes", "Classes", "Confidence", "How it breaks", "Published figures")
DATA = ("Gallery", "Classes", "Pixels", "Map", "Typical and unusual", "Duplicates and doubts")
WEIGHTS = {
    "softmax": ("time", "two_classes", "arithmetic", "step", "edit"),
    "mlp": ("time", "hidden_units", "step"),
    "cnn": ("time", "feature_maps", "step"),
}
NO_TEST = "has no test images, so no test accuracy can be given"
GONE = "It may have been deleted"


@pytest.fixture
def made(store: Store) -> Iterator[Callable[[Callable[[], DatasetSpec]], DatasetSpec]]:
    """Return what makes a dataset for this test alone, which is the visitor's."""
    names = []

    def make(how: Callable[[], DatasetSpec]) -> DatasetSpec:
        spec = how()
        give(store, spec.name, ME)
        names.append(spec.name)
        return spec

    yield make
    for name in names:
        with suppress(UnknownDataset):
            delete_own(name)


def visited(app: AppTest, run_id: str, model: str = "softmax") -> dict[str, str]:
    """Return the words of every page and section for the run, by "page section"."""
    sections = [
        *[("evaluate", "evaluate_section", name) for name in EVALUATE],
        *[("data", "data_section", name) for name in DATA],
        *[("weights", f"weights_section_{model}", name) for name in WEIGHTS[model]],
        *[("draw", "draw_source_4", name) for name in ("test", "canvas")],
        *[(page, "", "") for page in ("runs", "search")],
    ]
    app.query_params["run"] = run_id
    app.session_state["selected_runs"] = [run_id]
    app.run()
    app.switch_page("train/page.py").run()
    said = {"train": _read(app, "train")}
    for page, key, section in sections:
        if key:
            app.session_state[key] = section
        app.switch_page(f"{page}/page.py").run()
        said[f"{page} {section}".strip()] = _read(app, f"{page} {section}")
    return said


def _read(app: AppTest, where: str) -> str:
    assert not app.exception, (where, app.exception)
    assert not [text for text in texts(app) if re.search(r"\bnan\b", text, re.IGNORECASE)], where
    return words(app)


@pytest.mark.usefixtures("pad")
@pytest.mark.parametrize(
    "model",
    ["softmax", *(pytest.param(name, marks=pytest.mark.long) for name in WEIGHTS if name != "softmax")],
)
@pytest.mark.parametrize("kind", SETS)
def test_every_page_opens(app: AppTest, store: Store, made: Callable, kind: str, model: str) -> None:
    spec = made(SETS[kind])
    said = visited(app, run_on(store, spec, model=model), model)
    for place, text in said.items():
        needs_tests = place.split()[0] in ("train", "evaluate") or place in (
            "weights two_classes", "weights arithmetic", "weights edit", "weights hidden_units", "weights feature_maps",
        )  # fmt: skip
        assert (NO_TEST in text) == (needs_tests and not spec.test_size), place
        assert not re.search(r"(accuracy</dt><dd>|recognises )0\.0%", text), place
    if not spec.test_size:
        assert "has no test images yet" in said["draw test"]
        assert "A map needs at least two" in said["data Map"] or spec.train_size > 1


CHANGED = {  # what happens to the dataset -> page -> what it says then
    "grown": {
        "train": "have changed since this run was tested",
        "evaluate Mistakes": "of 62 images",
        "data Gallery": "of 62.",
        "weights step": "A single step can be seen while a run is paused",
    },
    "shrunk": {
        "train": "have changed since this run was tested",
        "evaluate Mistakes": "of 40 images",
        "weights arithmetic": "The pixels add up to",
    },
    "no training images": {
        "train": "of 60 images",
        "evaluate Mistakes": "of 60 images",
        "data Classes": "There are no training images.",
        "data Pixels": "There are no training images.",
        "data Map": "A map needs at least two",
        "data Typical and unusual": "There are no images of left.",
    },
    "no test images": {
        "train": NO_TEST,
        "evaluate Mistakes": NO_TEST,
        "data Gallery": "There are no images here.",
    },
    "no images": {
        "train": NO_TEST,
        "evaluate Mistakes": NO_TEST,
        "data Pixels": "There are no training images.",
    },
    "one class": dict.fromkeys(
        ("train", "evaluate Mistakes", "data Gallery", "weights time"), "fewer than two classes"
    ),
    "deleted": dict.fromkeys(("train", "evaluate Mistakes", "data Gallery", "weights time"), GONE),
}


@pytest.mark.usefixtures("pad")
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(name, marks=[pytest.mark.long] if name in ("grown", "no images") else [])
        for name in CHANGES
    ],
)
def test_a_run_opens_on_every_page_whatever_became_of_its_dataset(
    app: AppTest, store: Store, made: Callable, change: str
) -> None:
    spec = made(SETS["two classes"])
    run_id = run_on(store, spec, validation_size=4)
    before = visited(app, run_id)
    assert "of 60 images" in before["train"]
    app.session_state[f"arithmetic_{spec.name}"] = 59  # the last test image, which may go
    CHANGES[change](spec.name)
    said = visited(app, run_id)
    assert {place: text for place, text in CHANGED[change].items() if text not in said[place]} == {}


def test_a_paused_run_whose_training_images_changed_shows_no_step(
    app: AppTest, store: Store, made: Callable
) -> None:

    spec = made(SETS["two classes"])
    run_id = run_in(store, "paused", load(spec.name), train_size=0, eval_every=1, batch_size=4)
    app.session_state["weights_section_softmax"] = "step"
    app.query_params["run"] = run_id
    app.run()
    assert "Take the step" in [b.label for b in app.switch_page("weights/page.py").run().button]
    CHANGES["grown"](spec.name)
    app.run()
    assert "The training images of “Two classes” have changed since this run began." in words(app)
    assert not app.exception


def test_runs_on_a_changed_dataset_are_not_compared_by_old_scores(
    app: AppTest, store: Store, made: Callable
) -> None:
    spec = made(SETS["two classes"])
    runs = [run_on(store, spec, learning_rate=rate) for rate in (1e-6, 0.1)]
    app.query_params.update({"run": runs[0], "compare": ",".join(runs)})
    app.run()
    app.switch_page("runs/page.py").run()
    assert "Images that only one run gets right" in words(app)
    for change in ("grown", "no images", "deleted"):
        CHANGES[change](spec.name)
        app.run()
        assert not app.exception, change
        assert "Images that only one run gets right" not in words(app), change


def test_a_run_of_an_earlier_version_on_a_dataset_without_test_images_opens(
    app: AppTest, store: Store, made: Callable
) -> None:
    """It took the score of no images for one that was no finite number: the run was over before its first step."""
    spec = made(lambda: brought("train-only"))
    story: list[Event] = [
        Started(0, 16, 8, 40, "test", 0, 1570, "closed-form", 1),
        Diverged(0, 0.0, "The loss stopped being a finite number at step 0.", "Try a smaller learning rate."),
    ]
    said = visited(app, store.add_finished_run(RunConfig(dataset=spec.name), story))
    assert "The loss stopped being a finite number at step 0." in said["train"]
    nan = Evaluated(0, "test", float("nan"), float("nan"), np.zeros(0, np.int64))
    visited(app, store.add_finished_run(RunConfig(dataset=spec.name), [story[0], nan, story[1]]))


def test_a_dataset_without_training_images_cannot_be_trained_on_from_the_page(
    app: AppTest, made: Callable
) -> None:
    spec = made(lambda: brought("test-only"))
    app.run()
    dataset = next(box for box in app.sidebar.selectbox if box.label == "Dataset")
    dataset.select(spec.name).run()
    assert not app.exception
    said = "“test-only” has no training images. Add some to it, or choose another dataset."
    assert said in [error.value for error in app.sidebar.error]
    assert "One setting is invalid. See the settings." in words(app)


def test_an_address_with_such_a_dataset_is_refused_in_words(app: AppTest, made: Callable) -> None:
    spec = made(lambda: brought("test-only"))
    app.query_params["dataset"] = spec.name
    app.run()
    assert "“test-only” has no training images. Add some to it" in words(app)
    assert app.session_state.config.dataset == "mnist"


def test_runs_are_not_repeated_on_a_dataset_that_was_emptied_or_deleted(
    app: AppTest, store: Store, made: Callable
) -> None:
    spec = made(lambda: drawn("Once there", (4, 4), (2, 2)))
    run_id = run_on(store, spec)
    emptied(spec.name, "train")
    app.query_params["run"] = run_id
    app.session_state["selected_runs"] = [run_id]
    app.run()
    app.switch_page("runs/page.py").run()
    count = len(store.list())

    def again() -> str:
        next(button for button in app.button if button.label == "Run again").click().run()
        assert not app.exception
        return words(app)

    assert "“Once there” has no training images." in again()
    delete_own(spec.name)
    assert GONE in again()
    assert len(store.list()) == count


@pytest.mark.usefixtures("pad")
@pytest.mark.parametrize("change", ["", "grown", "no images", "deleted"])
def test_what_is_missing_is_said_in_the_reader_s_language(
    foreign: AppTest, store: Store, made: Callable, change: str
) -> None:
    spec = made(SETS["two classes" if change else "train-only"])
    run_id = run_on(store, spec)
    if change:
        CHANGES[change](spec.name)
    typed = (store.get(run_id).name, spec.title, *spec.class_names, spec.name)
    places = [
        ("train", ""),
        ("evaluate", "Classes"),
        ("data", "Classes"),
        ("data", "Map"),
        ("weights", "arithmetic"),
    ]
    for page, section in places:
        key = "weights_section_softmax" if page == "weights" else f"{page}_section"
        foreign.session_state[key] = section
        opened(foreign, page, run_id)
        assert outside(foreign, *typed) == [], (page, section)


def test_rates_tried_at_once_without_test_images_are_told_by_their_training_accuracy(
    app: AppTest, store: Store, made: Callable
) -> None:
    spec, group = made(lambda: brought("train-only")), new_group_id()
    ids = []
    for rate in (0.01, 0.1):
        config = RunConfig(**{**SMALL, "dataset": spec.name, "learning_rate": rate})  # type: ignore[arg-type]
        ids.append(store.add_finished_run(config, said_on(config), group_id=group))
    app.query_params["run"] = ids[0]
    app.run()
    assert not app.exception
    share = percent(store.get(ids[1]).train_accuracy)
    assert [text for text in texts(app) if f"Learning rate 0.1: {share} of its training images." in text]


def test_a_class_without_images_has_a_dash_for_its_shares(app: AppTest, store: Store, made: Callable) -> None:
    run_id = run_on(store, made(SETS["other classes"]))
    app.session_state["evaluate_section"] = "Classes"
    app.query_params["run"] = run_id
    app.run()
    (table,) = app.switch_page("evaluate/page.py").run().dataframe
    assert table.proto.placeholder == "–"
    assert list(table.value["recall"].isna()) == list(table.value["F1"].isna()) == [True, False]
