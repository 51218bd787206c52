import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from core.insight.calibration import reliability, threshold_curve
from core.models.softmax_regression import softmax


def logits_of(confidences):
    """Two classes; class 0 is answered with these probabilities."""
    p = np.array(confidences)
    return np.stack([np.log(p), np.log(1 - p)], axis=1)


def test_ece_of_four_answers_by_hand():
    # bins of a fifth: (0.6, 0.8] holds 0.7 and 0.7, half right; (0.8, 1] holds 0.9 and 0.9, all right
    result = reliability(logits_of([0.7, 0.7, 0.9, 0.9]), np.array([0, 1, 0, 0]), bins=5)
    assert result.counts.tolist() == [0, 0, 0, 2, 2]
    assert result.confidence[3:] == pytest.approx([0.7, 0.9])
    assert result.accuracy[3:].tolist() == [0.5, 1.0]
    assert np.isnan(result.accuracy[:3]).all()
    assert result.ece == pytest.approx(0.5 * 0.2 + 0.5 * 0.1)
    assert result.gap == pytest.approx(0.8 - 0.75)


def test_a_confidence_on_an_edge_belongs_to_the_bin_below():
    assert reliability(np.array([[0.0, 0.0]]), np.array([0]), bins=2).counts.tolist() == [1, 0]


def test_bins_equal_scikit_learns_on_the_test_set(trained):
    result = reliability(trained.logits, trained.labels, bins=10)
    probabilities = softmax(trained.logits)
    right = (probabilities.argmax(1) == trained.labels).astype(int)
    accuracy, confidence = calibration_curve(right, probabilities.max(1), n_bins=10)
    filled = result.counts > 0
    np.testing.assert_allclose(result.accuracy[filled], accuracy)
    np.testing.assert_allclose(result.confidence[filled], confidence)
    assert result.counts.sum() == 10_000


def test_threshold_curve_equals_counting_one_threshold_at_a_time(trained):
    curve = threshold_curve(trained.logits, trained.labels)
    probabilities = softmax(trained.logits)
    right = probabilities.argmax(1) == trained.labels
    for index in (0, 37, 50, 90, 99, 100):
        remaining = probabilities.max(1) >= curve.thresholds[index]
        assert curve.answered[index] == remaining.sum()
        assert curve.right[index] == (remaining & right).sum()
    assert curve.coverage[0] == 1
    assert curve.accuracy[90] > curve.accuracy[0]


def test_no_answer_left_has_no_accuracy():
    curve = threshold_curve(np.zeros((3, 4)), np.zeros(3, np.int64), steps=3)
    assert curve.answered.tolist() == [3, 0, 0]
    assert np.isnan(curve.accuracy[1:]).all()
