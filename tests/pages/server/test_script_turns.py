"""Turns to draw: one at a time, pages that are open first, and nobody kept waiting by who draws for long."""

import threading
from collections.abc import Callable

import pytest

from pages.server.script_turns import ScriptTurns
from tests.polling import until

NEVER_S = 600.0


class Drawer(threading.Thread):
    """A thread that asks for a turn and holds it until it is told to end."""

    def __init__(
        self, turns: ScriptTurns, name: str, *, is_opening: bool = False, log: list[str] | None = None
    ) -> None:
        super().__init__(daemon=True)
        self.turns, self.said, self.is_opening = turns, name, is_opening
        self.log = log if log is not None else []
        self.has_begun, self.may_end = threading.Event(), threading.Event()
        self.start()

    def run(self) -> None:
        with self.turns.turn(is_opening=self.is_opening):
            self.log.append(self.said)
            self.has_begun.set()
            self.may_end.wait()

    def end(self) -> None:
        self.may_end.set()
        self.join()


def waiting(turns: ScriptTurns) -> int:
    return len(turns._waiting)


def queued(turns: ScriptTurns, *made: Callable[[], Drawer]) -> list[Drawer]:
    """Return drawers that asked in this order, none of which has begun."""
    drawers = []
    for number, make in enumerate(made, start=1):
        drawers.append(make())
        until(lambda number=number: waiting(turns) == number, "a drawer that waits")
    return drawers


def order(first: Drawer, drawers: list[Drawer], log: list[str]) -> list[str]:
    """Return in which order the drawers begin once the first ends."""
    for drawer in drawers:
        drawer.may_end.set()
    first.end()
    for drawer in drawers:
        drawer.join()
    return log


def test_one_draws_at_a_time_in_the_order_of_coming() -> None:
    turns, log = ScriptTurns(longest_s=NEVER_S), []
    first = Drawer(turns, "first")
    first.has_begun.wait()
    drawers = queued(turns, *(lambda name=name: Drawer(turns, name, log=log) for name in "abc"))
    assert log == []
    assert order(first, drawers, log) == ["a", "b", "c"]


def test_a_page_that_is_open_goes_before_those_that_open() -> None:
    turns, log = ScriptTurns(longest_s=NEVER_S, patience_s=NEVER_S), []
    first = Drawer(turns, "first")
    first.has_begun.wait()
    opening = (lambda name=name: Drawer(turns, name, is_opening=True, log=log) for name in "ab")
    drawers = queued(turns, *opening, lambda: Drawer(turns, "open", log=log))
    assert order(first, drawers, log) == ["open", "a", "b"]


def test_a_page_that_opens_has_waited_long_enough_after_a_while() -> None:
    turns, log = ScriptTurns(longest_s=NEVER_S, patience_s=0.0), []
    first = Drawer(turns, "first")
    first.has_begun.wait()
    drawers = queued(
        turns,
        lambda: Drawer(turns, "opening", is_opening=True, log=log),
        lambda: Drawer(turns, "open", log=log),
    )
    assert order(first, drawers, log) == ["opening", "open"]


def test_who_draws_for_long_keeps_nobody_waiting() -> None:
    turns = ScriptTurns(longest_s=0.0)
    slow, other = Drawer(turns, "slow"), Drawer(turns, "other")
    assert slow.has_begun.wait(30)
    assert other.has_begun.wait(30)
    assert slow.is_alive()
    other.end()
    slow.end()


def test_others_draw_while_one_waits_for_something() -> None:
    turns = ScriptTurns(longest_s=NEVER_S)
    with turns.turn(is_opening=False):
        other = Drawer(turns, "other")
        until(lambda: waiting(turns) == 1, "a drawer that waits")
        with turns.pause():
            assert other.has_begun.wait(30)
            other.end()
        assert turns._mine() is not None  # it has its turn again
        third = Drawer(turns, "third")
        until(lambda: waiting(turns) == 1, "a drawer that waits")
        assert not third.has_begun.is_set()
    assert third.has_begun.wait(30)
    third.end()


def test_a_part_of_what_is_drawn_needs_no_turn_of_its_own_and_an_error_ends_the_turn() -> None:
    turns = ScriptTurns(longest_s=NEVER_S)
    with pytest.raises(ZeroDivisionError), turns.turn(is_opening=True), turns.turn(is_opening=False):
        raise ZeroDivisionError
    assert turns._mine() is None
    other = Drawer(turns, "other")
    assert other.has_begun.wait(30)
    other.end()
