"""Gives the runner's workers their turns, in a thread of its own, each over a socket.

A worker says WANT or DONE; it is told GO, or ASKED_BACK where others wait and it has had enough. A worker that is gone
has left its turn.
"""

import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from core.jobs.turn_queue import TurnQueue

WANT: Final = b"w"
DONE: Final = b"d"
GO: Final = b"g"
ASKED_BACK: Final = b"b"
LOOK_S: Final = 0.05  # how often it looks by itself while anybody waits: turns get long


@dataclass(frozen=True)
class Share:
    """What a run takes part as: its account, the cores it takes, and whether it belongs to a search."""

    account: str
    threads: int
    is_search: bool = False


class TurnServer:
    """The turns of one runner's workers. It alone closes the sockets that it is given."""

    def __init__(self, cores: int, at_once: int) -> None:
        self._queue: TurnQueue[socket.socket] = TurnQueue(cores, at_once)
        self._ends: set[socket.socket] = set()  # ours, each of a worker
        self._calls: deque[Callable[[], None]] = deque()  # of other threads
        self._selector = selectors.DefaultSelector()
        self._is_closed = False
        self._bell, self._clapper = socket.socketpair()
        self._bell.setblocking(False)
        self._selector.register(self._bell, selectors.EVENT_READ)
        threading.Thread(target=self._serve, name="turns", daemon=True).start()

    def add(self, end: socket.socket) -> None:
        """Take the server's end of a new worker's socket; for any thread."""
        if self._is_closed:  # who has nobody to ask computes without turns
            end.close()
        self._call(lambda: self._add(end))

    def let_share(self, end: socket.socket, share: Share) -> None:
        """Let the worker at the other end take part, as the run that it is to train; for any thread."""
        self._call(lambda: self._let_share(end, share))

    def hurry(self, end: socket.socket) -> None:
        """Let the worker at the other end go before all others: its run is to stop; for any thread."""
        self._call(lambda: self._queue.hurry(end))

    def close(self) -> None:
        """End; from then on whoever is left computes without turns."""
        self._is_closed = True
        self._ring()

    def _call(self, call: Callable[[], None]) -> None:
        self._calls.append(call)
        self._ring()

    def _ring(self) -> None:
        with suppress(OSError):
            self._clapper.send(b".")

    def _serve(self) -> None:
        try:
            while not self._is_closed:
                events = self._selector.select(LOOK_S if self._queue.is_wanted else None)
                self._hear_threads()  # first: who wants a turn must be known
                for key, _mask in events:
                    if key.fileobj in self._ends:
                        self._hear(key.fileobj)
                self._give_turns()
        finally:
            self._is_closed = True
            for end in [*self._ends, self._bell, self._clapper]:
                end.close()
            self._selector.close()

    def _hear_threads(self) -> None:
        with suppress(BlockingIOError):
            self._bell.recv(4096)
        while self._calls:
            self._calls.popleft()()

    def _add(self, end: socket.socket) -> None:
        end.setblocking(False)
        self._ends.add(end)
        self._selector.register(end, selectors.EVENT_READ)

    def _let_share(self, end: socket.socket, share: Share) -> None:
        if end in self._ends:  # else its worker is gone
            self._queue.join(end, share.account, share.threads, is_search=share.is_search)

    def _hear(self, end: socket.socket) -> None:
        """Take what the worker at the other end says, or note that it is gone."""
        try:
            said = end.recv(64)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        now = time.monotonic()
        if not said:
            self._selector.unregister(end)
            self._ends.remove(end)
            self._queue.leave(end, now)
            end.close()
            return
        if DONE in said:
            self._queue.give_back(end, now)
        if said.endswith(WANT):
            self._queue.want(end, now)

    def _give_turns(self) -> None:
        while (end := self._queue.next_turn(time.monotonic())) is not None:
            _tell(end, GO)
        for end in self._queue.ask_back(time.monotonic()):
            _tell(end, ASKED_BACK)


def _tell(end: socket.socket, word: bytes) -> None:
    with suppress(OSError):  # a worker that is gone is noticed by the end of its socket
        end.send(word)
