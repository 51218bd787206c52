"""Who watches by the live channel: whose cookie came with the socket, else whom the page was told it is."""

import json

import pytest
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from pages.server.cookies import PASSING, cookie_name, signed
from pages.server.identity import Identity, visitor_of
from pages.server.live_socket import live_route
from tests.polling import run_aside

ME, YOU = "a" * 16, "b" * 16
SITE = Starlette(routes=[live_route("")])
pytestmark = pytest.mark.usefixtures("store")


def watcher(cookie: str, *said: object) -> str:
    """Return whom the channel takes for the one who watches once it has heard what is said."""
    scopes: list[Scope] = []

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append(scope)
        await SITE(scope, receive, send)

    texts = (word if isinstance(word, str) else json.dumps(word) for word in said)
    words: list[Message] = [{"type": "websocket.receive", "text": text} for text in texts]
    coming = iter([{"type": "websocket.connect"}, *words, {"type": "websocket.disconnect", "code": 1000}])

    async def receive() -> Message:
        return next(coming)

    async def send(message: Message) -> None:
        pass

    headers = [(b"cookie", cookie.encode())]
    scope = {
        "type": "websocket",
        "path": "/live",
        "headers": headers,
        "query_string": b"",
        "subprotocols": [],
    }
    run_aside(lambda: Identity(door)(scope, receive, send))
    return visitor_of(scopes[0])


def watching(**more: object) -> dict[str, object]:
    return {"watch": ["server:libraries"], "language": "en"} | more


def test_it_is_whose_cookie_came_with_the_socket() -> None:
    cookie = f"{cookie_name()}={signed(ME)}"
    assert watcher(cookie) == ME
    assert watcher(cookie, watching(**{"as": signed(YOU, PASSING)})) == ME


def test_without_a_cookie_it_is_whom_the_page_was_told_it_is() -> None:
    assert watcher("") == ""
    assert watcher("", watching()) == ""
    assert watcher("", watching(**{"as": signed(ME, PASSING)})) == ME
    assert watcher("", watching(), "rubbish", watching(**{"as": signed(ME, PASSING)})) == ME


@pytest.mark.parametrize("token", ["", "x", 7, None, ["a"], "\ud83d", "é", "a" * 1500])
def test_what_was_not_signed_here_is_nobody(token: object) -> None:
    assert watcher("", watching(**{"as": token})) == ""


def test_a_cookies_own_signature_is_no_page_s() -> None:
    assert watcher("", watching(**{"as": signed(ME)})) == ""
