"""The result of a run in words."""

from dataclasses import replace

import numpy as np
import pytest

from core.datasets import CATALOG, ImageData
from core.insight import metrics
from core.insight.captions import evaluate as evaluate_captions
from core.insight.captions.run_summary import short_verdict, verdict


def having_tested(labels, **spec):
    """Return a dataset whose test images have these labels."""
    images, none = np.zeros((len(labels), 1, 28, 28), np.uint8), np.zeros(0, np.int64)
    return ImageData(replace(CATALOG["mnist"], **spec), images[:0], none, images, labels, "")


@pytest.mark.parametrize(("n", "few"), [(1, True), (19, True), (20, False)])
def test_of_few_test_images_a_run_is_given_no_percentages(n, few):
    labels = np.arange(n) % 10
    text = verdict(np.eye(10)[labels], having_tested(labels), 1.0)
    assert ("too few to tell" in text) == few
    assert ("%" in text) != few
    assert (f"{n} of {n} image" if few else "100.0% of 20 images") in text


def test_a_class_of_a_few_images_is_told_as_a_count():
    labels = np.array([0] * 40 + [1] * 4)
    answers = np.array([0] * 36 + [1] * 4 + [1] * 3 + [0])
    logits = 5 * np.eye(2, dtype=np.float32)[answers]
    few = having_tested(labels, class_names=("common", "rare"))
    assert verdict(logits, few, None) == (
        "It recognises 88.6% of 44 images it had never seen. It is best at common (90%) and worst at rare "
        "(3 of 4), which it most often mistakes for common."
    )
    scores = metrics.class_scores(logits, labels)
    text = evaluate_captions.class_scores(scores, few.spec.class_names)
    assert text == "Best at common: 90.0% recognised (its recall). Worst at rare: 3 of 4."
    assert evaluate_captions.summary(metrics.summary(logits[-5:], labels[-5:])) == (
        "It recognises 3 of 5 images it had never seen: too few to tell how good it is."
    )


def test_of_a_class_left_out_it_is_said_that_it_was_not_learned():
    labels = np.repeat([0, 1], 20)
    logits = 5 * np.eye(2, dtype=np.float32)[0 * labels]
    told = having_tested(labels, class_names=("seven", "nine"))
    assert verdict(logits, told, None, left_out=1) == (
        "It recognises 50.0% of 40 images it had never seen. It is best at seven (100%) and worst at nine (0%), "
        "which it most often mistakes for seven. It was trained without images of class “nine”."
    )
    assert "without" not in verdict(logits, told, None)


@pytest.mark.parametrize("wrong", [0, 1])
def test_where_all_classes_are_recognised_equally_well_none_is_best_or_worst(wrong: int):
    labels = np.repeat([0, 1], 20)
    answers = labels.copy()
    answers[[*range(wrong), *range(20, 20 + wrong)]] ^= 1
    logits = 5 * np.eye(2, dtype=np.float32)[answers]
    told = having_tested(labels, class_names=("a", "b"))
    share = ("100.0%", "95.0%")[wrong]
    assert verdict(logits, told, None) == f"It recognises {share} of 40 images it had never seen."
    text = evaluate_captions.class_scores(metrics.class_scores(logits, labels), told.spec.class_names)
    assert text == f"Every class is recognised equally well: {share} (its recall)."


def test_of_no_test_images_and_of_others_than_were_scored_no_share_is_told():
    none = having_tested(np.zeros(0, np.int64), title="Bare")
    assert verdict(np.zeros((0, 10)), none, None) == (
        "“Bare” has no test images, so no test accuracy can be given."
    )
    grown = having_tested(np.arange(30) % 10, title="Grown", source="own")
    told = "The test images of “Grown” have changed since this run was tested on them."
    assert verdict(np.eye(10)[np.arange(20) % 10], grown, 1.0) == told
    assert verdict(np.eye(10)[np.arange(30) % 7], grown, 1.0) == told


@pytest.mark.parametrize(
    ("n", "accuracy", "said"),
    [
        (0, None, "It was not tested on any images."),
        (4, 0.75, "It recognises 3 of 4 images it had never seen: too few to tell how good it is."),
        (44, 39 / 44, "It recognises 88.6% of 44 images it had never seen."),
    ],
)
def test_who_may_not_see_the_test_images_is_told_the_result_all_the_same(n, accuracy, said):
    assert short_verdict(n, accuracy) == said
