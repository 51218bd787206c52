"""How many pages one visitor, and one network address, have open: each holds a session and a live channel here.

Beyond that a page says so in place of what it would show. It asks again by itself, as Streamlit's pages do, and goes
on once others are closed.
"""

from collections import Counter
from typing import Final

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from core.i18n.translation import ngettext
from pages.server.base_path import prefix_of
from pages.server.client_address import address_of
from pages.server.identity import TRY_AGAIN_LATER, visitor_of
from pages.server.plain_page import read_by_asker
from pages.server.services import allowed

TOO_MANY: Final = 429


class OpenTabs:
    """ASGI middleware behind Identity that counts who holds what sockets and refuses more; base_path: of the app.

    Of both kinds, sessions and live channels, each page holds one: the bounds are the same.
    """

    def __init__(self, app: ASGIApp, base_path: str = "") -> None:
        prefix = prefix_of(base_path)
        self._app = app
        self._session = f"{prefix}/_stcore/stream"
        self._host_config = f"{prefix}/_stcore/host-config"  # asked for before each session, and only then
        self._held: dict[str, Counter[str]] = {self._session: Counter(), f"{prefix}/live": Counter()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "websocket" and path in self._held:
            await self._hold(scope, receive, send)
        elif scope["type"] == "http" and path == self._host_config and (said := self._refusal(scope)):
            await JSONResponse(said, TOO_MANY, {"cache-control": "no-store"})(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _hold(self, scope: Scope, receive: Receive, send: Send) -> None:
        held, bounds = self._held[scope["path"]], _bounds(scope)
        if any(held[whose] >= most for whose, most in bounds.items()):
            await WebSocketClose(TRY_AGAIN_LATER)(scope, receive, send)
            return
        held.update(bounds.keys())
        try:
            await self._app(scope, receive, send)
        finally:
            held.subtract(bounds.keys())
            for whose in bounds:
                if not held[whose]:
                    del held[whose]

    def _refusal(self, scope: Scope) -> str:
        """Return why the page that asks would get no session, "" where it would."""
        held = self._held[self._session]
        for whose, most in _bounds(scope).items():
            if held[whose] >= most:
                with read_by_asker(scope):
                    return _beyond_visitors(most) if whose == visitor_of(scope) else _beyond_address(most)
        return ""


def _bounds(scope: Scope) -> dict[str, int]:
    """Return who holds a socket with this request, and how many of them each may: who has no name, by address alone."""
    bounds = {address_of(scope): allowed().tabs_per_address}
    return {visitor_of(scope): allowed().tabs_per_visitor, **bounds} if visitor_of(scope) else bounds


def _beyond_visitors(most: int) -> str:
    return ngettext(
        "You have {n} page of Inkling open, which is the most allowed here. Close one: this page then goes on by "
        "itself.",
        "You have {n} pages of Inkling open, which is the most allowed here. Close one: this page then goes on by "
        "itself.",
        most,
    )


def _beyond_address(most: int) -> str:
    return ngettext(
        "In your network, {n} page of Inkling is open, which is the most allowed here. This page goes on by itself "
        "once it is closed.",
        "In your network, {n} pages of Inkling are open, which is the most allowed here. This page goes on by itself "
        "once one of them is closed.",
        most,
    )
