import numpy as np
import pytest
import torch

from core.datasets import ImageData
from core.datasets.image_data import channel_moments, level_counts
from core.datasets.statistics import (
    class_counts,
    class_images,
)


def test_counts_per_class_are_the_published_ones(mnist: ImageData, fashion: ImageData) -> None:
    assert class_counts(mnist.train_labels, 10).tolist() == [
        5923,
        6742,
        5958,
        6131,
        5842,
        5421,
        5918,
        6265,
        5851,
        5949,
    ]
    assert class_counts(mnist.test_labels, 10).tolist() == [
        980,
        1135,
        1032,
        1010,
        982,
        892,
        958,
        1028,
        974,
        1009,
    ]
    assert class_counts(fashion.train_labels, 10).tolist() == [6000] * 10


def test_a_class_without_images_counts_zero() -> None:
    assert class_counts(np.array([0, 2, 2]), 4).tolist() == [1, 0, 2, 0]


def test_mean_and_std_agree_with_the_figures_everyone_uses(mnist: ImageData, fashion: ImageData) -> None:
    mean, std = channel_moments(level_counts(mnist.train_images))
    assert (round(mean[0], 4), round(std[0], 4)) == (0.1307, 0.3081)
    mean, std = channel_moments(level_counts(fashion.train_images))
    assert (round(mean[0], 4), round(std[0], 4)) == (0.2860, 0.3530)


def test_mean_and_std_per_channel_agree_with_torch(mnist: ImageData) -> None:
    grey = mnist.test_images[:500]
    images = np.concatenate([grey, 255 - grey, grey // 3], axis=1)
    pixels = torch.from_numpy(images).to(torch.float64) / 255
    mean, std = channel_moments(level_counts(images))
    assert mean == pytest.approx(pixels.mean(dim=(0, 2, 3)).tolist(), rel=1e-9)
    assert std == pytest.approx(pixels.std(dim=(0, 2, 3), correction=0).tolist(), rel=1e-9)


def test_the_histogram_counts_every_pixel_per_channel(mnist: ImageData) -> None:
    grey = mnist.test_images[:5000]
    counts = level_counts(np.concatenate([grey, 255 - grey], axis=1))
    assert counts.shape == (2, 256)
    assert counts[0].tolist() == torch.bincount(torch.from_numpy(grey).flatten(), minlength=256).tolist()
    assert counts[1].tolist() == counts[0][::-1].tolist()


def test_class_images_agree_with_torch(fashion: ImageData) -> None:
    images, labels = fashion.train_images, fashion.train_labels
    found = class_images(images, labels, 10)
    assert found.mean.shape == found.std.shape == (10, 1, 28, 28)
    assert found.mean.dtype == np.float32
    for label in (0, 9):
        pixels = torch.from_numpy(images[labels == label]).to(torch.float64) / 255
        np.testing.assert_allclose(found.mean[label], pixels.mean(dim=0), atol=1e-7)
        np.testing.assert_allclose(found.std[label], pixels.std(dim=0, correction=0), atol=1e-7)


def test_the_whitest_possible_images_do_not_overflow() -> None:
    images = np.full((3000, 1, 2, 2), 255, np.uint8)
    found = class_images(images, np.zeros(3000, np.int64), 2)
    assert found.mean[0].tolist() == [[[1.0, 1.0], [1.0, 1.0]]]
    assert found.std.max() == 0.0
    assert found.mean[1].max() == 0.0
    assert channel_moments(level_counts(images)) == ((1.0,), (0.0,))
