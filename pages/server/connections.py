"""Connections on which nobody asks for anything: ended after a while, and of one address at most half of all files.

Each is an open file. Uvicorn waits without end for the first request on one, and at the limit of files nobody is
answered. Behind a proxy that the settings name, all come from its address: it sees to that itself.
"""

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from pages.server.client_address import is_proxy
from pages.server.open_files import ENOUGH, limit

LOOK_S: Final = 5.0
QUIET_S: Final = 20.0  # in which a browser that opens a connection says what it wants


@dataclass
class _Connection:
    address: str
    asked_at: float


class Connections:
    """The connections of a server's sockets."""

    def __init__(self) -> None:
        self._open: dict[asyncio.Transport, _Connection] = {}
        self._quiet: Counter[str] = Counter()  # by address: those that were when last looked, and newer ones
        self._newer = 0

    def watch(self, loop: asyncio.AbstractEventLoop) -> asyncio.Task[None]:
        """Watch what the loop's servers accept that are made from now on; return the task that does."""
        listen = loop.create_server

        async def create_server(factory: Callable[[], Any], *args: Any, **kwargs: Any) -> Any:
            return await listen(partial(self._watched, factory), *args, **kwargs)

        with suppress(AttributeError):  # uvloop's cannot be replaced: there, connections are not watched
            loop.create_server = create_server  # type: ignore[method-assign,assignment]
        return loop.create_task(self._look_again())

    def _watched(self, factory: Callable[[], Any]) -> Any:
        protocol = factory()
        begin = protocol.connection_made

        def connection_made(transport: asyncio.Transport) -> None:
            _send_at_once(transport)
            begin(transport)
            self._let_in(transport)

        protocol.connection_made = connection_made
        return protocol

    def _let_in(self, transport: asyncio.Transport) -> None:
        peer = transport.get_extra_info("peername")
        address = str(peer[0]) if isinstance(peer, tuple) else ""
        now, most = time.monotonic(), (limit() or ENOUGH) // 2
        self._open[transport] = _Connection(address, now)
        self._quiet[address] += 1
        self._newer += 1
        if self._quiet[address] > most and self._newer > most // 4:  # to look takes time: not for each
            self.look(now)
        if address and self._quiet[address] > most and not is_proxy(address):
            transport.abort()

    async def _look_again(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            self.look(time.monotonic())

    def look(self, now: float) -> None:
        """Forget what is closed, and end what has been quiet for too long."""
        self._quiet, self._newer = Counter(), 0
        for transport, connection in [*self._open.items()]:
            if transport.is_closing():
                del self._open[transport]
            elif not _is_quiet(transport):
                connection.asked_at = now
            elif now - connection.asked_at > QUIET_S:
                transport.abort()
            else:
                self._quiet[connection.address] += 1


def _send_at_once(transport: asyncio.Transport) -> None:
    """Have each part of an answer leave when it is written, and not only once the part before was acknowledged.

    The other end takes 40 ms for that, or more, and so long a body waited. asyncio sees to it where a socket says
    that it is TCP, which Streamlit's does not.
    """
    own = transport.get_extra_info("socket")
    if own is not None and own.family in (socket.AF_INET, socket.AF_INET6):
        with suppress(OSError):  # it may be gone
            own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _is_quiet(transport: asyncio.Transport) -> bool:
    """Return whether no request is under way; what is no HTTP (any more), such as a WebSocket, has rules of its own."""
    protocol = transport.get_protocol()
    if not hasattr(protocol, "cycle"):
        return False
    return protocol.cycle is None or protocol.cycle.response_complete
