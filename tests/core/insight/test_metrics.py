from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn import metrics

from core.datasets import load
from core.insight.metrics import are_scores_of, class_scores, confident_mistakes, summary, wilson

# four images, three classes: answers 0, 1, 2, 0 for the labels 0, 1, 1, 2
LOGITS = np.array([[2.0, 0, 0], [0, 3.0, 0], [0, 1.0, 4.0], [5.0, 0, 1.0]])
LABELS = np.array([0, 1, 1, 2])


def test_four_images_by_hand():
    result = summary(LOGITS, LABELS)
    assert (result.n, result.accuracy.count, result.accuracy.share) == (4, 2, 0.5)
    assert result.top2 == 1.0
    losses = [np.log(np.exp(row).sum()) - row[label] for row, label in zip(LOGITS, LABELS, strict=True)]
    assert result.loss == pytest.approx(np.mean(losses))


def test_loss_and_top_2_equal_torch_and_scikit_learn_on_the_test_set(trained):
    result = summary(trained.logits, trained.labels)
    logits, labels = torch.from_numpy(trained.logits), torch.from_numpy(trained.labels)
    assert result.loss == pytest.approx(torch.nn.functional.cross_entropy(logits, labels).item(), abs=1e-6)
    assert result.accuracy.share == metrics.accuracy_score(trained.labels, trained.logits.argmax(1))
    assert result.top2 == pytest.approx(metrics.top_k_accuracy_score(trained.labels, trained.logits, k=2))
    assert result.accuracy.low < result.accuracy.share < result.accuracy.high


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_interval_equals_the_published_examples(count, n, low, high):
    interval = wilson(count, n)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_precision_and_recall_of_a_class_by_hand():
    scores = class_scores(LOGITS, LABELS)
    assert [(s.precision, s.recall, s.support, s.predicted) for s in scores] == [
        (0.5, 1.0, 1, 2),
        (1.0, 0.5, 2, 1),
        (0.0, 0.0, 1, 1),
    ]
    assert scores[1].f1 == pytest.approx(2 / 3)


def test_a_share_of_nothing_is_no_number_and_none_of_some_is_zero():
    never_answered = class_scores(np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([0, 1]))[1]
    assert np.isnan(never_answered.precision)
    assert (never_answered.recall, never_answered.f1, never_answered.predicted) == (0.0, 0.0, 0)
    without_images = class_scores(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0, 0]))[1]
    assert np.isnan([without_images.precision, without_images.recall, without_images.f1]).all()
    assert (without_images.support, without_images.predicted) == (0, 1)


def test_scores_are_of_the_images_that_a_dataset_holds_now(mnist):
    own = replace(mnist, spec=replace(mnist.spec, source="own"), test_labels=np.array([0, 1, 1]))
    logits = np.eye(2, dtype=np.float32)[[0, 1, 0]]
    assert are_scores_of(own, logits, 2 / 3)
    assert not are_scores_of(own, logits[:2], 2 / 3)  # one was added
    assert not are_scores_of(
        replace(own, test_labels=np.array([1, 1, 1])), logits, 2 / 3
    )  # others in their places


def test_scores_of_an_earlier_edition_of_the_drawn_digits_are_not_taken_for_scores_of_this(data_folder):
    drawn = load("drawn_digits", data_folder)
    earlier = np.eye(10, dtype=np.float32)[np.arange(12_000, 14_000) % 10]  # all right, in its order
    assert not are_scores_of(drawn, earlier, 1.0)
    now = np.eye(10, dtype=np.float32)[drawn.test_labels]
    now[:7] = now[7]
    right = float((now.argmax(axis=1) == drawn.test_labels).mean())
    assert right < 1
    assert are_scores_of(drawn, now, right)


def test_the_surest_mistakes_come_first_and_are_mistakes(trained):
    found = confident_mistakes(trained.logits, trained.labels, 50)
    assert [m.confidence for m in found] == sorted((m.confidence for m in found), reverse=True)
    probabilities = torch.softmax(torch.from_numpy(trained.logits).double(), 1).numpy()
    wrong = probabilities.argmax(1) != trained.labels
    assert found[0].confidence == pytest.approx(probabilities[wrong].max())
    for mistake in found:
        assert mistake.label == trained.labels[mistake.index] != mistake.answer
        assert mistake.label_probability == pytest.approx(probabilities[mistake.index, mistake.label])


def test_no_mistakes_gives_an_empty_list():
    assert confident_mistakes(np.eye(3), np.arange(3)) == ()


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        (
            np.array([[np.nan, 0.0]]),
            np.array([0]),
            r"This run diverged: 1 of 2 scores \(logits\) are not finite numbers",
        ),
        (np.zeros((2, 3)), np.array([0, 3]), "labels must be from 0 to 2, got 0 to 3"),
        (np.zeros((2, 3)), np.array([0]), r"got \(2, 3\) and \(1,\)"),
        (np.zeros((0, 3)), np.zeros(0, np.int64), r"got \(0, 3\) and \(0,\)"),
    ],
)
def test_unusable_logits_are_refused_with_the_reason(logits, labels, message):
    with pytest.raises(ValueError, match=message):
        summary(logits, labels)
