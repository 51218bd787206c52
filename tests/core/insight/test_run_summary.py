"""The result of a run in words."""

from dataclasses import replace

import numpy as np
import pytest

from core.datasets import CATALOG
from core.insight import metrics
from core.insight.captions import evaluate as evaluate_captions
from core.insight.captions.run_summary import verdict


@pytest.mark.parametrize(("n", "few"), [(1, True), (19, True), (20, False)])
def test_of_few_test_images_a_run_is_given_no_percentages(n, few):
    labels = np.arange(n) % 10
    text = verdict(np.eye(10)[labels], labels, CATALOG["mnist"])
    assert ("too few to tell" in text) == few
    assert ("%" in text) != few
    assert (f"{n} of {n} image" if few else "100.0% of 20 images") in text


def test_a_class_of_a_few_images_is_told_as_a_count():
    labels = np.array([0] * 40 + [1] * 4)
    answers = np.array([0] * 36 + [1] * 4 + [1] * 3 + [0])
    logits = 5 * np.eye(2, dtype=np.float32)[answers]
    few = replace(CATALOG["mnist"], class_names=("common", "rare"))
    assert verdict(logits, labels, few) == (
        "It recognises 88.6% of 44 images it had never seen. It is best at common (90%) and worst at rare "
        "(3 of 4), which it most often mistakes for common."
    )
    scores = metrics.class_scores(logits, labels)
    text = evaluate_captions.class_scores(scores, few.class_names)
    assert text == "Best at common: 90.0% recognised (its recall). Worst at rare: 3 of 4."
    assert evaluate_captions.summary(metrics.summary(logits[-5:], labels[-5:])) == (
        "It recognises 3 of 5 images it had never seen: too few to tell how good it is."
    )
