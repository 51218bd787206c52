import numpy as np
import pytest

from core.insight.metrics import summary
from core.insight.weight_edits import (
    AddNoise,
    Blur,
    FlipBias,
    FlipWeights,
    Prune,
    ShiftBias,
    ZeroRegion,
    apply_edits,
    describe,
)
from core.models.softmax_regression import linear_logits

SHAPE = (1, 28, 28)
NAMES = [str(k) for k in range(10)]
ALL_EDITS = [
    ZeroRegion(5, 5, 10, 3),
    Blur(1.5),
    Prune(30),
    AddNoise(0.5, seed=3, classes=(1, 2)),
    ShiftBias(4, 2.0),
    FlipBias(4),
    FlipWeights(3),
]


def test_a_region_becomes_zero_and_nothing_else_changes(trained):
    edited = apply_edits(trained.weight, trained.bias, SHAPE, [ZeroRegion(10, 12, 4, 5, classes=(3,))])
    before, after = trained.weight.reshape(10, 28, 28), edited.weight.reshape(10, 28, 28)
    changed = np.zeros((10, 28, 28), bool)
    changed[3, 10:14, 12:17] = True
    assert not after[changed].any()
    np.testing.assert_array_equal(after[~changed], before[~changed])


def test_a_region_over_the_edge_is_cut_off():
    edited = apply_edits(np.ones((1, 4)), np.zeros(1), (1, 2, 2), [ZeroRegion(-1, -1, 2, 2)])
    assert edited.weight.tolist() == [[0, 1, 1, 1]]


def test_pruning_removes_exactly_the_smallest(trained):
    edited = apply_edits(trained.weight, trained.bias, SHAPE, [Prune(50)])
    kept = edited.weight != 0
    removed = np.abs(trained.weight[~kept])
    assert removed.size >= 3920
    assert removed.max() <= np.abs(trained.weight[kept]).min()


def test_blurring_keeps_the_sum_and_lowers_the_peak():
    weight = np.zeros((1, 81))
    weight[0, 40] = 1
    edited = apply_edits(weight, np.zeros(1), (1, 9, 9), [Blur(1)])
    assert edited.weight.sum() == pytest.approx(1, abs=1e-5)
    assert edited.weight.max() == pytest.approx(
        1 / (2 * np.pi), abs=0.002
    )  # a Gaussian's peak in two dimensions


def test_noise_has_the_strength_asked_for_and_the_seed_decides_it(trained):
    one, two, other = (
        apply_edits(trained.weight, trained.bias, SHAPE, [AddNoise(0.5, seed)]).weight for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)
    assert (one - trained.weight).std() == pytest.approx(0.5 * trained.weight.std(), rel=0.05)


def test_biases_shift_and_flip():
    edited = apply_edits(np.zeros((2, 1)), np.array([1.0, 2.0]), (1, 1, 1), [ShiftBias(0, 3), FlipBias(1)])
    assert edited.bias.tolist() == [4, -2]


def test_edits_apply_in_order_and_the_given_weights_stay(trained):
    weight, bias = trained.weight.copy(), trained.bias.copy()
    together = apply_edits(weight, bias, SHAPE, ALL_EDITS)
    first = apply_edits(weight, bias, SHAPE, ALL_EDITS[:4])
    then = apply_edits(first.weight, first.bias, SHAPE, ALL_EDITS[4:])
    np.testing.assert_array_equal(together.weight, then.weight)
    np.testing.assert_array_equal(together.bias, then.bias)
    np.testing.assert_array_equal(weight, trained.weight)
    np.testing.assert_array_equal(bias, trained.bias)


def test_undoing_every_edit_gives_the_trained_weights_back(trained):
    np.testing.assert_array_equal(apply_edits(trained.weight, trained.bias, SHAPE, []).weight, trained.weight)


def test_turning_a_classs_weights_loses_that_class_on_the_test_set(mnist, trained):
    edited = apply_edits(trained.weight, trained.bias, SHAPE, [FlipWeights(3)])
    logits = linear_logits(edited.weight, edited.bias, mnist.test_images)
    before, after = summary(trained.logits, trained.labels), summary(logits, trained.labels)
    threes = trained.labels == 3
    assert (logits[threes].argmax(1) == 3).mean() < 0.1 < (trained.logits[threes].argmax(1) == 3).mean()
    assert after.accuracy.share < before.accuracy.share - 0.05


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (Prune(101), "Prune: percent must be from 0 to 100, got 101"),
        (Blur(-1), "Blur: sigma_px must be from 0 to 100, got -1"),
        (AddNoise(-0.1), "AddNoise: strength must be >= 0, got -0.1"),
        (ZeroRegion(0, 0, 0, 5), "height and width must be >= 1, got 0 and 5"),
        (FlipBias(10), "FlipBias: class must be from 0 to 9, got 10"),
        (Blur(1, classes=(0, 12)), "Blur: class must be from 0 to 9, got 12"),
    ],
)
def test_edits_that_make_no_sense_are_named(trained, edit, message):
    with pytest.raises(ValueError, match=message):
        apply_edits(trained.weight, trained.bias, SHAPE, [edit])


def test_every_edit_has_a_description_of_its_own():
    texts = [describe(edit, NAMES) for edit in ALL_EDITS]
    assert len(set(texts)) == len(texts)
    assert "Bias of 4 changed by +2.00" in texts
    assert "10 × 3 pixels from row 5, column 5 set to zero (all classes)" in texts
