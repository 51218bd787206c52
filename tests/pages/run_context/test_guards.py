"""Runs in odd states on the pages that look inside: each has one sentence and one way on, and none an error."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config.run_config import RunConfig
from core.datasets import ImageData, load
from core.datasets.user_datasets import add_images, create_own, delete_own
from core.protocol.events import Diverged, Evaluated, Failed, Finished, Started, Weights
from core.runs import Store
from tests.own_sets import give
from tests.pages.conftest import ME
from tests.pages.finished_runs import recorded_events, shown

STARTED = Started(0, 20, 20, 2_000, "test", 10_000, 7_850, "closed-form", 1)
PAGES = ("weights", "evaluate", "data")


def weights(step: int, value: float, keep: bool = True, dataset_size: int = 784) -> Weights:
    linear = np.full((10, dataset_size), value, np.float32)
    return Weights(step, {"linear.weight": linear, "linear.bias": np.zeros(10, np.float32)}, keep=keep)


def ways_on(app: AppTest) -> list[str]:
    return [
        link.proto.label for link in app.get("page_link") if link.proto.page == ""
    ]  # the first page has no name


@pytest.mark.parametrize("page", ["weights", "evaluate"])
@pytest.mark.parametrize("dataset", ["mnist", "fashion_mnist"])
def test_a_queued_run_waits_and_says_so(app: AppTest, store: Store, page: str, dataset: str) -> None:
    text = shown(app, page, store.create(RunConfig(dataset=dataset)))
    assert "still in the queue. Its weights appear here after its first step." in text
    assert ways_on(app) == ["Show its progress"]


@pytest.mark.parametrize("page", ["weights", "evaluate"])
def test_a_run_that_failed_before_its_first_step_says_why(app: AppTest, store: Store, page: str) -> None:
    failed = Failed(0, "user_error", "The disk is full.", "Free some room.")
    run_id = store.add_finished_run(RunConfig(dataset="fashion_mnist"), [STARTED, failed])
    assert "This run has no weights to show. The disk is full." in shown(app, page, run_id)
    assert ways_on(app) == ["Train again"]


@pytest.mark.parametrize("page", PAGES)
def test_a_run_that_diverged_is_judged_by_no_number(app: AppTest, store: Store, page: str) -> None:
    run_id = store.add_finished_run(
        RunConfig(dataset="fashion_mnist"),
        [STARTED, weights(3, np.nan), Diverged(3, 0.1, "No number any more.", "Try a tenth.")],
    )
    text = shown(app, page, run_id)
    if page == "data":  # the images are what they are
        assert "Images 1 to 60 of 10,000." in text
    else:
        assert "run diverged" in text
        assert "Try a tenth." in text
        assert ways_on(app) == ["Train with a smaller learning rate"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("dataset", ["kmnist", "own:gone"])
def test_a_run_whose_images_are_missing_offers_others(
    app: AppTest, store: Store, page: str, dataset: str
) -> None:
    run_id = store.add_finished_run(
        RunConfig(dataset=dataset), [STARTED, weights(3, 0.5), Finished(3, "finished", 1.0)]
    )
    shown(app, page, run_id)
    assert ways_on(app) == ["Train on another dataset"]


def test_a_run_whose_images_are_gone_breaks_no_page(app: AppTest, store: Store) -> None:
    run_id = store.add_finished_run(
        RunConfig(dataset="own:gone"), [STARTED, weights(3, 0.5), Finished(3, "finished", 1.0)]
    )
    app.query_params["run"] = run_id
    app.run()
    assert not app.exception, app.exception
    assert "gone" in app.error[0].value


@pytest.mark.parametrize("page", PAGES)
def test_a_run_without_snapshots_is_looked_into_by_its_newest_weights(
    app: AppTest, store: Store, page: str
) -> None:
    ended = [Evaluated(3, "test", 2.3, 0.1), Finished(3, "stopped", 1.0)]
    run_id = store.add_finished_run(
        RunConfig(dataset="fashion_mnist"), [STARTED, weights(3, 0.5, keep=False), *ended]
    )
    text = shown(app, page, run_id)
    if page == "weights":
        assert "No earlier weights of this run were kept" in text
        assert "**After step 3**" in text


@pytest.fixture(scope="module")
def shapes(mnist: ImageData, data_folder: Path) -> Iterator[ImageData]:
    """Return a dataset of one's own with three classes and 300 images, for as long as these tests last."""
    made = create_own("Three shapes", ["ring", "bar", "swan"], (1, 28, 28), data_folder)
    few = np.flatnonzero(mnist.train_labels < 3)[:300]
    add_images(made.name, mnist.train_images[few], mnist.train_labels[few], data_folder)
    yield load(made.name, data_folder)
    delete_own(made.name, data_folder)


@pytest.mark.parametrize(
    ("page", "key", "section", "says"),
    [
        ("weights", "weights_section_softmax", "time", "Red pixels speak for a class"),
        ("weights", "weights_section_softmax", "two_classes", "Bright pixels on red speak for"),
        ("weights", "weights_section_softmax", "arithmetic", "turns the 3 logits into"),
        ("weights", "weights_section_softmax", "edit", "No edits yet"),
        ("evaluate", "evaluate_section", "Mistakes", "Rows: the true class"),
        ("evaluate", "evaluate_section", "Confidence", "expected calibration error"),
        ("evaluate", "evaluate_section", "How it breaks", "of full brightness changes the prediction"),
        ("evaluate", "evaluate_section", "Published figures", "No published results for Three shapes"),
        ("data", "data_section", "Gallery", "pixel values are above 0"),
        ("data", "data_section", "Map", "by the two directions"),
        ("data", "data_section", "Typical and unusual", "Typical means close to the average ring"),
        ("data", "data_section", "Duplicates and doubts", "exact duplicates"),
    ],
)
def test_images_of_ones_own_in_three_classes_are_looked_into_like_others(
    app: AppTest, store: Store, shapes: ImageData, page: str, key: str, section: str, says: str
) -> None:
    config = RunConfig(dataset=shapes.spec.name, epochs=3, batch_size=20)
    give(store, shapes.spec.name, ME)
    run_id = store.add_finished_run(config, recorded_events(shapes, config), name="three shapes")
    app.session_state[key] = section
    assert says in shown(app, page, run_id)
