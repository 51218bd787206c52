"""Work that costs, such as exports and what a page computes for seconds: one piece a visitor at a time, a few in all.

Who comes later waits, first come, first served, but for who has a piece in work already.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import wraps
from typing import Final, ParamSpec, TypeVar

import streamlit as st

from core.errors import InklingError
from core.i18n.marked_sentences import nmarkdown_
from core.i18n.translation import _
from pages.components.made_file import or_why_not
from pages.server.background import is_ending
from pages.server.script_turns import meanwhile
from pages.server.services import allowed
from pages.server.visitor import visitor

P = ParamSpec("P")
T = TypeVar("T")
AT_ONCE_S: Final = 0.2  # a turn that comes so soon is not announced
LOOK_S: Final = (
    5.0  # so long one who waits is told how many come first; then again, if the page is still there
)
END_LOOK_S: Final = 1.0  # before a file's thread looks whether the server ends
FILE_S: Final = 150.0  # a browser waits 180 s for a file that is made for it
FILES_EACH: Final = 3  # that one visitor has asked for and not got
FILES: Final = 32  # each holds a thread of the server's pool
POOL: Final = 64  # threads of that: what else needs one is answered while files are made

Announce = Callable[[int], AbstractContextManager[object]]  # given how many come first


class NoTurn(InklingError):  # noqa: N818 - says what happened
    """A file would wait too long, or has waited."""

    def __init__(self) -> None:
        super().__init__(
            _("Many files are being made here, for you or for others."),
            _("Wait for those that you have asked for, then try again in a minute."),
        )


@dataclass(eq=False)
class _Ticket:
    visitor: str
    is_file: bool = False
    thread: int = field(default_factory=threading.get_ident)


class Turns:
    """Who works and who waits, in the order of coming."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._working: list[_Ticket] = []

    @contextmanager
    def turn(self, whose: str, announce: Announce = nullcontext, every_s: float = LOOK_S) -> Iterator[None]:
        """Hold a visitor's turn; while it has not come, be in the context that `announce` gives, anew so often."""
        with self._place(_Ticket(whose)) as ticket:
            begins = self._begins(ticket, AT_ONCE_S)
            while not begins:
                with announce(self._before(ticket)):
                    begins = self._begins(ticket, every_s)
            yield

    @contextmanager
    def file_turn(self, whose: str) -> Iterator[None]:
        """Hold a visitor's turn for a file that their browser waits for.  Raises: NoTurn."""
        deadline = time.monotonic() + FILE_S
        with self._place(_Ticket(whose, is_file=True)) as ticket:
            while not self._begins(ticket, END_LOOK_S):
                if time.monotonic() > deadline or is_ending():
                    raise NoTurn
            yield

    @contextmanager
    def _place(self, ticket: _Ticket) -> Iterator[_Ticket]:
        """Have the ticket stand in line until its work is done or given up."""
        with self._changed:
            assert not self._is_held()  # it would wait for itself
            files = [other.visitor for other in (*self._waiting, *self._working) if other.is_file]
            if ticket.is_file and (len(files) >= FILES or files.count(ticket.visitor) >= FILES_EACH):
                raise NoTurn
            self._waiting.append(ticket)
        try:
            yield ticket
        finally:
            with self._changed:
                (self._working if ticket in self._working else self._waiting).remove(ticket)
                self._changed.notify_all()

    def is_held(self) -> bool:
        """Return whether this thread holds a turn."""
        with self._changed:
            return self._is_held()

    def _is_held(self) -> bool:
        return any(ticket.thread == threading.get_ident() for ticket in self._working)

    def _begins(self, ticket: _Ticket, within_s: float) -> bool:
        with self._changed:
            if not self._changed.wait_for(lambda: self._is_next(ticket), within_s):
                return False
            self._waiting.remove(ticket)
            self._working.append(ticket)
            self._changed.notify_all()  # another may be next now
            return True

    def _is_next(self, ticket: _Ticket) -> bool:
        if len(self._working) >= allowed().costly_at_once:
            return False
        busy = {other.visitor for other in self._working}
        return ticket is next((other for other in self._waiting if other.visitor not in busy), None)

    def _before(self, ticket: _Ticket) -> int:
        with self._changed:
            return len(self._working) + self._waiting.index(ticket)


TURNS: Final = Turns()


class _NeedsTurn(Exception):  # noqa: N818 - says what happened
    """Nothing is kept, and the thread that asks holds no turn."""


def costly(
    keep: Callable[[Callable[P, T]], Callable[P, T]],
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Return a decorator for what is computed at the turn of the visitor who looks at the page, and kept by `keep`.

    What is kept needs no turn. One waits outside of `keep`, whose lock on a value nobody holds who does not compute it.
    """

    def decorated(compute: Callable[P, T]) -> Callable[P, T]:
        at_work: set[int] = set()  # threads: whoever asks for the same waits for what they compute

        @wraps(compute)
        def held(*args: P.args, **kwargs: P.kwargs) -> T:
            if not TURNS.is_held():
                raise _NeedsTurn
            at_work.add(threading.get_ident())
            try:
                return compute(*args, **kwargs)
            finally:
                at_work.discard(threading.get_ident())

        kept = keep(held)

        @wraps(compute)
        def found(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                with meanwhile() if at_work else nullcontext():
                    return kept(*args, **kwargs)
            except _NeedsTurn:
                with at_ones_turn():
                    return kept(*args, **kwargs)

        return found

    return decorated


def costly_file(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Return what makes a file at the turn of the visitor who looks at the page, on any thread, in their language.

    Where the turn does not come, or the file cannot be had, the file says why.
    """
    whose = visitor()

    def made() -> bytes:
        with TURNS.file_turn(whose):
            return make()

    return or_why_not(made)


@contextmanager
def at_ones_turn() -> Iterator[None]:
    """Hold the turn of the visitor who looks at the page, for what is not kept. Others draw their pages meanwhile."""
    with meanwhile(), TURNS.turn(visitor(), _announced):
        yield


def _announced(before: int) -> AbstractContextManager[None]:
    return st.spinner(
        nmarkdown_(
            "{n} computation comes first (at most {most} at a time here, one for each visitor). Then this one begins "
            "by itself.",
            "{n} computations come first (at most {most} at a time here, one for each visitor). Then this one begins "
            "by itself.",
            before,
            most=allowed().costly_at_once,
        )
    )
