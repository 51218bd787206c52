"""The Data page: what it says of the images, counted here by hand."""

import threading
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.insight import embedding_cache
from core.insight.embedding import MAPS
from core.protocol.events import Evaluated, Finished, Started
from core.runs import Store
from pages.data import embedding_job, embedding_map
from pages.server import background, services
from tests.pages.finished_runs import finished_run, shown, words
from tests.polling import until


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ("Gallery", "Images 1 to 60 of 10,000."),
        ("Classes", "has the most images"),
        ("Pixels", "of all pixel values are 0 (black)"),
        ("Map", "2,000 images placed by PCA: by the two directions"),
        ("Typical and unusual", "The most unusual, image"),
        ("Duplicates and doubts", "There are no exact duplicates"),
    ],
)
def test_every_section_is_drawn(
    app: AppTest, store: Store, mnist: ImageData, section: str, says: str
) -> None:
    run_id = finished_run(store, mnist, train_size=200)
    app.session_state["data_section"] = section
    assert says in shown(app, "data", run_id)


def test_without_a_run_the_images_are_shown_all_the_same(app: AppTest, store: Store) -> None:  # noqa: ARG001
    text = shown(app, "data")
    assert "No run is selected. These are all images of MNIST." in text
    assert "Images 1 to 60 of 10,000." in text


@pytest.mark.parametrize("section", ["Gallery", "Duplicates and doubts"])
def test_a_finished_run_whose_weights_were_not_kept_has_no_answers_to_show(
    app: AppTest, store: Store, section: str
) -> None:
    told = [Started(0, 1, 1, 200, "test", 10_000, 7_850, "closed-form", 1), Evaluated(1, "test", 0.9, 0.8)]
    run_id = store.add_finished_run(RunConfig(train_size=200), [*told, Finished(1, "finished", 1.0)])
    app.session_state["data_section"] = section
    text = shown(app, "data", run_id)
    assert "Images 1 to 60 of 10,000." in text or "There are no exact duplicates" in text
    assert "the selected run contradicts" not in text
    assert not [choice for choice in app.get("button_group") if choice.proto.label == "Predictions"]


def test_wrong_answers_of_a_class_are_counted_and_paged(app: AppTest, store: Store, mnist: ImageData) -> None:
    run_id = finished_run(store, mnist, train_size=200)
    logits = store.logits(run_id)
    assert logits is not None
    wrong = int(((logits.argmax(axis=1) != mnist.test_labels) & (mnist.test_labels == 5)).sum())
    assert wrong > 60
    app.session_state["data_class_mnist"] = 5
    app.session_state["data_answers"] = "wrong"
    assert f"Images 1 to 60 of {wrong:,} labelled 5." in shown(app, "data", run_id)
    next(n for n in app.number_input if n.label.startswith("Page")).set_value(2).run()
    assert f"Images 61 to {min(120, wrong)} of {wrong:,} labelled 5." in words(app)


def test_the_split_is_the_runs_own(app: AppTest, store: Store, mnist: ImageData) -> None:
    run_id = finished_run(store, mnist, train_size=1_000, validation_size=500, seed=3)
    app.session_state["data_section"] = "Classes"
    text = shown(app, "data", run_id)
    assert (
        "This run trains on 1,000 images. During training it is evaluated on 500 validation images, at the end on"
        in text
    )
    assert "on 10,000 test images. It never learns from either. Seed 3 always" in text


def test_an_image_is_shown_as_its_numbers(app: AppTest, store: Store, mnist: ImageData) -> None:  # noqa: ARG001
    text = shown(app, "data")
    first = mnist.test_images[0]
    assert f"{np.count_nonzero(first):,} of its 784 pixel values are above 0" in text
    assert text.count("<td style") == 784
    assert f">{first.max()}</td>" in text


@pytest.fixture
def surveyed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return an empty folder that surveys are kept in, beside the session's images."""
    kept = embedding_cache.cache_path

    def path(data: ImageData, kind: str, data_dir: Path) -> Path:  # noqa: ARG001
        return kept(data, kind, tmp_path)

    monkeypatch.setattr(embedding_cache, "cache_path", path)
    return tmp_path


def test_every_map_on_offer_is_one_that_can_be_made() -> None:
    assert set(embedding_map.METHODS) == set(MAPS)
    assert set(embedding_job.EXPECTED_S) == set(embedding_cache.KINDS) >= set(MAPS) - {"pca"}


def test_a_map_by_t_sne_is_computed_once_asked_for_and_said_to_be_one(
    app: AppTest, store: Store, fashion: ImageData, surveyed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding_cache, "MAPPED", 60)
    started, may_end = [], threading.Event()

    class Done:
        """A process that does its work once it may."""

        returncode = 0

        def communicate(self) -> tuple[str, str]:
            may_end.wait(60)
            embedding_cache.make(fashion, "tsne", surveyed)
            return "", ""

    monkeypatch.setattr(embedding_cache, "start", lambda *what: started.append(what) or Done())
    run_id = finished_run(store, fashion, train_size=200)
    app.session_state["data_section"], app.session_state["map_method"] = "Map", "tsne"
    assert "This is computed once and then kept" in shown(app, "data", run_id)
    next(b for b in app.button if b.label == "Compute").click().run()
    assert not app.exception, app.exception
    assert started == [("fashion_mnist", "tsne", services.settings().data_dir)]
    assert "Computing. This takes about 15 s" in words(app)
    assert background.is_under_way("tsne-fashion_mnist"), "what the page follows"
    may_end.set()
    until(lambda: not background.is_under_way("tsne-fashion_mnist"), "the map")
    app.run()
    assert "60 images laid out by t-SNE, which keeps similar images close together" in words(app)
    assert not [b for b in app.button if b.label in ("Compute", "Stop")]


@pytest.mark.parametrize(
    ("kind", "section", "key", "value"),
    [
        ("tsne", "Map", "map_method", "tsne"),
        ("neighbours", "Duplicates and doubts", "doubt_split", "train"),
    ],
)
def test_a_damaged_survey_is_offered_anew(
    app: AppTest, store: Store, mnist: ImageData, surveyed: Path, kind: str, section: str, key: str, value: str
) -> None:  # fmt: skip
    path = embedding_cache.cache_path(mnist, kind, surveyed)
    path.parent.mkdir()
    path.write_bytes(b"PK\x03\x04 half a file")
    app.session_state["data_section"], app.session_state[key] = section, value
    text = shown(app, "data", finished_run(store, mnist, train_size=200))
    assert "This is computed once and then kept" in text
    assert not path.exists()
