import numpy as np
import pytest
import torch

from core.models.softmax_regression import for_unit_pixels, linear_logits, softmax


def test_softmax_by_hand_and_against_torch():
    # e^0 = 1, e^(ln 3) = 3: a quarter and three quarters
    assert softmax(np.array([0.0, np.log(3)])) == pytest.approx([0.25, 0.75])
    logits = np.random.default_rng(0).normal(0, 30, (50, 10))
    expected = torch.softmax(torch.tensor(logits) / 2.5, dim=1).numpy()
    np.testing.assert_allclose(softmax(logits, temperature=2.5), expected, rtol=1e-12)


def test_softmax_of_huge_logits_stays_finite():
    assert softmax(np.array([1e4, 0.0])) == pytest.approx([1.0, 0.0])


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_a_temperature_that_is_not_positive_is_refused_by_value(temperature):
    with pytest.raises(ValueError, match=f"temperature must be > 0, got {temperature}"):
        softmax(np.zeros(3), temperature)


def test_logits_of_uint8_images_equal_torch_on_the_whole_test_set(mnist, trained):
    ours = linear_logits(trained.weight, trained.bias, mnist.test_images)
    np.testing.assert_allclose(ours, trained.logits, atol=2e-5)


def test_images_of_another_size_are_refused(trained):
    with pytest.raises(ValueError, match=r"784 values an image, these have 3072"):
        linear_logits(trained.weight, trained.bias, np.zeros((2, 3, 32, 32), np.float32))


def test_folded_weights_give_the_standardised_models_logits_for_plain_pixels(trained, pixels):
    mean, std = 0.1306, 0.3081
    expected = linear_logits(trained.weight, trained.bias, (pixels[:100].astype(np.float64) - mean) / std)
    weight, bias = for_unit_pixels(trained.weight, trained.bias, (mean,), (std,), (1, 28, 28))
    np.testing.assert_allclose(
        linear_logits(weight, bias, pixels[:100].astype(np.float64)), expected, atol=1e-9
    )


def test_folding_takes_each_channels_own_mean_and_std():
    # one pixel, two channels: w = (2, 4), x = ((p0 - 0.5) / 0.5, (p1 - 0.25) / 0.25)
    weight, bias = for_unit_pixels(
        np.array([[2.0, 4.0]]), np.array([1.0]), (0.5, 0.25), (0.5, 0.25), (2, 1, 1)
    )
    assert weight.tolist() == [[4.0, 16.0]]
    assert bias.tolist() == [1.0 - 2.0 - 4.0]
