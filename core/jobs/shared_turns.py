"""A worker's turns, as the runner gives them."""

import select
import socket
from contextlib import suppress
from typing import Final

from core.jobs.store_controls import InterruptSignal
from core.jobs.turn_server import DONE, GO, WANT

LOOK_S: Final = 0.2  # how often a worker that waits looks whether it is wanted back


class SharedTurns:
    """The turns of the worker at this end of a socket; without a runner at the other every turn is its own."""

    def __init__(self, end: socket.socket, interrupt_signal: InterruptSignal) -> None:
        self._end, self._interrupt_signal = end, interrupt_signal
        self._end.setblocking(False)
        self.is_mine = False
        self._is_asked_back = False

    def take(self) -> None:
        """Wait for a turn; a run that is wanted back waits no more. See Turns."""
        if self.is_mine:
            return
        self._say(WANT)
        self.is_mine, self._is_asked_back = False, False
        while not self.is_mine and not self._interrupt_signal.is_given():
            select.select([self._end], [], [], LOOK_S)
            self._hear()
        self.is_mine = True

    def give_back(self) -> None:
        """See Turns."""
        if self.is_mine:
            self.is_mine = False
            self._say(DONE)

    def is_over(self) -> bool:
        """See Turns."""
        if self.is_mine and not self._is_asked_back:
            self._hear()
        return self.is_mine and self._is_asked_back

    def _say(self, word: bytes) -> None:
        with suppress(OSError):  # the runner is gone, and this worker soon
            self._end.send(word)

    def _hear(self) -> None:
        """Take what the runner has said."""
        try:
            said = self._end.recv(64)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        if not said:
            self.is_mine = True
        elif GO in said:
            self.is_mine, self._is_asked_back = True, not said.endswith(GO)
        else:
            self._is_asked_back = True
