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


@dataclass(eq=False)
class _Worker:
    """The server's end of a worker's socket, and whether its turn has been asked back."""

    end: socket.socket
    is_asked_back: bool = False


class TurnServer:
    """The turns of one runner's workers. It alone closes the sockets that it is given."""

    def __init__(self, cores: int, at_once: int) -> None:
        self._queue: TurnQueue[_Worker] = TurnQueue(cores, at_once)
        self._workers: dict[socket.socket, _Worker] = {}
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
        self._call(lambda: self._hurry(end))

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
                    if key.data is not None:
                        self._hear(key.data)
                self._give_turns()
        finally:
            self._is_closed = True
            for end in [*self._workers, self._bell, self._clapper]:
                end.close()
            self._selector.close()

    def _hear_threads(self) -> None:
        with suppress(BlockingIOError):
            self._bell.recv(4096)
        while self._calls:
            self._calls.popleft()()

    def _add(self, end: socket.socket) -> None:
        end.setblocking(False)
        worker = self._workers[end] = _Worker(end)
        self._selector.register(end, selectors.EVENT_READ, worker)

    def _let_share(self, end: socket.socket, share: Share) -> None:
        if end in self._workers:  # else it is gone
            self._queue.join(self._workers[end], share.account, share.threads, is_search=share.is_search)

    def _hurry(self, end: socket.socket) -> None:
        if end in self._workers:
            self._queue.hurry(self._workers[end])

    def _hear(self, worker: _Worker) -> None:
        """Take what a worker says, or note that it is gone."""
        try:
            said = worker.end.recv(64)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        now = time.monotonic()
        if not said:
            self._selector.unregister(worker.end)
            del self._workers[worker.end]
            self._queue.leave(worker, now)
            worker.end.close()
            return
        if DONE in said:
            self._queue.give_back(worker, now)
        if said.endswith(WANT):
            self._queue.want(worker, now)

    def _give_turns(self) -> None:
        while (worker := self._queue.next_turn(time.monotonic())) is not None:
            worker.is_asked_back = False
            _tell(worker, GO)
        for worker in self._queue.overdue(time.monotonic()):
            if not worker.is_asked_back:
                worker.is_asked_back = True
                _tell(worker, ASKED_BACK)


def _tell(worker: _Worker, word: bytes) -> None:
    with suppress(OSError):  # a worker that is gone is noticed by the end of its socket
        worker.end.send(word)
