import numpy as np
import pytest
import torch

from core.insight.evidence import arithmetic, difference
from core.models.softmax_regression import for_unit_pixels

# 2 classes, 2 x 2 pixels, worked by hand
WEIGHT = np.array([[1.0, 0.0, 2.0, -1.0], [0.0, 1.0, 0.0, 1.0]])
BIAS = np.array([0.5, -0.5])
IMAGE = np.array([[[1.0, 0.5], [0.5, 0.0]]])


def test_every_stage_of_a_two_by_two_image_worked_by_hand():
    stages = arithmetic(WEIGHT, BIAS, IMAGE)
    assert stages.products.tolist() == [[1.0, 0.0, 1.0, 0.0], [0.0, 0.5, 0.0, 0.0]]
    assert stages.sums.tolist() == [2.0, 0.5]
    assert stages.logits.tolist() == [2.5, 0.0]
    assert stages.exponentials == pytest.approx([12.18249396, 1.0])
    assert stages.probabilities == pytest.approx([12.18249396 / 13.18249396, 1 / 13.18249396])
    assert (stages.answer, stages.runner_up) == (0, 1)


def test_temperature_two_halves_the_logits_before_the_exponential():
    stages = arithmetic(WEIGHT, BIAS, IMAGE, temperature=2)
    assert stages.logits.tolist() == [2.5, 0.0]
    assert stages.exponentials == pytest.approx([3.49034296, 1.0])


def test_difference_of_answer_and_runner_up_sums_to_the_margin():
    gap = difference(arithmetic(WEIGHT, BIAS, IMAGE))
    assert gap.image.tolist() == [1.0, -0.5, 1.0, 0.0]
    assert gap.bias == 1.0
    assert gap.margin == 2.5 == gap.image.sum() + gap.bias


def test_evidence_and_bias_sum_to_torchs_logit_on_real_images(trained, pixels):
    for index in range(200):
        stages = arithmetic(trained.weight, trained.bias, pixels[index])
        np.testing.assert_allclose(
            stages.products.sum(axis=1) + trained.bias, trained.logits[index], atol=1e-5
        )
        expected = torch.softmax(torch.from_numpy(trained.logits[index].copy()), 0).numpy()
        np.testing.assert_allclose(stages.probabilities, expected, atol=1e-5)


def test_a_blank_page_gives_no_evidence_once_standardisation_is_folded_in(trained):
    weight, bias = for_unit_pixels(trained.weight, trained.bias, (0.13,), (0.31,), (1, 28, 28))
    blank = np.zeros(784)
    folded = arithmetic(weight, bias, blank)
    assert not folded.products.any()
    direct = arithmetic(trained.weight, trained.bias, (blank - 0.13) / 0.31)
    np.testing.assert_allclose(folded.logits, direct.logits, atol=1e-9)


def test_logits_too_large_for_exponentials_are_shifted_and_still_sum_to_one():
    stages = arithmetic(np.array([[2000.0], [0.0]]), np.zeros(2), np.ones(1))
    assert stages.shift == 2000.0
    assert np.isfinite(stages.exponentials).all()
    assert stages.probabilities == pytest.approx([1.0, 0.0])


def test_an_image_of_another_size_is_refused():
    with pytest.raises(ValueError, match="4 values an image, this image has 9"):
        arithmetic(WEIGHT, BIAS, np.zeros(9))
