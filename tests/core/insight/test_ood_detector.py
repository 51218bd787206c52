"""The out-of-distribution score: digits are below its limit, what is nothing like a digit is above."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from core.datasets import ImageData
from core.images import PreprocessingOptions, deskew, prepare
from core.insight.ood_detector import COARSE, Detector, fit_detector, strangeness
from core.synthetic_digits import draw, paint, random_hand, styles, template


@cache
def drawn(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return prepared template digits (N, 28, 28), their labels and their pens."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 10
    made = []
    for digit in labels:
        path = template(int(digit), int(rng.integers(styles(int(digit)))))
        made.append(prepare(paint(draw(path, random_hand(rng), rng), 20), PreprocessingOptions(deskew=True)))
    return np.stack([m.image for m in made]), labels, np.array([m.pen_px for m in made])


@pytest.fixture(scope="module")
def detector(mnist: ImageData) -> Detector:
    return fit_detector(deskew(mnist.train_images[:6000]), np.asarray(mnist.train_labels[:6000]))


def filled_boxes(count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(2)
    inks = []
    for _ in range(count):
        ink = np.zeros((280, 280), dtype=np.float32)
        height = int(rng.integers(60, 200))
        ink[40 : 40 + height, 30 : 30 + int(height * rng.uniform(0.6, 1.1))] = 1
        inks.append(ink)
    return inks


def scribbles(count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    return [paint([rng.uniform(40, 240, (14, 2))], 20) for _ in range(count)]


def test_unseen_digits_are_mostly_below_the_limit(detector: Detector) -> None:
    images, _, pens = drawn(100, seed=9)
    assert (strangeness(detector, images, pens) < 1).mean() > 0.95


def test_test_images_are_below_the_limit_and_garments_are_stranger(
    detector: Detector, mnist: ImageData, fashion: ImageData
) -> None:
    digits = strangeness(detector, deskew(mnist.test_images[:500]))
    garments = strangeness(detector, deskew(fashion.test_images[:500]))
    assert (digits < 1).mean() > 0.95
    assert roc_auc_score([0] * 500 + [1] * 500, np.r_[digits, garments]) > 0.85


@pytest.mark.parametrize("kind", [scribbles, filled_boxes])
def test_scribbles_and_filled_boxes_are_stranger_than_digits(
    detector: Detector, kind: Callable[[int], list[np.ndarray]]
) -> None:
    images, pens = (values[:60] for values in drawn(100, seed=9)[::2])
    made = [prepare(ink, PreprocessingOptions(deskew=True)) for ink in kind(40)]
    odd = strangeness(detector, np.stack([m.image for m in made]), np.array([m.pen_px for m in made]))
    own = strangeness(detector, images, pens)
    assert roc_auc_score([0] * 60 + [1] * 40, np.r_[own, odd]) > 0.95


@pytest.mark.parametrize("image", [np.zeros((1, 28, 28)), np.ones((1, 28, 28))])
def test_blank_and_full_images_are_strange(detector: Detector, image: np.ndarray) -> None:
    assert strangeness(detector, image)[0] > 1


def test_distance_is_what_a_projection_by_least_squares_leaves(detector: Detector) -> None:
    """An independent way to the same number: numpy's least squares instead of the inner products."""
    images, _, _ = drawn(10, seed=5)
    side = COARSE.side
    small = images.reshape(10, side, 2, side, 2).mean(axis=(2, 4)).reshape(10, -1)
    distances = []
    for mean, basis, typical in zip(detector.means, detector.bases, detector.typical, strict=True):
        away = (small - mean.astype(np.float64)).T
        _, left, _, _ = np.linalg.lstsq(basis.astype(np.float64), away, rcond=None)
        distances.append(left / typical)
    nearest = np.min(distances, axis=0)
    expected = (nearest - detector.ordinary[0]) / (detector.limits[0] - detector.ordinary[0])
    odd = strangeness(detector, images)
    assert (odd >= expected - 0.02).all()
    assert np.abs(odd - expected).min() < 0.02


def test_fitting_is_reproducible_and_small(mnist: ImageData) -> None:
    images, labels = mnist.train_images[:500], mnist.train_labels[:500]
    once, twice = (vars(fit_detector(images, labels)) for _ in range(2))
    assert all(np.array_equal(array, twice[name]) for name, array in once.items())
    assert sum(np.asarray(array).nbytes for array in once.values()) < 100_000


def test_bytes_and_channels_give_the_same_score(detector: Detector) -> None:
    images = drawn(10, seed=5)[0][:5]
    as_bytes = np.rint(images * 255).astype(np.uint8)[:, None]
    assert strangeness(detector, as_bytes) == pytest.approx(strangeness(detector, images), abs=0.02)


def test_too_few_images_of_a_class_are_told(mnist: ImageData) -> None:
    images, labels = mnist.train_images[:100], np.arange(100) % 10
    with pytest.raises(ValueError, match=f"more than {COARSE.components} images, class 0 has 10"):
        fit_detector(images, labels)


@pytest.mark.parametrize("of_a_class", [21, 60])
def test_a_few_dozen_images_of_a_class_are_enough_to_know_others(mnist: ImageData, of_a_class: int) -> None:
    labels = np.asarray(mnist.train_labels)
    few = np.concatenate([np.flatnonzero(labels == digit)[:of_a_class] for digit in range(10)])
    small = fit_detector(deskew(mnist.train_images[np.sort(few)]), labels[np.sort(few)])
    assert (strangeness(small, deskew(mnist.test_images[:500])) < 1).mean() > 0.9
    assert (strangeness(small, np.random.default_rng(0).random((100, 28, 28), dtype=np.float32)) > 1).all()


def test_copies_of_one_image_are_ordinary_and_any_other_is_not(mnist: ImageData) -> None:
    labels = np.asarray(mnist.train_labels)
    one_of_each = mnist.train_images[[int(np.argmax(labels == digit)) for digit in range(10)]]
    copies = fit_detector(np.repeat(one_of_each, 30, axis=0), np.repeat(np.arange(10), 30))
    assert (strangeness(copies, one_of_each) <= 1).all()
    assert (strangeness(copies, mnist.test_images[:100]) > 1).all()


def test_images_smaller_than_the_grid_are_refused(detector: Detector) -> None:
    with pytest.raises(ValueError, match="8 x 8"):
        strangeness(detector, np.zeros((1, 8, 8)))
