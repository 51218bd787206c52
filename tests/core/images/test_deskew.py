"""Deskew: the same maths for 60,000 images and for one, and its result is upright."""

import numpy as np
import pytest
from scipy import ndimage

from core.images import deskew
from core.images.deskew import SPREAD_X, SPREAD_Y, slants
from core.synthetic_digits import Handwriting, draw, paint, template


def digit_images(slant: float) -> np.ndarray:
    rng = np.random.default_rng(3)
    hands = [Handwriting(size_px=19, slant=slant, centre=(0.5, 0.5)) for _ in range(10)]
    return np.stack([paint(draw(template(d), hands[d], rng, 28), 2.5, 28) for d in range(10)])


def second_moments(image: np.ndarray) -> tuple[float, float, float]:
    """Return (xx, xy, yy) by an independent way: numpy's weighted covariance of the pixel positions."""
    ys, xs = np.indices(image.shape)
    covariance = np.cov(np.stack([xs.ravel(), ys.ravel()]), aweights=image.ravel(), ddof=0)
    return covariance[0, 0], covariance[0, 1], covariance[1, 1]


def test_slants_are_the_ratio_of_second_moments() -> None:
    images = digit_images(0.3)
    expected = [xy / yy for _, xy, yy in map(second_moments, images)]
    assert slants(images) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("slant", [-0.4, 0.0, 0.4])
def test_the_result_is_upright_of_one_size_and_centred(slant: float) -> None:
    for digit, image in enumerate(deskew(digit_images(slant))):
        xx, xy, yy = second_moments(image)
        assert abs(xy / yy) < 0.06
        assert np.sqrt(yy) == pytest.approx(SPREAD_Y * 28, rel=0.06)
        if digit != 1:  # a one is widened by a limited factor only
            assert np.sqrt(xx) == pytest.approx(SPREAD_X * 28, rel=0.06)
        centre = ndimage.center_of_mass(image)
        assert centre == pytest.approx((14, 14), abs=0.15)


def test_a_one_stays_narrow() -> None:
    xx, _, yy = second_moments(deskew(digit_images(0.3))[1])
    assert np.sqrt(xx) < 0.5 * np.sqrt(yy)


def test_a_slanted_and_an_upright_digit_come_out_alike() -> None:
    upright, slanted = deskew(digit_images(0.0)), deskew(digit_images(0.35))
    likeness = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(upright, slanted, strict=True)]
    assert min(likeness) > 0.85


def test_one_image_and_a_batch_give_the_same_bits() -> None:
    images = digit_images(0.2)
    assert np.array_equal(deskew(images)[4], deskew(images[4]))
    assert np.array_equal(deskew(images[:, None])[:, 0], deskew(images))


def test_bytes_are_rounded_and_stay_bytes() -> None:
    images = digit_images(0.2)
    as_bytes = np.rint(images * 255).astype(np.uint8)
    moved = deskew(as_bytes)
    assert moved.dtype == np.uint8
    assert np.abs(moved - deskew(as_bytes.astype(np.float32))).max() <= 0.5 + 1e-3


def test_an_empty_image_stays_empty_and_the_input_is_untouched() -> None:
    images = np.zeros((2, 28, 28), dtype=np.uint8)
    images[1] = np.rint(digit_images(0.3)[2] * 255)
    before = images.copy()
    moved = deskew(images)
    assert not moved[0].any()
    assert moved[1].any()
    assert np.array_equal(images, before)


def test_a_full_image_and_a_dot_give_finite_values() -> None:
    images = np.zeros((2, 28, 28), dtype=np.float32)
    images[0] = 1
    images[1, 3, 20] = 1
    moved = deskew(images)
    assert np.isfinite(moved).all()
    assert moved.min() >= 0
    assert moved.max() <= 1


def test_no_images_is_fine_and_one_dimension_is_refused() -> None:
    assert deskew(np.zeros((0, 28, 28), dtype=np.uint8)).shape == (0, 28, 28)
    with pytest.raises(ValueError, match=r"\(28,\)"):
        deskew(np.zeros(28))
