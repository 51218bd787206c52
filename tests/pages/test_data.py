"""The Data page: what it says of the images, counted here by hand."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.datasets import ImageData
from core.runs import Store
from tests.pages.inside import finished_run, shown, words


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ("Gallery", "1 to 60 of 10,000 digits"),
        ("Classes", "has most images"),
        ("Pixels", "of all pixels are blank"),
        ("Map", "2,000 images by the two directions"),
        ("Typical and unusual", "the most unusual is image"),
        ("Duplicates and doubts", "No image is there twice"),
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
    assert "There is no run in view" in text
    assert "1 to 60 of 10,000 digits" in text


def test_wrong_answers_of_a_class_are_counted_and_paged(app: AppTest, store: Store, mnist: ImageData) -> None:
    run_id = finished_run(store, mnist, train_size=200)
    logits = store.logits(run_id)
    assert logits is not None
    wrong = int(((logits.argmax(axis=1) != mnist.test_labels) & (mnist.test_labels == 5)).sum())
    assert wrong > 60
    app.session_state["data_class_mnist"] = 5
    app.session_state["data_answers"] = "wrongly"
    assert f"1 to 60 of {wrong:,} digits labelled 5." in shown(app, "data", run_id)
    next(n for n in app.number_input if n.label.startswith("Page")).set_value(2).run()
    assert f"61 to {min(120, wrong)} of {wrong:,} digits labelled 5." in words(app)


def test_the_split_is_the_runs_own(app: AppTest, store: Store, mnist: ImageData) -> None:
    run_id = finished_run(store, mnist, train_size=1_000, validation_size=500, seed=3)
    app.session_state["data_section"] = "Classes"
    text = shown(app, "data", run_id)
    assert (
        "This run learns from 1,000 images, is watched on 500 and tested on 10,000 it never saw; seed 3"
        in text
    )


def test_an_image_is_shown_as_its_numbers(app: AppTest, store: Store, mnist: ImageData) -> None:  # noqa: ARG001
    text = shown(app, "data")
    first = mnist.test_images[0]
    assert f"{np.count_nonzero(first):,} of its 784 numbers are above 0" in text
    assert text.count("<td style") == 784
    assert f">{first.max()}</td>" in text
