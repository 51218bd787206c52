"""Pace: how many steps are due when, worked out by hand."""

import pytest

from core.protocol.controls import film_place, parse_pace, steps_due, time_left_s


def test_full_speed_waits_for_nothing() -> None:
    assert steps_due("full", 0.0, 100) == float("inf")


def test_steps_a_second() -> None:
    assert steps_due("steps:5", 2.0, 100) == 10


def test_a_film_is_slow_at_first_and_done_on_time() -> None:
    assert steps_due("film:10", 0.0, 1000) == 1, "the first is due at once"
    assert steps_due("film:10", 1.0, 1000) == 1 + 2  # 999 (0.02 / 10 + 0.98 / 1000) = 2.98
    assert steps_due("film:10", 5.0, 1000) == 1 + 132  # 999 (0.02 / 2 + 0.98 / 8) = 132.4
    assert steps_due("film:10", 9.999, 1000) == 999
    assert steps_due("film:10", 10.0, 1000) == 1000


def test_a_film_of_few_steps_spreads_them_evenly() -> None:
    assert [steps_due("film:10", second, 11) for second in range(11)] == list(range(1, 12))


def test_the_place_in_a_film_is_where_that_many_steps_are_due() -> None:
    assert film_place(132.375 / 999 * 0.999, 10, 1000) == pytest.approx(0.5, abs=0.001)
    assert film_place(0.0, 10, 1000) == pytest.approx(0)
    assert film_place(1.0, 10, 1000) == pytest.approx(1)
    assert film_place(0.3, 10, 20) == pytest.approx(0.3)


def test_time_left() -> None:
    assert time_left_s("film:10", 132, 1000, 1e-9) == pytest.approx(5.0, abs=0.01)
    assert time_left_s("film:10", 125, 1000, 0.2) == 175, "a slow machine is slower than the film"
    assert time_left_s("steps:5", 50, 100, 0.001) == 10
    assert time_left_s("full", 50, 100, 0.04) == 2


@pytest.mark.parametrize("pace", ["", "fast", "film", "film:0", "steps:-1", "steps:nan", "film:1e9"])
def test_a_pace_that_is_none_is_refused_with_what_is_allowed(pace: str) -> None:
    with pytest.raises(ValueError, match=r'pace must be "full", "film:SECONDS" or "steps:STEPS_PER_S"'):
        parse_pace(pace)
