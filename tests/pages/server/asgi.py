"""Asks an ASGI app as a server does, without one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message

from tests.polling import run_aside


@dataclass
class Answer:
    """status: of a socket 101, or its close code. cookies: name -> (value, attributes)."""

    status: int
    headers: Headers
    body: bytes

    @property
    def cookies(self) -> dict[str, tuple[str, list[str]]]:
        found = {}
        for cookie in self.headers.getlist("set-cookie"):
            pair, *attributes = cookie.split("; ")
            name, _, value = pair.partition("=")
            found[name] = (value, attributes)
        return found


def ask(app: ASGIApp, path: str = "/", *, method: str = "GET", kind: str = "http", **more: Any) -> Answer:
    """Return what the app answers. more: headers, [(name, bytes)] or a mapping; client, scheme, query."""
    said: list[Message] = []
    given = more.get("headers", {})
    pairs = [(n, v.encode()) for n, v in given.items()] if isinstance(given, Mapping) else given
    headers = [(name.lower().encode(), value) for name, value in pairs]

    async def receive() -> Message:
        return {"type": "websocket.connect"} if kind == "websocket" else {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        said.append(message)

    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "headers": headers,
        "query_string": more.get("query", "").encode(),
        "scheme": more.get("scheme", "http"),
        "client": more.get("client", ("192.0.2.7", 4000)),
    }
    run_aside(lambda: app(scope, receive, send))
    start = said[0]
    if kind == "websocket":
        return Answer(start.get("code", 101), Headers(), b"")
    body = b"".join(message.get("body", b"") for message in said[1:])
    return Answer(start["status"], Headers(raw=start["headers"]), body)
