"""Surveys of a few hundred real images, against brute force."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.datasets import ImageData
from core.insight import embedding_cache
from core.insight.embedding import coordinates, fit_space


@pytest.fixture
def few(mnist: ImageData) -> ImageData:
    return replace(mnist, train_images=mnist.train_images[:300], train_labels=mnist.train_labels[:300])


def test_neighbours_are_those_of_brute_force_and_are_read_back(few: ImageData, tmp_path: Path) -> None:
    path = embedding_cache.make(few, "neighbours", tmp_path)
    near = embedding_cache.read_neighbours(path)
    points = coordinates(fit_space(few.train_images), few.train_images).astype(np.float64)
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert near is not None
    np.testing.assert_allclose(near.distances[:, 0], distances.min(axis=1), rtol=1e-3)
    assert (near.indices[:, 0] == distances.argmin(axis=1)).mean() > 0.99
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_map_has_a_place_for_each_image_and_other_content_another_file(
    few: ImageData, tmp_path: Path
) -> None:
    path = embedding_cache.make(few, "tsne", tmp_path)
    points = embedding_cache.read_map(path)
    assert points is not None
    assert points.shape == (300, 2)
    assert np.isfinite(points).all()
    assert embedding_cache.cache_path(replace(few, fingerprint="other"), "tsne", tmp_path) != path


def test_what_cannot_be_read_counts_as_missing(few: ImageData, tmp_path: Path) -> None:
    path = embedding_cache.cache_path(few, "tsne", tmp_path)
    assert embedding_cache.read_map(path) is None
    path.parent.mkdir()
    path.write_bytes(b"PK\x03\x04 half a file")
    assert embedding_cache.read_map(path) is None
    assert not path.exists()


def test_another_kind_is_refused_by_name(few: ImageData, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="isomap"):
        embedding_cache.cache_path(few, "isomap", tmp_path)
