import numpy as np
import pytest
from scipy import stats

from core.insight.significance import compare, spread


def answers_to_logits(answers, classes=2):
    return np.eye(classes)[answers]


def test_mcnemar_by_hand():
    # 12 images: both right on 3, the first alone on 7, the second alone on 1, neither on 1
    labels = np.zeros(12, np.int64)
    first = answers_to_logits([0] * 3 + [0] * 7 + [1] * 1 + [1])
    second = answers_to_logits([0] * 3 + [1] * 7 + [0] * 1 + [1])
    result = compare(first, second, labels)
    assert (result.both, len(result.only_first), len(result.only_second), result.neither) == (3, 7, 1, 1)
    assert result.difference == 0.5
    # two-sided binomial: 2 * (1 + 8) / 2^8
    assert result.p_value == pytest.approx(18 / 256)
    assert not result.beyond_noise
    assert result.low < result.difference < result.high


def test_the_interval_follows_agresti_and_min():
    labels = np.zeros(100, np.int64)
    first = answers_to_logits([0] * 80 + [1] * 20)
    second = answers_to_logits([0] * 60 + [1] * 20 + [0] * 5 + [1] * 15)
    result = compare(first, second, labels)  # b = 20, c = 5: 20.5 and 5.5 of 102
    centre = (20.5 - 5.5) / 102
    half = stats.norm.ppf(0.975) * np.sqrt(26 - 15**2 / 102) / 102
    assert (result.low, result.high) == pytest.approx((centre - half, centre + half))
    assert result.beyond_noise


def test_a_model_against_itself_differs_by_nothing(trained):
    result = compare(trained.logits, trained.logits, trained.labels)
    assert (result.difference, result.p_value, result.beyond_noise) == (0.0, 1.0, False)
    assert result.both + result.neither == result.n == 10_000


def test_right_and_wrong_sets_name_the_images(trained):
    noisy = trained.logits + np.random.default_rng(0).normal(0, 2, trained.logits.shape)
    result = compare(trained.logits, noisy, trained.labels)
    right, noisy_right = trained.logits.argmax(1) == trained.labels, noisy.argmax(1) == trained.labels
    assert result.only_first.tolist() == np.flatnonzero(right & ~noisy_right).tolist()
    assert result.difference == pytest.approx(right.mean() - noisy_right.mean())


def test_runs_on_different_images_cannot_be_compared(trained):
    with pytest.raises(ValueError, match="same 10000 images, got 10000 and 500"):
        compare(trained.logits, trained.logits[:500], trained.labels)


def test_runs_cannot_be_compared_on_no_images():
    with pytest.raises(ValueError, match="the same 0 images"):
        compare(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0, np.int64))


def test_spread_over_seeds_by_hand():
    result = spread([0.9, 0.92, 0.94])
    assert (result.mean, result.std, result.least, result.most) == pytest.approx((0.92, 0.02, 0.9, 0.94))
    # t(0.975, 2) = 4.303
    assert result.high - result.mean == pytest.approx(4.3027 * 0.02 / 3**0.5, rel=1e-4)


def test_one_seed_has_no_interval():
    assert (spread([0.9]).low, spread([0.9]).high) == (-np.inf, np.inf)
    with pytest.raises(ValueError, match="got none"):
        spread([])
