"""The store's own time: it goes with the clock, and jumps with none."""

import pytest

from core.runs import Store
from core.runs.store_time import MOST_S, store_time

DAY_S = 86_400.0
BEGIN_S = 1_700_000_000.0


def times(store: Store, *clocks: float) -> list[float]:
    """Return what the store's time is at each of these looks, in seconds since the first."""
    found = []
    for clock_s in clocks:
        with store.database.write() as connection:
            found.append(store_time(connection, BEGIN_S + clock_s) - BEGIN_S)
    return found


def test_it_goes_with_the_clock(store: Store):
    assert times(store, 0, 60, 300, 3_000) == [0, 60, 300, 3_000]


def test_of_a_jump_forwards_a_day_counts_and_afterwards_it_goes_on(store: Store):
    assert MOST_S == DAY_S
    assert times(store, 0, 100 * DAY_S, 100 * DAY_S + 60) == [0, DAY_S, DAY_S + 60]


def test_a_clock_that_is_set_back_takes_no_time_away(store: Store):
    assert times(store, 0, 100, -50 * DAY_S, -50 * DAY_S + 60) == [0, 100, 100, 160]


def test_forwards_and_back_again_costs_a_day_at_most(store: Store):
    assert times(store, 0, 100 * DAY_S, 60, 120) == [0, DAY_S, DAY_S, DAY_S + 60]


@pytest.mark.parametrize("starts", [3])
def test_each_start_of_another_process_goes_on_from_what_is_stored(store: Store, starts: int):
    found = [times(Store(store.url), start * 1_000.0)[0] for start in range(starts)]
    assert found == [0, 1_000, 2_000]
