import numpy as np
import pytest
import torch

from core.insight.data_quality import (
    by_typicality,
    doubted_by_model,
    doubted_by_neighbours,
    exact_duplicates,
    near_duplicates,
)
from core.insight.embedding import Neighbourhood, coordinates, fit_space, neighbourhood


@pytest.fixture(scope="module")
def subset(mnist):
    """The first 2,000 test images, their labels, coordinates and neighbours."""
    images, labels = mnist.test_images[:2000], np.array(mnist.test_labels[:2000])
    points = coordinates(fit_space(images), images)
    return images, labels, points, neighbourhood(points, 10)


def test_typical_ones_are_near_the_mean_image_and_unusual_ones_far(subset):
    images, labels, points, _ = subset
    ranked = by_typicality(points, labels, 1)
    assert sorted(ranked.indices.tolist()) == np.flatnonzero(labels == 1).tolist()
    assert (np.diff(ranked.distances) >= 0).all()
    rows = images.reshape(2000, -1) / 255
    mean = rows[labels == 1].mean(axis=0)
    from_mean = np.linalg.norm(rows[ranked.indices] - mean, axis=1)
    assert from_mean[:20].max() < from_mean[-20:].min()


def test_a_class_without_images_has_no_typical_one(subset):
    _, labels, points, _ = subset
    assert len(by_typicality(points, labels, 11).indices) == 0


def test_copies_planted_among_real_images_are_found_and_nothing_else(mnist):
    images = np.array(mnist.test_images[:500])
    images[100], images[300], images[450] = images[7], images[7], images[8]
    assert [group.tolist() for group in exact_duplicates(images)] == [[7, 100, 300], [8, 450]]


def test_a_nearly_equal_image_is_the_closest_pair_and_an_equal_one_is_left_out(subset):
    images = np.array(subset[0])
    images[50] = images[20]
    images[20, 0, 14, 14] ^= 8  # one pixel by eight grey levels
    images[60] = images[30]
    points = coordinates(fit_space(images), images)
    twins = near_duplicates(images, neighbourhood(points), 5)
    assert (twins[0].first, twins[0].second) == (20, 50)
    assert twins[0].rms == pytest.approx(8 / 255 / 28)
    assert all(t.rms > 0 for t in twins)
    assert (np.diff([t.rms for t in twins]) >= 0).all()


def planted(labels, seed, count=40):
    """Labels of which `count` are wrong, and which these are."""
    rng = np.random.default_rng(seed)
    wrong = rng.choice(len(labels), count, replace=False)
    changed = labels.copy()
    changed[wrong] = (changed[wrong] + rng.integers(1, 10, count)) % 10
    return changed, set(wrong.tolist())


def test_wrong_labels_planted_in_mnist_are_doubted_by_a_model(trained):
    labels, wrong = planted(trained.labels, seed=0)
    doubts = doubted_by_model(trained.logits, labels, 80)
    found = {d.index for d in doubts}
    assert len(found & wrong) >= 30
    truth = [d.suggestion == trained.labels[d.index] for d in doubts if d.index in wrong]
    assert np.mean(truth) > 0.9


def test_wrong_labels_planted_in_mnist_are_doubted_by_neighbours(subset):
    _, labels, _, near = subset
    changed, wrong = planted(labels, seed=1)
    doubts = doubted_by_neighbours(near, changed, 80)
    found = {d.index for d in doubts}
    assert len(found & wrong) >= 25  # the strict rule, no neighbour agrees, misses some
    assert [d.confidence for d in doubts] == sorted((d.confidence for d in doubts), reverse=True)


def test_confident_learning_by_hand():
    # two images of each class; the fourth is labelled 1 but the model gives 0 more than the mean 0 gets
    probabilities = torch.tensor([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.85, 0.15]])
    doubts = doubted_by_model(probabilities.log().numpy(), np.array([0, 0, 1, 1]))
    assert [(d.index, d.label, d.suggestion) for d in doubts] == [(3, 1, 0)]
    assert doubts[0].confidence == pytest.approx(0.85)


def test_one_neighbour_with_the_same_label_is_enough_not_to_be_doubted():
    near = Neighbourhood(np.array([[1, 2], [0, 2], [0, 1]]), np.ones((3, 2), np.float32))
    assert doubted_by_neighbours(near, np.array([0, 0, 1]))[0].index == 2
    assert len(doubted_by_neighbours(near, np.array([0, 0, 1]))) == 1
