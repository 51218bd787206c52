"""How long a run will take beside others, against sums worked by hand."""

from dataclasses import replace

import pytest

from core.live.workload import Workload
from core.runs import RunInWork

# a run of 1,000 steps of 10 ms, a tenth of it done: 9 s to compute
MINE = RunInWork("mine", "me", "", "full", "running", 1, "softmax", 200, 1100, 2.0, 100.0)
SAME = replace(MINE, run_id="same", owner="other")
SHORT = replace(MINE, run_id="short", owner="third", step=1000, elapsed_s=10.0)  # 1 s to compute


def test_alone_a_run_takes_what_it_has_to_compute():
    load = Workload([MINE], cores=1)
    assert load.left_s("mine") == pytest.approx(9.0)
    assert not load.is_crowded("mine")


@pytest.mark.parametrize(("step", "of"), [(1, 1200), (99, 1200), (2, 30)])
def test_a_few_steps_after_a_long_first_evaluation_tell_no_speed(step: int, of: int):
    run = replace(MINE, model="cnn", step=step, total_steps=of, elapsed_s=134.0)
    assert Workload([run]).left_s("mine") == 0.0
    others_s = {"cnn": 0.0001}  # an image, 100 of them a step
    assert Workload([run], others_s).left_s("mine") == pytest.approx((of - step) * 0.01)


def test_a_tenth_of_few_steps_tells_the_speed():
    run = replace(MINE, step=3, total_steps=30, elapsed_s=6.0)
    assert Workload([run]).left_s("mine") == pytest.approx(54.0)


def test_beside_one_like_it_it_takes_twice_as_long_on_one_core_and_no_longer_on_two():
    assert Workload([MINE, SAME], cores=1).left_s("mine") == pytest.approx(18.0)
    assert Workload([MINE, SAME], cores=1).is_crowded("mine")
    assert Workload([MINE, SAME], cores=2).left_s("mine") == pytest.approx(9.0)
    assert not Workload([MINE, SAME], cores=2).is_crowded("mine")


def test_a_shorter_one_costs_its_own_length_and_is_cost_no_more_than_that():
    load = Workload([MINE, SHORT], cores=1)
    assert load.left_s("mine") == pytest.approx(10.0)
    assert load.left_s("short") == pytest.approx(2.0)


def test_thirty_films_of_ten_seconds_take_what_they_compute_together():
    film = replace(MINE, pace="film:10", step=0, elapsed_s=0.0)
    for steps, takes_s in ((50, 10.0), (200, 30.0)):  # each computes for 0.5 s, or for 2 s
        films = [replace(film, run_id=f"{i}", owner=f"{i}", total_steps=steps) for i in range(30)]
        load = Workload(films, {"softmax": 0.0001}, cores=2)
        assert load.left_s("3") == pytest.approx(takes_s)
        assert load.is_crowded("3") == (takes_s > 10)


def test_a_run_of_few_steps_a_second_costs_no_more_than_these_take():
    slow = replace(SAME, pace="steps:10")  # a tenth of a core
    assert Workload([MINE, slow], cores=1).left_s("mine") == pytest.approx(9.0 + 0.9)


def test_paused_runs_cost_nothing():
    assert Workload([MINE, replace(SAME, state="paused")], cores=1).left_s("mine") == pytest.approx(9.0)


def test_a_run_that_has_not_been_timed_is_as_fast_as_the_last_of_its_model():
    fresh = replace(MINE, step=0, elapsed_s=0.01)
    assert Workload([fresh], {"softmax": 0.0002}, 1).left_s("mine") == pytest.approx(1100 * 100 * 0.0002)
    assert Workload([fresh], {"cnn": 0.0002}, 1).left_s("mine") == 0.0


def test_of_a_run_that_is_not_in_work_there_is_nothing_to_tell():
    assert Workload([SAME], cores=1).left_s("mine") is None
    assert not Workload([SAME], cores=1).is_crowded("mine")
