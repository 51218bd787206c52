"""Turns over sockets: given, asked back, left by who is gone; and a worker without a runner computes all the same."""

import socket
import threading
from collections.abc import Iterator

import pytest

from core.jobs.shared_turns import SharedTurns
from core.jobs.store_controls import InterruptSignal
from core.jobs.turn_server import Share, TurnServer
from tests.polling import DEADLINE_S, until


@pytest.fixture
def server() -> Iterator[TurnServer]:
    """Return a server with one core."""
    made = TurnServer(cores=1, at_once=1)
    yield made
    made.close()


def worker(server: TurnServer, account: str) -> SharedTurns:
    """Return the turns of a worker that takes part."""
    ours, theirs = socket.socketpair()
    server.add(ours)
    server.let_share(ours, Share(account, threads=1))
    return SharedTurns(theirs, InterruptSignal())


def taking(turns: SharedTurns) -> threading.Thread:
    """Have a worker wait for its turn in a thread of its own."""
    thread = threading.Thread(target=turns.take, daemon=True)
    thread.start()
    return thread


def test_a_turn_is_given_to_who_waits_once_it_is_asked_back_and_given_up(server):
    first, second = worker(server, "a"), worker(server, "b")
    first.take()
    assert first.is_mine
    assert not first.is_over()
    waits = taking(second)
    until(first.is_over, "the turn to be asked back")
    assert not second.is_mine
    first.give_back()
    waits.join(DEADLINE_S)
    assert second.is_mine
    assert not first.is_mine
    first_again = taking(first)
    until(second.is_over, "the turn to be asked back again")
    second.give_back()
    first_again.join(DEADLINE_S)
    assert first.is_mine
    assert not first.is_over(), "what was asked back is not asked back of the next turn"


def test_who_ends_leaves_its_turn_to_the_others(server):
    ours, theirs = socket.socketpair()
    server.add(ours)
    server.let_share(ours, Share("a", threads=1))
    ending = SharedTurns(theirs, InterruptSignal())
    ending.take()
    second = worker(server, "b")
    waits = taking(second)
    theirs.close()
    waits.join(DEADLINE_S)
    assert second.is_mine


def test_who_is_wanted_back_waits_no_more(server):
    holder = worker(server, "a")
    holder.take()
    ours, theirs = socket.socketpair()
    server.add(ours)
    server.let_share(ours, Share("b", threads=1))
    recalled = InterruptSignal()
    waits = taking(SharedTurns(theirs, recalled))
    until(holder.is_over, "somebody to wait")
    recalled.give("interrupt")
    waits.join(DEADLINE_S)
    assert not waits.is_alive()


def test_without_a_server_every_turn_is_ones_own(server):
    holder, second = worker(server, "a"), worker(server, "b")
    holder.take()
    waits = taking(second)
    until(holder.is_over, "somebody to wait")
    server.close()
    waits.join(DEADLINE_S)
    assert second.is_mine
    second.give_back()
    second.take()
    assert second.is_mine
    assert not second.is_over()
    newcomer = worker(server, "c")
    newcomer.take()
    assert newcomer.is_mine


def test_a_worker_that_found_its_run_taken_takes_part_with_the_next(server):
    ours, theirs = socket.socketpair()
    server.add(ours)
    for account in ("a", "b"):
        server.let_share(ours, Share(account, threads=1))
    turns = SharedTurns(theirs, InterruptSignal())
    turns.take()
    turns.give_back()
    turns.take()
    assert turns.is_mine
