"""Who comes: the visitor whom a cookie names, or the member of a class who is at work in that browser, or a new one."""

import asyncio
from functools import partial
from html import escape
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from core.classroom.seats import Seat, seat_of
from core.config.app_settings import SettingsError
from core.i18n.translation import _
from core.runs import StoreError
from pages.server.base_path import prefix_of
from pages.server.client_address import address_of, is_near
from pages.server.cookies import lab, new_name, seat_word_in, set_cookies, visitor_in
from pages.server.newcomers import MINUTE_S, Newcomers
from pages.server.open_files import parts_of_pages
from pages.server.plain_page import plain_page, read_by_asker
from pages.server.services import settings, system_store

STORE_S: Final = (
    3.0  # so long a page waits for the store; without it, it comes without a cookie and says what is wrong
)
TRY_AGAIN_LATER: Final = 1013
VISITOR_HEADER: Final = b"x-inkling-visitor"  # set here alone; .streamlit/config.toml names it
DEMO: Final = "demo"  # pages/demo/demo_routes.py
NEAR_HEADER: Final = b"x-inkling-near"  # set here alone, for sessions


class Identity:
    """ASGI middleware that says who comes, in `scope["state"]["visitor"]` ("": nobody that is known), and gives names.

    A member of a class is there in the visitor's place ("classroom": the class's id); "browser" is the visitor still.

    base_path: of the app on its server, "" or "inkling".
    """

    def __init__(self, app: ASGIApp, base_path: str = "") -> None:
        prefix = prefix_of(base_path)
        self._app, self._base_path = app, base_path
        self._stream = f"{prefix}/_stcore/stream"
        self._host_config = f"{prefix}/_stcore/host-config"  # asked for before each session
        self._parts_of_pages = (
            *parts_of_pages(prefix),
            f"{prefix}/{DEMO}",
        )  # the demo screen asks for nobody
        self._newcomers = Newcomers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_socket = scope["type"] == "websocket"
        is_page = scope["type"] == "http" and (
            scope["path"] == self._host_config or not scope["path"].startswith(self._parts_of_pages)
        )
        if is_socket or is_page:
            await self._let_in(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Headers(scope=scope)
        try:
            async with asyncio.timeout(STORE_S):
                await asyncio.to_thread(lab)
                name, is_current = visitor_in(asked.getlist("cookie"))
                seat = await asyncio.to_thread(_seat_in, asked.getlist("cookie"))
        except (StoreError, SettingsError, TimeoutError):  # the page itself says what is wrong
            await self._app(_with(scope, "", None), receive, send)
            return
        is_page = (
            scope["type"] == "http" and scope["method"] == "GET" and "text/html" in asked.get("accept", "")
        )
        is_session = scope["type"] == "websocket" and scope["path"] == self._stream
        is_new = not name and (is_page or is_session)
        if is_new and not self._newcomers.has_room(address_of(scope), settings().new_visitors):
            await (_refusal(scope) if is_page else WebSocketClose(TRY_AGAIN_LATER))(scope, receive, send)
        elif is_page and not is_current:
            given = name or new_name()
            await self._app(_with(scope, name, seat), receive, partial(self._send, scope, send, given))
        else:
            await self._app(_with(scope, name, seat), receive, send)

    async def _send(self, scope: Scope, send: Send, name: str, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            headers = MutableHeaders(scope=message)
            if headers.get("content-type", "").startswith("text/html"):
                set_cookies(scope, headers, name, self._base_path)
        await send(message)


def visitor_of(scope: Scope) -> str:
    """Return the visitor, or the member, whose cookie came with a request or a socket, "" for none."""
    return str(scope.get("state", {}).get("visitor", ""))


def browser_of(scope: Scope) -> str:
    """Return the visitor whose browser it is, whichever member of a class is at work there, "" for none."""
    return str(scope.get("state", {}).get("browser", ""))


def classroom_of(scope: Scope) -> str:
    """Return the id of the class whose member came, "" for none."""
    return str(scope.get("state", {}).get("classroom", ""))


def _seat_in(cookies: list[str]) -> Seat | None:
    word = seat_word_in(cookies)
    return seat_of(system_store().database, word) if word else None


def _with(scope: Scope, name: str, seat: Seat | None) -> Scope:
    """Return the scope with whose it is; a header tells Streamlit, which lets nobody else resume the session.

    Another tells the session whether whoever it is comes from nearby.
    """
    headers = [(key, value) for key, value in scope["headers"] if key not in (VISITOR_HEADER, NEAR_HEADER)]
    who = seat.member_id if seat else name
    if who:
        headers.append((VISITOR_HEADER, who.encode()))
    if is_near(scope):
        headers.append((NEAR_HEADER, b"1"))
    state = {"visitor": who, "browser": name, "classroom": seat.classroom_id if seat else ""}
    return {**scope, "headers": headers, "state": {**scope.get("state", {}), **state}}


def _refusal(scope: Scope) -> ASGIApp:
    with read_by_asker(scope):
        sentence = _(
            "Many new visitors have come from your network within a minute. Please come again in a minute."
        )
    return plain_page(f"<p>{escape(sentence)}</p>", 429, {"retry-after": str(MINUTE_S)})
