"""How many visitors this process can hold: every connection is an open file, and the system limits those.

At the start the limit is raised as far as it goes. Near it, newcomers are refused in words while there are files left
to do so; at the limit itself nobody would be answered at all. Who is here already goes on.
"""

import logging
from contextlib import suppress
from pathlib import Path
from typing import Final

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from core.i18n.translation import _
from pages.server.answers import as_page
from pages.server.base_path import prefix_of
from pages.server.plain_page import read_by_asker

try:
    import resource
except ImportError:  # Windows, which has no such limit
    resource = None  # type: ignore[assignment]

LOG: Final = logging.getLogger("inkling.app")

ENOUGH: Final = 65_536  # more would only cost those who go through all of them
MAC_MOST: Final = 10_240  # what macOS takes where it names no hard limit
PER_VISITOR: Final = 5  # a session's socket and event loop, and the live channel's socket
OWN: Final = 60  # of the server, its engine and the store's connections
FEW_VISITORS: Final = 100
FULL: Final = 503
AGAIN_S: Final = "60"

# So many files must be left for a newcomer's page, for what it asks before its session, for that, and for its live
# channel: a page that was let in brings several connections, and who has come so far is to have the rest, too.
LEFT_FOR_PAGE: Final = 64
LEFT_FOR_QUESTION: Final = 52
LEFT_FOR_SESSION: Final = 36
LEFT_FOR_LIVE: Final = 16


def raise_limit() -> None:
    """Raise this process's limit of open files towards the hard one, and say for how many visitors it is enough."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (ENOUGH, MAC_MOST):
        aim = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        if soft != resource.RLIM_INFINITY and soft < aim:
            with suppress(OSError, ValueError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (aim, hard))
                soft = aim
    if soft == resource.RLIM_INFINITY:
        return
    visitors = max(0, soft - OWN) // PER_VISITOR
    room = f"{soft:,} open files, room for about {visitors:,} visitors at once."  # not said: for who runs the server
    if visitors < FEW_VISITORS:
        LOG.warning("%s Raise the limit: ulimit -Hn.", room)
    else:
        print(f"  {room}", flush=True)  # beside the addresses (addresses.py)


def limit() -> int | None:
    """Return how many files this process may have open; None where that is not known."""
    if resource is None:
        return None
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else int(soft)


def files_left() -> int:
    """Return how many more files this process may open; very many where that is not known."""
    most = limit()
    if most is None:
        return ENOUGH
    try:
        return most - sum(1 for _file in Path("/dev/fd").iterdir())
    except OSError:  # not even one to look
        return 0


def parts_of_pages(prefix: str) -> tuple[str, ...]:
    """Return how the addresses begin of what a page asks for once it is there; prefix: of the app, "" or "/inkling"."""
    return tuple(f"{prefix}/{part}/" for part in ("_stcore", "static", "app/static", "component", "media"))


class RoomForVisitors:
    """ASGI middleware that refuses newcomers where the process is nearly out of files; base_path: of the app."""

    def __init__(self, app: ASGIApp, base_path: str = "") -> None:
        prefix = prefix_of(base_path)
        self._app = app
        self._live = f"{prefix}/live"
        self._host_config = f"{prefix}/_stcore/host-config"  # asked for before each session, and only then
        self._parts_of_pages = parts_of_pages(prefix)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] in ("http", "websocket") else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        """Return what refuses this visitor, None for who is welcome."""
        path: str = scope["path"]
        if scope["type"] == "websocket":
            least = LEFT_FOR_LIVE if path == self._live else LEFT_FOR_SESSION
            return None if files_left() >= least else WebSocketClose(1013)  # "try again later"
        is_question = path == self._host_config
        if not is_question and path.startswith(self._parts_of_pages):
            return None
        if files_left() >= (LEFT_FOR_QUESTION if is_question else LEFT_FOR_PAGE):
            return None
        with read_by_asker(scope):
            sentence = _(
                "Inkling has as many visitors as it can hold at the moment. Please try again in a few minutes."
            )
        headers = {
            "retry-after": AGAIN_S,
            "connection": "close",
            "cache-control": "no-store",
        }  # others need the file
        if is_question:  # of a page that is there already, which shows what this answer says (own_words.js)
            return JSONResponse(sentence, FULL, headers)
        return as_page(sentence, FULL, headers)
