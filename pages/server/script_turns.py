"""One page, or part of a page, is drawn at a time.

Thirty threads that draw at once take the interpreter's lock from each other: that costs two to three times the
processor time, and whoever only changes something on a page waits for all of them.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Final, ParamSpec

import streamlit as st

P = ParamSpec("P")
LONGEST_S: Final = 0.3  # who draws for longer, or waits for something, no longer keeps others waiting
PATIENCE_S: Final = 3.0  # so long a page that opens lets those go first that are open
LOOK_S: Final = 0.1
_IS_OPEN: Final = "_page_is_open"


@dataclass(eq=False)
class _Ticket:
    is_opening: bool
    since: float
    may: threading.Event = field(default_factory=threading.Event)


class ScriptTurns:
    """Who draws and who waits: a page that is open before one that opens, else in the order of coming."""

    def __init__(self, longest_s: float = LONGEST_S, patience_s: float = PATIENCE_S) -> None:
        self._longest_s, self._patience_s = longest_s, patience_s
        self._lock = threading.Lock()
        self._waiting: list[_Ticket] = []
        self._drawing: dict[_Ticket, float] = {}  # since when
        self._held = threading.local()

    @contextmanager
    def turn(self, *, is_opening: bool) -> Iterator[None]:
        """Hold a turn; a part of what is drawn in one needs none of its own."""
        if self._mine() is not None:
            yield
            return
        self._begin(_Ticket(is_opening, time.monotonic()))
        try:
            yield
        finally:
            self._end()

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Let others draw while this one waits for something."""
        ticket = self._mine()
        if ticket is None:
            yield
            return
        self._end()
        try:
            yield
        finally:
            self._begin(_Ticket(ticket.is_opening, ticket.since))

    def _mine(self) -> _Ticket | None:
        return getattr(self._held, "ticket", None)

    def _begin(self, ticket: _Ticket) -> None:
        with self._lock:
            self._waiting.append(ticket)
            self._let_begin()
        while not ticket.may.wait(LOOK_S):
            with self._lock:
                self._let_begin()
        self._held.ticket = ticket

    def _end(self) -> None:
        ticket, self._held.ticket = self._held.ticket, None
        with self._lock:
            del self._drawing[ticket]
            self._let_begin()

    def _let_begin(self) -> None:
        now = time.monotonic()
        if self._waiting and all(now - since >= self._longest_s for since in self._drawing.values()):
            first = min(self._waiting, key=lambda ticket: (self._is_patient(ticket, now), ticket.since))
            self._waiting.remove(first)
            self._drawing[first] = now
            first.may.set()

    def _is_patient(self, ticket: _Ticket, now: float) -> bool:
        return ticket.is_opening and now - ticket.since < self._patience_s


_TURNS: Final = ScriptTurns()
meanwhile: Final = _TURNS.pause
_REASONS: Final = threading.Lock()


@contextmanager
def reasons_turn() -> Iterator[None]:
    """Hold the turn to compute what stands behind an answer: whoever waits for an answer waits for no reasons."""
    with meanwhile(), _REASONS:
        yield


def in_turn(draw: Callable[P, None]) -> Callable[P, None]:
    """Return what draws a page, or a part of it, once it is this visitor's turn."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> None:
        with _TURNS.turn(is_opening=_IS_OPEN not in st.session_state):
            st.session_state[_IS_OPEN] = True
            draw(*args, **kwargs)

    return drawn
