"""A film takes its time whatever the run: by a clock that only the run's own work and waits move."""

import pytest

from core.protocol.controls import film_place
from core.training.schedule import Pacer

POLL_S = 0.002


class Clock:
    """Seconds that pass as the test has them pass."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def times_of_steps(
    total_steps: int, step_s: float, *, pace: str = "film:10", first_step_s: float = 0.0, closing_s: float = 0.0,
    joined_at: int = 0,
) -> list[float]:  # fmt: skip
    """Return when each step of a run was done whose steps take `step_s`; its first, `first_step_s` more."""
    clock, trained_s, done = Clock(), 0.0, []
    pacer = Pacer(total_steps, clock)
    pacer.restart(pace, joined_at)
    for step in range(joined_at, total_steps):
        while not pacer.is_due(step, trained_s, closing_s):
            clock.now_s += POLL_S
        took_s = step_s + (0 if done else first_step_s)
        clock.now_s, trained_s = clock.now_s + took_s, trained_s + took_s
        done.append(clock.now_s)
    return done


@pytest.mark.parametrize(
    ("total_steps", "step_s"),
    [
        (3_000, 0.00008),  # softmax regression, 5 epochs
        (600, 0.0001),
        (6_000, 0.0001),
        (120_000, 0.00007),  # 200 epochs: 8.4 s at full speed
        (3_000, 0.0031),  # an MLP, 9.3 s at full speed
        (900, 0.0105),  # a CNN, 9.45 s
        (50, 0.01),
        (10, 0.001),
        (3, 0.4),
        (2, 0.001),
    ],
)
def test_a_film_takes_ten_seconds_of_any_run_that_can_go_that_fast(total_steps: int, step_s: float) -> None:
    assert 9.5 <= times_of_steps(total_steps, step_s)[-1] <= 10.5


def test_a_film_starts_slowly_even_where_the_first_step_took_long() -> None:
    done = times_of_steps(3_000, 0.0005, first_step_s=1.0)
    assert 9.5 <= done[-1] <= 10.5
    assert sum(at < 3 for at in done) < 150, "a twentieth in the first three seconds"


def test_a_run_that_cannot_go_that_fast_goes_as_fast_as_it_can() -> None:
    done = times_of_steps(3_000, 0.005)
    assert done[-1] == pytest.approx(3_000 * 0.005, abs=1.5), "but for the steps that it took to find out"


def test_what_comes_after_the_last_step_is_part_of_the_film() -> None:
    assert times_of_steps(3_000, 0.0001, closing_s=1.2)[-1] == pytest.approx(10 - 1.2, abs=0.1)
    assert times_of_steps(3_000, 0.0001, closing_s=60)[-1] == pytest.approx(5, abs=0.1)


@pytest.mark.parametrize("joined_at", [1, 40, 1_500, 2_999])
def test_a_film_that_is_joined_goes_on_where_it_would_be(joined_at: int) -> None:
    left_s = 10 * (1 - film_place(joined_at / 3_000, 10, 3_000))
    assert times_of_steps(3_000, 0.0001, joined_at=joined_at)[-1] == pytest.approx(left_s, abs=0.05)


def test_steps_a_second_are_counted_from_where_the_pace_was_ordered() -> None:
    assert times_of_steps(60, 0.0001, pace="steps:5", joined_at=50)[-1] == pytest.approx(9 / 5, abs=0.01)
