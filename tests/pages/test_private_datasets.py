"""Every page for a visitor who opens another's run by its link, while its images are private, shared, taken back."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.access.rules import Actor, Role
from core.config.run_config import RunConfig
from core.datasets import CATALOG, DatasetSpec, ImageData, PrivateDataset, dataset_spec, load
from core.runs import Store
from core.runs.dataset_rights import LINK, PRIVATE
from core.runs.own_datasets import OwnDatasets
from pages.components import captioned_figure
from pages.server import services
from tests.one_sided_sets import SETS, run_on
from tests.own_sets import give
from tests.pages.conftest import ME
from tests.pages.draw.conftest import pad
from tests.pages.finished_runs import recorded_events, shown, words
from tests.pages.runs_in_states import run_in
from tests.pages.test_one_sided_sets import DATA, EVALUATE, WEIGHTS, visited

__all__ = ["pad"]

THEM = "them"  # whose the images and the run are
PRIVATELY = "somebody else's own"


@pytest.fixture
def theirs(store: Store) -> tuple[DatasetSpec, str]:
    """Return a dataset of somebody else's, and a run of theirs on it."""
    spec = SETS["two classes"]()
    give(store, spec.name, THEM)
    run_id = run_on(store, spec, validation_size=4)
    _belongs_to(store, run_id, THEM)
    return dataset_spec(spec.name), run_id


def _belongs_to(store: Store, run_id: str, owner: str) -> None:
    with store.database.write() as connection:
        connection.exec_driver_sql("UPDATE runs SET owner = ? WHERE id = ?", (owner, run_id))


def share(store: Store, spec: DatasetSpec, audience: str) -> None:
    OwnDatasets(store.acting_as(Actor(Role.VISITOR, THEM))).share(spec.name, audience)


NOT_SHARED = "The images of this dataset are somebody else's own, and not shared."
LOOK_INSIDE = (  # pages and sections that are about the images
    *(f"evaluate {section}" for section in EVALUATE),
    *(f"data {section}" for section in DATA),
    *(f"weights {section}" for section in WEIGHTS["softmax"]),
)
SAID = dict.fromkeys(LOOK_INSIDE, NOT_SHARED) | {
    "train": "The images it is tested on are somebody else's own and not shared, so none is shown.",
    "draw test": "The test images are somebody else's own and not shared. Choose another source above.",
    "runs": "It learned from somebody else's own images, which are not shared, so it cannot be run again here.",
    "search": "This run learned from somebody else's own images, which are not shared.",
}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the datasets whose images a page has had, filled as they are."""
    names, load = [], services.image_data

    def noted(name: str) -> ImageData:
        names.append(name)
        return load(name)

    monkeypatch.setattr(services, "image_data", noted)
    return names


@pytest.mark.usefixtures("pad")
def test_each_page_says_in_one_sentence_that_the_images_are_private_and_has_none(
    app: AppTest, store: Store, theirs: tuple[DatasetSpec, str], opened: list[str]
) -> None:
    spec, run_id = theirs
    said = visited(app, run_id)
    assert spec.name not in opened
    assert {place: text for place, text in SAID.items() if text not in said[place]} == {}
    assert re.search(r"It recognises [\d.]+% of 60 images it had never seen\.\*\*", said["train"])
    for place, text in said.items():
        assert text.count(PRIVATELY) == (place in SAID), (place, text)
    share(store, spec, LINK)
    shared = visited(app, run_id)
    assert spec.name in opened
    assert [place for place, text in shared.items() if PRIVATELY in text] == []
    assert "Images 1 to" in shared["data Gallery"]
    share(store, spec, PRIVATE)
    opened.clear()
    assert visited(app, run_id) == said
    assert spec.name not in opened


@pytest.mark.parametrize("page", ["train", "weights", "evaluate", "data", "draw", "runs", "search"])
@pytest.mark.usefixtures("pad")
def test_what_is_taken_back_is_gone_from_a_page_that_stands(
    app: AppTest, store: Store, theirs: tuple[DatasetSpec, str], opened: list[str], page: str
) -> None:
    spec, run_id = theirs
    share(store, spec, LINK)
    app.session_state["draw_source_4"] = "test"
    app.session_state["selected_runs"] = [run_id]
    assert PRIVATELY not in shown(app, page, run_id)
    share(store, spec, PRIVATE)
    opened.clear()
    app.run()
    assert not app.exception
    assert words(app).count(PRIVATELY) == 1
    assert spec.name not in opened


def test_files_of_their_images_are_not_made_once_they_are_taken_back(
    app: AppTest, store: Store, theirs: tuple[DatasetSpec, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that stands open keeps the buttons that make them."""
    spec, run_id = theirs
    files: dict[str, Callable[[], bytes]] = {}
    monkeypatch.setattr(
        captioned_figure.st, "download_button", lambda _label, data, key, **_how: files.update({key: data})
    )
    share(store, spec, LINK)
    app.session_state["data_section"] = "Gallery"
    shown(app, "data", run_id)
    assert set(files) == {"png_gallery", "csv_gallery", "csv_numbers"}
    before = {key: make() for key, make in files.items()}
    assert before["png_gallery"].startswith(b"\x89PNG")
    share(store, spec, PRIVATE)
    for key, make in files.items():
        assert make() != before[key]
        assert PRIVATELY in make().decode(), key


