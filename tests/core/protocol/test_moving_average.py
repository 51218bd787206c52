"""The moving average: its formula by hand, and no matter in which chunks the values come."""

import numpy as np
import pytest

from core.protocol.moving_average import Average


def test_the_average_is_the_same_in_one_chunk_or_many() -> None:
    y = np.random.default_rng(1).normal(1, 0.2, 3000)
    whole = Average(0.98).update(y)
    chunked = Average(0.98)
    parts = [chunked.update(part) for part in np.split(y, [1, 2, 50, 777])]
    assert np.array_equal(np.concatenate(parts), whole)


def test_the_average_of_a_constant_is_the_constant_from_the_first_value_on() -> None:
    assert Average(0.98).update(np.full(500, 0.7)) == pytest.approx(np.full(500, 0.7))


def test_the_average_weighs_the_past_as_its_formula_says() -> None:
    # by hand: 8; then past = 2/11, 3/12 of min(0.98, (1 + t) / (10 + t)) for t = 1, 2
    second = 2 / 11 * 8 + 9 / 11 * 4
    third = 3 / 12 * second + 9 / 12 * 1
    assert Average(0.98).update(np.array([8.0, 4.0, 1.0])) == pytest.approx([8, second, third])


def test_a_loss_that_is_not_finite_does_not_poison_the_average() -> None:
    out = Average(0.9).update(np.array([np.nan, 1.0, np.inf, 1.0]))
    assert np.isnan(out[0])
    assert out[1:] == pytest.approx([1, 1, 1])


def test_an_average_is_carried_on_from_its_count_and_value() -> None:
    y = np.random.default_rng(2).normal(1, 0.2, 300)
    first = Average().update(y[:120])
    assert np.array_equal(Average(count=120, value=first[-1]).update(y[120:]), Average().update(y)[120:])
