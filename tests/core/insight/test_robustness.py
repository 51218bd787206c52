import numpy as np
import pytest

from core.insight.corruptions import DAMAGES
from core.insight.robustness import accuracy_curve, balanced_subset, damaged_images
from core.models.softmax_regression import linear_logits


@pytest.fixture(scope="module")
def subset(mnist):
    return balanced_subset(mnist.test_labels, 500)


def test_a_subset_is_balanced_and_fixed(mnist, subset):
    assert np.bincount(mnist.test_labels[subset]).tolist() == [50] * 10
    np.testing.assert_array_equal(subset, balanced_subset(mnist.test_labels, 500))


def test_a_rare_class_gives_what_it_has():
    assert np.bincount(
        np.array([0] * 100 + [1] * 3)[balanced_subset(np.array([0] * 100 + [1] * 3), 20)]
    ).tolist() == [10, 3]


@pytest.mark.parametrize("name", list(DAMAGES))
def test_accuracy_is_whole_where_nothing_is_damaged_and_falls_towards_the_ends(mnist, trained, subset, name):
    images, labels = mnist.test_images[subset], trained.labels[subset]
    damaged = damaged_images(images, name)
    curve = accuracy_curve(lambda x: linear_logits(trained.weight, trained.bias, x), damaged, labels, name)
    undamaged = (trained.logits[subset].argmax(1) == labels).mean()
    damage = DAMAGES[name]
    assert curve.shares[damage.strengths.index(damage.neutral)] == undamaged
    assert min(curve.shares[0], curve.shares[-1]) < undamaged - 0.1
    assert curve.half_gone is None or curve.shares[curve.strengths.index(curve.half_gone)] < undamaged / 2


def test_what_is_known_of_the_undamaged_images_is_not_computed_again(mnist, trained, subset):
    images, labels = mnist.test_images[subset], trained.labels[subset]
    damaged = damaged_images(images, "rotation")
    asked = []

    def logits_of(pixels):
        asked.append(pixels)
        return linear_logits(trained.weight, trained.bias, pixels)

    known = accuracy_curve(logits_of, damaged, labels, "rotation", trained.logits[subset])
    assert len(asked) == len(damaged) - 1
    assert known == accuracy_curve(logits_of, damaged, labels, "rotation")


def test_accuracy_at_a_strength_equals_damaging_by_hand(mnist, trained, subset):
    images, labels = mnist.test_images[subset], trained.labels[subset]
    damaged = damaged_images(images, "inversion")
    curve = accuracy_curve(
        lambda x: linear_logits(trained.weight, trained.bias, x), damaged, labels, "inversion"
    )
    pixels = images.reshape(len(images), -1) / 255
    mixed = 0.6 * pixels + 0.4 * (1 - pixels)
    expected = ((mixed @ trained.weight.T + trained.bias).argmax(1) == labels).sum()
    assert curve.accuracy[curve.strengths.index(0.4)].count == expected
