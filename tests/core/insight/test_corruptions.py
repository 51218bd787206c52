import numpy as np
import pytest
from scipy import ndimage

from core.insight.corruptions import DAMAGES


def one_dot(row, column):
    image = np.zeros((1, 1, 28, 28), np.float32)
    image[0, 0, row, column] = 1
    return image


@pytest.mark.parametrize("name", list(DAMAGES))
def test_the_neutral_strength_changes_nothing_and_the_others_stay_in_range(mnist, name):
    damage = DAMAGES[name]
    images = mnist.test_images[:20].astype(np.float32) / 255
    original = images.copy()
    np.testing.assert_allclose(damage.apply(images, damage.neutral, 0), images, atol=1e-5)
    for strength in damage.strengths:
        damaged = damage.apply(images, strength, 0)
        assert damaged.shape == images.shape
        assert damaged.dtype == np.float32
        assert -1e-6 <= damaged.min() <= damaged.max() <= 1 + 1e-6
        assert strength == damage.neutral or np.abs(damaged - images).mean() > 1e-3
    np.testing.assert_array_equal(images, original)


@pytest.mark.parametrize("name", ["shift", "noise"])
def test_random_damage_is_the_same_for_the_same_seed_only(mnist, name):
    images = mnist.test_images[:5].astype(np.float32) / 255
    one, two, other = (DAMAGES[name].apply(images, 3.0, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


def test_a_shift_moves_the_centre_of_mass_by_its_strength():
    for seed in range(5):
        moved = DAMAGES["shift"].apply(one_dot(14, 14), 4.0, seed)
        assert np.hypot(*(np.array(ndimage.center_of_mass(moved[0, 0])) - 14)) == pytest.approx(4.0, abs=0.05)


def test_a_quarter_turn_equals_numpys(mnist):
    images = mnist.test_images[:10].astype(np.float32) / 255
    np.testing.assert_allclose(
        DAMAGES["rotation"].apply(images, 90.0, 0), np.rot90(images, 1, axes=(2, 3)), atol=1e-4
    )


def test_doubling_the_scale_doubles_the_distance_from_the_centre():
    scaled = DAMAGES["scale"].apply(one_dot(10, 13), 2.0, 0)
    row, column = ndimage.center_of_mass(scaled[0, 0])
    assert (row - 13.5, column - 13.5) == pytest.approx((2 * (10 - 13.5), 2 * (13 - 13.5)), abs=0.05)


def test_colour_images_and_wide_ones_keep_their_shape_and_proportions():
    image = np.zeros((1, 3, 20, 40), np.float32)
    image[0, :, 10, 30] = 1
    turned = DAMAGES["rotation"].apply(image, 90.0, 0)
    assert turned.shape == image.shape
    # a point 10.5 px right of the middle turns to 10.5 px above it, outside of a 20 px high image
    assert turned.sum() < 0.1


def test_blur_equals_scipy_image_by_image(mnist):
    images = mnist.test_images[:3].astype(np.float32) / 255
    expected = np.stack([ndimage.gaussian_filter(i[0], 1.5, mode="constant") for i in images])
    np.testing.assert_allclose(DAMAGES["blur"].apply(images, 1.5, 0)[:, 0], expected, atol=1e-6)


def test_one_pixel_thicker_turns_a_dot_into_a_plus_and_one_thinner_removes_it():
    thicker = DAMAGES["thickness"].apply(one_dot(5, 5), 1.0, 0)[0, 0]
    assert np.argwhere(thicker).tolist() == [[4, 5], [5, 4], [5, 5], [5, 6], [6, 5]]
    assert not DAMAGES["thickness"].apply(one_dot(5, 5), -1.0, 0).any()
    half = DAMAGES["thickness"].apply(one_dot(5, 5), 0.5, 0)[0, 0]
    assert (half[5, 5], half[4, 5]) == (1.0, 0.5)


def test_inversion_by_hand():
    assert DAMAGES["inversion"].apply(np.full((1, 1, 1, 1), 0.25, np.float32), 1.0, 0).item() == 0.75
    assert DAMAGES["inversion"].apply(np.full((1, 1, 1, 1), 0.25, np.float32), 0.5, 0).item() == 0.5


def test_a_scale_of_nothing_is_refused():
    with pytest.raises(ValueError, match="scale must be > 0, got 0"):
        DAMAGES["scale"].apply(one_dot(5, 5), 0, 0)
