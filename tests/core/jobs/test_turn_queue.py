"""Whose turn it is: fair by owner, newcomers first, searches behind, nobody starved; by a clock of the test's own."""

from collections import Counter

import pytest

from core.jobs.turn_queue import LONGEST_S, TurnQueue

TURN_S = 0.05


class Machine:
    """Runs that always want to compute, in turns of 50 ms, and who had how much of the cores."""

    def __init__(self, cores: int, at_once: int | None = None) -> None:
        self.queue: TurnQueue[str] = TurnQueue(cores, at_once or cores)
        self.now, self.had = 0.0, Counter[str]()

    def join(self, run: str, account: str = "", threads: int = 1, *, is_search: bool = False) -> None:
        self.queue.join(run, account or run, threads, is_search=is_search)
        self.queue.want(run, self.now)

    def go_on(self, seconds: float) -> list[str]:
        """Let everybody compute for so long; return whose turns began, in order."""
        began: list[str] = []
        end = self.now + seconds - 1e-9
        while self.now < end:
            while (run := self.queue.next_turn(self.now)) is not None:
                began.append(run)
            self.now += TURN_S
            for run in self.queue.in_turn:
                self.queue.give_back(run, self.now)
                self.had[run] += 1
                self.queue.want(run, self.now)
        return began


def test_no_more_compute_at_once_than_there_are_cores():
    machine = Machine(cores=2)
    for run in "abc":
        machine.join(run)
    assert [machine.queue.next_turn(0.0) for _ in range(3)] == ["a", "b", None]
    machine.queue.give_back("a", 0.05)
    assert machine.queue.next_turn(0.05) == "c"


def test_no_more_compute_at_once_than_workers_are_allowed():
    machine = Machine(cores=8, at_once=1)
    machine.join("a")
    machine.join("b")
    assert [machine.queue.next_turn(0.0) for _ in range(2)] == ["a", None]


def test_equal_runs_of_different_owners_have_equal_parts():
    machine = Machine(cores=2)
    for run in "abcde":
        machine.join(run)
    machine.go_on(10)
    assert sum(machine.had.values()) == 400
    assert all(count == pytest.approx(80, abs=2) for count in machine.had.values())


def test_an_owner_of_many_runs_has_no_more_than_an_owner_of_one():
    machine = Machine(cores=1)
    for i in range(5):
        machine.join(f"many{i}", "many")
    machine.join("one")
    machine.go_on(60)
    assert machine.had["one"] == pytest.approx(600, abs=15)
    assert all(machine.had[f"many{i}"] == pytest.approx(120, abs=5) for i in range(5))


def test_a_newcomer_goes_before_those_who_have_computed_for_long():
    machine = Machine(cores=1)
    for run in "abc":
        machine.join(run)
    machine.go_on(30)
    machine.join("new")
    assert set(machine.go_on(0.4)) == {"new"}
    machine.had.clear()
    machine.go_on(10)
    assert machine.had["new"] == pytest.approx(50, abs=5), "and then it goes round with them"


def test_a_search_has_a_quarter_of_what_a_persons_run_has_and_all_when_it_is_alone():
    machine = Machine(cores=1)
    machine.join("trial", "me search", is_search=True)
    assert len(machine.go_on(5)) == 100
    machine.join("mine", "me")
    machine.go_on(1)
    machine.had.clear()
    machine.go_on(50)
    assert machine.had["mine"] / machine.had["trial"] == pytest.approx(4, rel=0.1)


def test_a_run_that_slept_may_not_save_up_what_it_did_not_use():
    machine = Machine(cores=1)
    machine.queue.join("paced", "paced", 1)
    machine.join("full")
    machine.go_on(100)
    machine.queue.want("paced", machine.now)
    machine.had.clear()
    machine.go_on(20)
    assert machine.had["full"] > 150, "it has its head start, and no more"


def test_a_run_of_two_threads_is_not_passed_over_for_ever_by_those_of_one():
    machine = Machine(cores=2)
    machine.join("a")
    machine.join("b")
    machine.join("cnn", threads=2)
    machine.go_on(30)
    assert machine.had["cnn"] >= 0.3 * 600 / 2


def test_one_run_may_always_compute_however_many_threads_it_has():
    machine = Machine(cores=2)
    machine.join("wide", threads=8)
    assert machine.queue.next_turn(0.0) == "wide"


def test_a_worker_that_hangs_in_its_turn_keeps_nobody_waiting():
    machine = Machine(cores=1)
    machine.join("hangs")
    machine.join("waits")
    assert machine.queue.next_turn(0.0) == "hangs"
    assert machine.queue.next_turn(LONGEST_S / 2) is None
    assert machine.queue.next_turn(LONGEST_S) == "waits"


def test_who_is_told_to_stop_goes_before_all_others():
    machine = Machine(cores=1)
    for run in "abc":
        machine.join(run)
    machine.join("trial", "search", is_search=True)
    machine.go_on(30)
    machine.queue.hurry("trial")
    assert machine.go_on(0.05) == ["trial"]


def test_whoever_is_gone_has_left_its_turn():
    machine = Machine(cores=1)
    machine.join("gone")
    machine.join("next")
    assert machine.queue.next_turn(0.0) == "gone"
    machine.queue.leave("gone", 0.1)
    assert machine.queue.next_turn(0.1) == "next"
    machine.queue.leave("next", 0.2)
    assert not machine.queue.is_wanted
    assert machine.queue.next_turn(0.2) is None


def test_a_search_owes_what_it_had_also_between_two_of_its_runs():
    machine = Machine(cores=1)
    machine.join("mine")
    machine.join("trial1", "search", is_search=True)
    machine.go_on(50)
    machine.queue.leave("trial1", machine.now)
    machine.join("trial2", "search", is_search=True)
    machine.had.clear()
    machine.go_on(50)
    assert machine.had["mine"] / machine.had["trial2"] == pytest.approx(4, rel=0.15)
