"""Colour images of another size on the pages that look inside: digits in three inks, 32 x 32, as CIFAR-10 is."""

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import datasets
from core.datasets import ImageData, dataset_spec
from core.runs import Store
from pages.run_context import dataset_guard
from tests.pages.finished_runs import finished_run, shown


@pytest.fixture(scope="module")
def inked(mnist: ImageData) -> ImageData:
    """Return digits, each in an ink of its class, under the name and shape of CIFAR-10."""

    def dyed(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
        ink = np.array([[255, 128, 64], [64, 255, 128], [128, 64, 255]])[labels % 3]  # (N, 3)
        padded = np.pad(images, ((0, 0), (0, 0), (2, 2), (2, 2))).astype(np.uint32)
        return (padded * ink[:, :, None, None] // 255).astype(np.uint8)

    train, test = slice(0, 1_000), slice(0, 500)
    return replace(
        mnist,
        spec=dataset_spec("cifar10"),
        train_images=dyed(mnist.train_images[train], mnist.train_labels[train]),
        train_labels=mnist.train_labels[train],
        test_images=dyed(mnist.test_images[test], mnist.test_labels[test]),
        test_labels=mnist.test_labels[test],
        fingerprint="coloured digits of a test",
    )


@pytest.fixture
def coloured(inked: ImageData, monkeypatch: pytest.MonkeyPatch) -> ImageData:
    """Return the digits in ink, for pages to load."""
    monkeypatch.setattr(datasets, "load", lambda *_: inked)
    monkeypatch.setattr(dataset_guard, "is_ready", lambda *_: True)
    return inked


@pytest.mark.parametrize(
    ("page", "key", "section", "says"),
    [
        ("evaluate", "evaluate_section", "Mistakes", "are confused most"),
        ("evaluate", "evaluate_section", "How it breaks", "of full brightness changes the prediction"),
        ("evaluate", "evaluate_section", "Published figures", "No published results for CIFAR-10"),
        ("weights", "weights_section_softmax", "time", "Red pixels speak for a class"),
        ("weights", "weights_section_softmax", "two_classes", "Bright pixels on red speak for"),
        ("weights", "weights_section_softmax", "arithmetic", "The pixels add up to"),
        ("weights", "weights_section_softmax", "edit", "No edits yet"),
        ("data", "data_section", "Gallery", "pixel values are above 0"),
        ("data", "data_section", "Pixels", "Black enters the model as"),
        ("data", "data_section", "Map", "by the two directions"),
        ("data", "data_section", "Duplicates and doubts", "exact duplicates"),
    ],
)
def test_colour_runs_are_looked_into_like_grey_ones(
    app: AppTest, store: Store, coloured: ImageData, page: str, key: str, section: str, says: str
) -> None:
    run_id = finished_run(store, coloured, train_size=500)
    app.session_state[key] = section
    assert says in shown(app, page, run_id)
