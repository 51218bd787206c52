"""Classes that have no test images: named as never tested, and never best, worst, 0% or 100%."""

from collections.abc import Iterator

import numpy as np
import pytest

from core.datasets import DatasetSpec, ImageData, load
from core.datasets import user_datasets as own
from core.datasets.shortage import never_tested
from core.insight import metrics
from core.insight.captions import evaluate as captions
from core.insight.captions.run_summary import verdict

SHAPE = (1, 28, 28)
NEVER = "rare was never tested: it has no test images."


@pytest.fixture(scope="module")
def one_rare(mnist: ImageData) -> Iterator[DatasetSpec]:
    """Return a dataset of 60 images of one class and one of another, divided as people's images are."""
    spec = own.create_own("One rare", ["common", "rare"], SHAPE)
    yield own.add_images(spec.name, mnist.train_images[:61], [0] * 60 + [1])
    own.delete_own(spec.name)


def scored(answers: np.ndarray, n_classes: int = 2) -> np.ndarray:
    return 5 * np.eye(n_classes, dtype=np.float32)[answers]


def test_sixty_of_one_class_and_one_of_another_leave_the_other_untested(one_rare: DatasetSpec) -> None:
    labels = load(one_rare.name).test_labels
    assert (one_rare.train_size, one_rare.test_size) == (49, 12)
    assert labels.tolist() == [0] * 12


@pytest.mark.parametrize(
    ("wrong", "told", "recall"),
    [
        (0, "12 of 12 images", "12 of 12"),
        (2, "10 of 12 images", "10 of 12"),
        (12, "0 of 12 images", "0 of 12"),
    ],
)
def test_the_result_names_the_class_and_rates_it_in_no_way(
    one_rare: DatasetSpec, wrong: int, told: str, recall: str
) -> None:
    data = load(one_rare.name)
    logits = scored(np.array([1] * wrong + [0] * (12 - wrong)))
    said = verdict(logits, data, None)
    assert said == f"It recognises {told} it had never seen: too few to tell how good it is. {NEVER}"
    scores = metrics.class_scores(logits, data.test_labels)
    text = captions.class_scores(scores, one_rare.class_names)
    assert text == f"Only common was tested: {recall} recognised (its recall). {NEVER}"
    rare = scores[1]
    assert np.isnan([rare.precision, rare.recall, rare.f1]).all()
    assert captions.cell(0, 0, "rare", "common") == NEVER


def test_of_three_classes_the_tested_ones_are_best_and_worst(mnist: ImageData) -> None:
    spec = own.create_own("Three", ["good", "bad", "rare"], SHAPE)
    labels = [0] * 120 + [1] * 120 + [2]
    own.add_images(spec.name, mnist.train_images[:241], labels)
    data = load(spec.name)
    answers = data.test_labels.copy()
    answers[np.flatnonzero(answers == 1)[:6]] = 2
    logits = scored(answers, 3)
    assert verdict(logits, data, None) == (
        "It recognises 87.5% of 48 images it had never seen. It is best at good (100%) and worst at bad (75%), "
        f"which it most often mistakes for rare. {NEVER}"
    )
    text = captions.class_scores(metrics.class_scores(logits, data.test_labels), spec.class_names)
    assert text == f"Best at good: 100.0% recognised (its recall). Worst at bad: 75.0%. {NEVER}"
    right = scored(data.test_labels, 3)
    assert verdict(right, data, None) == f"It recognises 100.0% of 48 images it had never seen. {NEVER}"
    text = captions.class_scores(metrics.class_scores(right, data.test_labels), spec.class_names)
    assert text == f"Every class that was tested is recognised equally well: 100.0% (its recall). {NEVER}"
    own.delete_own(spec.name)


def test_where_no_class_has_a_test_image_the_dataset_is_said_to_have_none(mnist: ImageData) -> None:
    spec = own.create_own("One each", ["a", "b", "c"], SHAPE)
    own.add_images(spec.name, mnist.train_images[:3], [0, 1, 2])
    said = verdict(np.zeros((0, 3), np.float32), load(spec.name), None)
    assert said == "“One each” has no test images, so no test accuracy can be given."
    own.delete_own(spec.name)


def test_several_classes_are_named_together_and_of_many_the_first() -> None:
    assert never_tested(["a", "b"]) == "a and b were never tested: they have no test images."
    many = never_tested([f"c{k}" for k in range(40)])
    assert many == (
        "c0, c1, c2, c3, c4, c5, c6, c7 and 32 more classes were never tested: they have no test images."
    )
