import numpy as np
import pytest

from core.insight.weight_analysis import (
    decision_boundary,
    nearest_to_boundary,
    weight_trajectory,
)
from core.models.softmax_regression import linear_logits


def test_a_journey_of_three_snapshots_by_hand():
    start, turn, end = np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]]), np.array([[3.0, 0.0]])
    trip = weight_trajectory([0, 10, 20], [start, turn, end])
    assert trip.norm.tolist() == [0, 5, 3]
    assert trip.distance.tolist() == [0, 5, 3]
    assert trip.path.tolist() == [0, 5, 9]
    assert trip.steps.tolist() == [0, 10, 20]


@pytest.mark.parametrize(("steps", "weights"), [([], []), ([0, 1], [np.zeros((1, 1))])])
def test_a_journey_needs_one_snapshot_for_each_step(steps, weights):
    with pytest.raises(ValueError, match=f"got {len(steps)} and {len(weights)}"):
        weight_trajectory(steps, weights)


def test_distance_to_the_border_is_the_length_of_the_smallest_change_that_reaches_it(trained, pixels):
    edge = decision_boundary(trained.weight, trained.bias, 4, 9)
    near = nearest_to_boundary(trained.logits, edge, 20)
    for index, distance in zip(near.indices, near.distances, strict=True):
        moved = pixels[index] - distance * edge.image / edge.width
        logits = linear_logits(trained.weight, trained.bias, moved[None])[0]
        assert logits[4] == pytest.approx(logits[9], abs=1e-4)


def test_the_nearest_images_come_first_and_lie_between_the_two_classes(trained):
    edge = decision_boundary(trained.weight, trained.bias, 9, 4)
    near = nearest_to_boundary(trained.logits, edge, 10_000)
    assert (np.diff(np.abs(near.distances)) >= 0).all()
    best_two = np.sort(np.argsort(-trained.logits, axis=1)[:, :2], axis=1)
    assert len(near.indices) == (best_two == [4, 9]).all(axis=1).sum()
    assert ((near.distances > 0) == (trained.logits[near.indices].argmax(1) == 9)).all()


def test_only_the_candidates_given_are_looked_at(trained):
    edge = decision_boundary(trained.weight, trained.bias, 4, 9)
    fours = np.flatnonzero(trained.labels == 4)
    near = nearest_to_boundary(trained.logits, edge, 5, candidates=fours)
    assert (trained.labels[near.indices] == 4).all()


def test_untrained_weights_have_a_border_of_no_width():
    edge = decision_boundary(np.zeros((2, 4)), np.zeros(2), 0, 1)
    assert nearest_to_boundary(np.zeros((3, 2)), edge).distances.tolist() == [0, 0, 0]


def test_a_class_has_no_border_with_itself(trained):
    with pytest.raises(ValueError, match="got 4 twice"):
        decision_boundary(trained.weight, trained.bias, 4, 4)
