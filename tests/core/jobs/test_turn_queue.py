"""Whose turn it is: fair by owner, newcomers first, searches behind, nobody starved; by a clock of the test's own."""

from collections import Counter

import pytest

from core.jobs.turn_queue import GRACE_S, LONGEST_S, TurnQueue

TURN_S = 0.05


class Machine:
    """Runs that always want to compute, look every 50 ms whether they are asked back, and how often each had."""

    def __init__(self, cores: int, at_once: int | None = None) -> None:
        self.queue: TurnQueue[str] = TurnQueue(cores, at_once or cores)
        self.now, self.had = 0.0, Counter[str]()
        self.most = 0  # who computed at once

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
            self.most = max(self.most, len(self.queue.in_turn))
            self.now += TURN_S
            self.had.update(self.queue.in_turn)
            for run in self.queue.ask_back(self.now):
                self.queue.give_back(run, self.now)
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
    machine.go_on(5)
    assert machine.had["trial"] == 100
    machine.join("mine", "me")
    machine.go_on(1)
    machine.had.clear()
    machine.go_on(50)
    assert machine.had["mine"] / machine.had["trial"] == pytest.approx(4, rel=0.1)


@pytest.mark.parametrize(("is_search", "share"), [(False, 1 / 3), (True, 1 / 9)])
def test_nobody_owes_what_they_had_while_nobody_waited(is_search, share):
    machine = Machine(cores=1)
    machine.join("alone", is_search=is_search)
    machine.go_on(60)
    machine.join("new")
    machine.join("newer")
    machine.had.clear()
    machine.go_on(20)
    assert machine.had["alone"] == pytest.approx(400 * share, abs=15)


def test_who_comes_late_to_a_turn_that_nobody_waited_for_does_not_compute_beside_it():
    machine = Machine(cores=1)
    for run in "abcde":
        machine.join(run)
        machine.go_on(5)
    assert machine.most == 1


def test_an_owner_of_one_short_run_after_another_has_no_more_than_owners_of_a_long_one():
    machine = Machine(cores=1)
    machine.join("long")
    machine.join("longer")
    for number in range(1_000):
        machine.join(f"short{number}", "hasty")
        until = machine.now + 60
        while machine.had[f"short{number}"] < 9 and machine.now < until:
            machine.go_on(0.05)
        machine.queue.leave(f"short{number}", machine.now)
        if machine.now > 60:
            break
    assert machine.had["long"] == pytest.approx(machine.now / TURN_S / 3, abs=25)


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
    assert machine.queue.ask_back(10.0) == ["hangs"]
    assert machine.queue.next_turn(10.0 + GRACE_S / 2) is None
    assert machine.queue.next_turn(10.0 + GRACE_S) == "waits"


def test_a_worker_that_hung_does_not_owe_the_time_in_which_it_kept_nobody_waiting():
    machine = Machine(cores=1)
    machine.join("hangs")
    assert machine.queue.next_turn(0.0) == "hangs"
    machine.join("other")
    assert machine.queue.ask_back(0.0) == ["hangs"]
    machine.now = 100.0
    machine.queue.give_back("hangs", machine.now)
    machine.queue.want("hangs", machine.now)
    machine.go_on(20)
    assert machine.had["hangs"] == pytest.approx(200, abs=25)


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


def with_a_turn_had(*runs: str, cores: int = 1, at_once: int = 1, seconds: float = TURN_S) -> TurnQueue[str]:
    """Return a queue in which each run has had its seconds of one core, its owner as much, and waits."""
    queue: TurnQueue[str] = TurnQueue(cores, at_once)
    for run in runs:
        queue.join(run, run, 1)
        queue.want(run, 0.0)
        assert queue.next_turn(0.0) == run
        queue.give_back(run, seconds)
        queue.want(run, seconds)
    return queue


def test_a_turn_is_over_once_its_owner_is_a_tenth_of_a_second_ahead():
    queue = with_a_turn_had("a", "b")
    assert queue.next_turn(10.0) == "a"
    assert queue.ask_back(10.09) == []
    assert queue.ask_back(10.11) == ["a"]


def test_a_turn_that_nobody_waits_for_is_never_over():
    queue = with_a_turn_had("a")
    assert queue.next_turn(10.0) == "a"
    assert queue.ask_back(1_000.0) == []


def test_a_turn_is_over_at_once_for_a_run_that_has_not_begun():
    queue = with_a_turn_had("a")
    assert queue.next_turn(10.0) == "a"
    queue.join("new", "new", 1)
    queue.want("new", 10.0)
    assert queue.ask_back(10.001) == ["a"]


def test_a_turn_is_over_at_once_for_a_run_that_is_to_stop():
    queue = with_a_turn_had("a", "b")
    assert queue.next_turn(10.0) == "a"
    queue.hurry("b")
    assert queue.ask_back(10.001) == ["a"]


def test_a_turn_is_asked_back_in_time_also_where_only_a_search_waits_that_has_had_its_share():
    queue = with_a_turn_had("mine")
    queue.join("trial", "search", 1, is_search=True)
    queue.give_back("mine", 1.0)
    queue.want("trial", 1.0)
    assert queue.next_turn(1.0) == "trial"
    queue.give_back("trial", 9.0)
    for run in ("trial", "mine"):
        queue.want(run, 9.0)
    assert queue.next_turn(9.0) == "mine"
    assert queue.ask_back(9.0 + LONGEST_S - 0.001) == []
    assert queue.ask_back(9.0 + LONGEST_S) == ["mine"]
    assert LONGEST_S < GRACE_S, "else the trial would compute beside it"


def test_as_many_turns_end_together_as_the_next_run_needs_cores():
    queue = with_a_turn_had("a", "b", cores=3, at_once=3)
    queue.join("cnn", "cnn", 2)
    assert [queue.next_turn(10.0) for _ in "ab"] == ["a", "b"]
    queue.want("cnn", 10.0)
    assert queue.ask_back(10.001) == ["b"]
    queue.give_back("b", 10.01)
    assert queue.next_turn(10.01) == "cnn"
    queue.join("wide", "wide", 3)
    queue.want("wide", 10.01)
    assert sorted(queue.ask_back(10.02)) == ["a", "cnn"]
    assert queue.ask_back(10.03) == [], "each is asked once"


@pytest.mark.parametrize(
    ("threads", "is_search", "lasts_s"),
    # the other's clock is at 0.1; a newcomer's begins at -0.5, a search's at 0
    [(2, False, 0.7 / 2), (4, False, 0.7 / 4), (1, True, 0.2 / 4)],
)
def test_a_turn_counts_times_its_cores_and_four_times_for_a_search(threads, is_search, lasts_s):
    queue = with_a_turn_had("b", cores=4, seconds=0.6)
    queue.give_back("b", 10.0)
    queue.join("a", "a", threads, is_search=is_search)
    queue.want("a", 10.0)
    assert queue.next_turn(10.0) == "a"
    queue.want("b", 10.0)
    assert queue.ask_back(10.0 + lasts_s - 0.001) == []
    assert queue.ask_back(10.0 + lasts_s + 0.001) == ["a"]
