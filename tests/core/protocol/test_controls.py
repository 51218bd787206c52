"""Pace: how many steps are due when, worked out by hand."""

import pytest

from core.protocol.controls import parse_pace, steps_due, time_left_s


def test_full_speed_waits_for_nothing() -> None:
    assert steps_due("full", 0.0, 100) == float("inf")


def test_steps_a_second() -> None:
    assert steps_due("steps:5", 2.0, 100) == 10


def test_a_film_is_slow_at_first_and_done_on_time() -> None:
    assert steps_due("film:10", 1.0, 1000) == 2  # at least two a second
    assert steps_due("film:10", 5.0, 1000) == 125  # (1/2)^3
    assert steps_due("film:10", 10.0, 1000) == 1000


def test_time_left() -> None:
    assert time_left_s("film:10", 125, 1000, 1e9) == pytest.approx(5.0)
    assert time_left_s("film:10", 125, 1000, 5.0) == 175, "a slow machine is slower than the film"
    assert time_left_s("steps:5", 50, 100, 1000) == 10
    assert time_left_s("full", 50, 100, 25) == 2


@pytest.mark.parametrize("pace", ["", "fast", "film", "film:0", "steps:-1", "steps:nan", "film:1e9"])
def test_a_pace_that_is_none_is_refused_with_what_is_allowed(pace: str) -> None:
    with pytest.raises(ValueError, match=r'pace must be "full", "film:SECONDS" or "steps:STEPS_PER_S"'):
        parse_pace(pace)
