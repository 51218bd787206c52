"""An ASGI app asked without a server, for tests of what stands between the web and the pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message

from tests.polling import run_aside


@dataclass(frozen=True)
class Answer:
    """status: of a socket 101, or its close code. cookies: name -> (value, attributes)."""

    status: int
    headers: Headers
    body: bytes
    fault: Exception | None = None  # what the app raised, for the server's log

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def cookies(self) -> dict[str, tuple[str, list[str]]]:
        found = {}
        for cookie in self.headers.getlist("set-cookie"):
            pair, *attributes = cookie.split("; ")
            name, _, value = pair.partition("=")
            found[name] = (value, attributes)
        return found


def ask(app: ASGIApp, path: str = "/", **how: Any) -> Answer:
    """Return what the app answers, given what `asked` is given."""
    return run_aside(lambda: asked(app, path, **how))


async def asked(
    app: ASGIApp, path: str = "/", *, method: str = "GET", kind: str = "http", **more: Any
) -> Answer:
    """Return what the app answers. more: headers, [(name, bytes)] or a mapping; client, scheme, query, receive."""
    path, _, query = path.partition("?")
    said: list[Message] = []
    faults: list[Exception] = []
    given = more.get("headers", {})
    pairs = [(n, v.encode()) for n, v in given.items()] if isinstance(given, Mapping) else given
    headers = [(name.lower().encode(), value) for name, value in pairs]

    async def receive() -> Message:
        return {"type": "websocket.connect"} if kind == "websocket" else {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        said.append(message)

    scope = {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "root_path": "",
        "headers": headers,
        "query_string": more.get("query", query).encode(),
        "scheme": more.get("scheme", "http"),
        "client": more.get("client", ("192.0.2.7", 4000)),
    }

    try:
        await app(scope, more.get("receive", receive), send)
    except Exception as error:
        if not said:
            raise
        faults.append(error)
    start = said[0]
    if kind == "websocket":
        return Answer(start.get("code", 101), Headers(), b"")
    body = b"".join(message.get("body", b"") for message in said[1:])
    return Answer(start["status"], Headers(raw=start["headers"]), body, faults[0] if faults else None)
