import numpy as np
import pytest
from sklearn.metrics import pairwise_distances

from core.insight.captions.data import map_of
from core.insight.embedding import coordinates, fit_space, flat_map, neighbourhood, sample_of


@pytest.fixture(scope="module")
def space(mnist):
    return fit_space(mnist.test_images, 50)


def test_directions_equal_numpys_own_decomposition(mnist):
    images = mnist.test_images[:300]
    rows = images.reshape(300, -1).astype(np.float64) / 255
    _, _, expected = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    ours = fit_space(images, 5).directions
    assert np.abs((ours * expected[:5]).sum(axis=1)) == pytest.approx(np.ones(5), abs=1e-4)


def test_50_coordinates_keep_most_of_the_variance_and_the_images(mnist, space):
    assert 0.8 < space.explained.sum() < 0.9
    points = coordinates(space, mnist.test_images[:100])
    rebuilt = points @ space.directions + space.mean
    rows = mnist.test_images[:100].reshape(100, -1) / 255
    left_out = ((rebuilt - rows) ** 2).sum() / ((rows - space.mean) ** 2).sum()
    assert left_out == pytest.approx(1 - space.explained.sum(), abs=0.03)


def test_the_same_seed_gives_the_same_space(mnist):
    one, two = (fit_space(mnist.test_images, 10, sample=500, seed=4) for _ in range(2))
    np.testing.assert_array_equal(one.directions, two.directions)


def test_fewer_images_than_coordinates_asked_for(mnist):
    assert fit_space(mnist.test_images[:7], 50).directions.shape == (7, 784)


@pytest.mark.parametrize("n", [0, 1, 5], ids=["none", "one", "five that are alike"])
def test_images_that_do_not_differ_have_no_directions_and_lie_in_one_place(mnist, n):
    images = mnist.test_images[:1].repeat(n, axis=0)
    space = fit_space(images)
    assert (space.directions.shape, space.explained.shape) == ((0, 784), (0,))
    points = coordinates(space, images)
    assert points.shape == (n, 0)
    assert not flat_map(points).any()
    assert not flat_map(points, "tsne").any()
    assert neighbourhood(points).indices.shape == (n, 0)
    assert map_of("pca", n, space) == "A map needs at least two training images that differ."


def test_neighbours_equal_those_from_all_pairwise_distances(mnist, space):
    points = coordinates(space, mnist.test_images[:400])
    near = neighbourhood(points, 5)
    all_distances = pairwise_distances(points.astype(np.float64))
    np.fill_diagonal(all_distances, np.inf)
    np.testing.assert_allclose(near.distances, np.sort(all_distances, axis=1)[:, :5], atol=1e-3)
    assert (near.indices != np.arange(400)[:, None]).all()


def test_a_map_keeps_classes_together_and_is_the_same_for_the_same_seed(mnist, space):
    chosen = np.flatnonzero(np.isin(mnist.test_labels, [0, 1]))[:120]
    points, labels = coordinates(space, mnist.test_images[chosen]), mnist.test_labels[chosen]
    first = flat_map(points, "tsne", seed=1)
    np.testing.assert_array_equal(first, flat_map(points, "tsne", seed=1))
    assert first.shape == (120, 2)
    nearest = neighbourhood(first, 1).indices[:, 0]
    assert (labels[nearest] == labels).mean() > 0.95  # 0 and 1 fall apart; by chance it would be about half


def test_the_pca_map_is_the_first_two_coordinates():
    points = np.arange(12, dtype=np.float32).reshape(4, 3)
    np.testing.assert_array_equal(flat_map(points), points[:, :2])


def test_an_unknown_map_is_refused_by_name():
    with pytest.raises(ValueError, match="one of pca, tsne, got 'lda'"):
        flat_map(np.zeros((5, 2), np.float32), "lda")


def test_a_sample_holds_different_indices_and_all_where_there_are_few():
    sample = sample_of(1000, 100, seed=2)
    assert len(np.unique(sample)) == 100
    assert sample_of(5, 100, seed=2).tolist() == [0, 1, 2, 3, 4]
