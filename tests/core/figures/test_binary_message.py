"""Messages to the live components come back as they were, but for the last bits."""

import numpy as np
import pytest

from core.figures.binary_message import decode_arrays, encode_arrays, pack, unpack


def through(*arrays: np.ndarray) -> list[np.ndarray]:
    header = {}
    header["a"], payload = encode_arrays(arrays)
    header, payload = unpack(pack(header, payload))
    return decode_arrays(header["a"], payload)


def test_a_message_is_its_header_and_its_payload() -> None:
    header, payload = unpack(pack({"title": "Loss – naïve", "n": 3}, b"\x01\x02\x03"))
    assert header == {"title": "Loss – naïve", "n": 3}
    assert payload == b"\x01\x02\x03"


def test_the_payload_starts_at_an_even_byte_so_that_16_bit_codes_are_aligned() -> None:
    for filler in ("", "x", "xx", "xxx"):
        message = pack({"t": filler}, b"payload")
        assert (len(message) - len(b"payload")) % 2 == 0


def test_values_are_off_by_less_than_a_65534th_of_their_range() -> None:
    values = np.random.default_rng(0).lognormal(0, 2, 500)
    (back,) = through(values)
    span = values.max() - values.min()
    assert np.abs(back - values).max() <= span * (0.5 / 65_534 + 1e-5)


def test_steps_are_exact_whether_consecutive_or_not() -> None:
    consecutive, gappy = np.arange(70_001.0, 70_500.0), np.array([3.0, 17.0, 40_000.0])
    back = through(consecutive, gappy)
    assert np.array_equal(back[0], consecutive)
    assert np.array_equal(back[1], gappy)


def test_consecutive_steps_cost_nothing() -> None:
    scales, payload = encode_arrays([np.arange(1.0, 1001.0)])
    assert payload == b""
    assert scales == [[1000, 1.0]]


@pytest.mark.parametrize("values", [[], [2.5], [2.5, 2.5, 2.5]])
def test_few_or_equal_values_come_back(values: list[float]) -> None:
    (back,) = through(np.array(values))
    assert back == pytest.approx(values, abs=1e-9)


def test_a_diverged_loss_becomes_a_gap_and_leaves_the_rest_alone() -> None:
    (back,) = through(np.array([2.3, np.nan, 4.6, np.inf, -np.inf, 9.2]))
    assert np.isnan(back[[1, 3, 4]]).all()
    assert back[[0, 2, 5]] == pytest.approx([2.3, 4.6, 9.2], abs=2e-4)


def test_nothing_but_gaps_is_possible() -> None:
    (back,) = through(np.full(3, np.nan))
    assert np.isnan(back).all()