@pytest.mark.parametrize("page", ["weights", "evaluate", "data"])
def test_there_is_a_way_on(app: AppTest, theirs: tuple[DatasetSpec, str], page: str) -> None:
    shown(app, page, theirs[1])
    assert "Train on another dataset" in [link.proto.label for link in app.get("page_link")]


def test_a_part_of_a_page_that_stands_says_so_with_a_way_on(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawn anew by itself, a part asks for its images without the page around it."""
    error = PrivateDataset("Not shared.", "Ask for it.")

    def draw(*_: object) -> None:
        raise error

    monkeypatch.setattr("pages.data.gallery.show_gallery", draw)
    assert "Not shared. Ask for it." in shown(app, "data")
    assert not app.error
    assert "Train on another dataset" in [link.proto.label for link in app.get("page_link")]


def test_a_run_in_training_is_watched_without_its_images(
    app: AppTest, store: Store, theirs: tuple[DatasetSpec, str], opened: list[str]
) -> None:
    spec, _run_id = theirs
    run_id = run_in(store, "paused", load(spec.name), train_size=0, eval_every=1, batch_size=4)
    _belongs_to(store, run_id, THEM)
    said = shown(app, "train", run_id)
    assert SAID["train"] in said
    assert spec.name not in opened


def test_runs_are_compared_without_their_images(
    app: AppTest, store: Store, theirs: tuple[DatasetSpec, str], opened: list[str]
) -> None:
    spec, run_id = theirs
    other = run_on(store, spec, learning_rate=1e-6)
    said = shown(app, "runs", run_id, compare=f"{run_id},{other}")
    assert "Images that are somebody else's own and not shared are not compared." in said
    assert {"Weights", "Final results"} <= {heading.value for heading in app.subheader}
    assert "Images that only one run gets right" not in said
    assert spec.name not in opened


def test_a_search_does_not_begin_from_their_images(app: AppTest, theirs: tuple[DatasetSpec, str]) -> None:
    shown(app, "search", theirs[1])
    assert app.button(key="start_search").disabled
    app.radio(key="search_base").set_value("default").run()
    assert not app.button(key="start_search").disabled
    assert PRIVATELY not in words(app)


@pytest.mark.usefixtures("pad")
@pytest.mark.parametrize("owner", [ME, THEM])
def test_whose_drawings_a_model_learned_from_is_said_as_it_is(app: AppTest, store: Store, owner: str) -> None:
    own = OwnDatasets(store.acting_as(Actor(Role.VISITOR, owner)))
    mixed = own.create("Drawn", CATALOG["mnist"].class_names, (1, 28, 28))
    labels = [*range(10)] * 2
    own.add_images(mixed.name, np.zeros((20, 1, 28, 28), np.uint8), labels)
    config = RunConfig(mix_in=mixed.name, train_size=200)
    told = recorded_events(load("mnist"), RunConfig(train_size=200, epochs=1, eval_every=0))
    run_id = store.add_finished_run(config, told, owner=owner)
    said = shown(app, "draw", run_id)
    assert ("on your own images" in said) == (owner == ME)
    assert ("on somebody's own images" in said) == (owner == THEM)
