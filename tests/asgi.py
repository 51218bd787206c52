"""Asks an ASGI app as a server does, without one."""

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Scope

from tests.polling import run_aside


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Headers
    body: bytes
    fault: Exception | None = None  # what the app raised, for the server's log

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(app: ASGIApp, path: str, method: str = "GET", scheme: str = "http", **headers: str) -> Answer:
    """Return the app's whole answer to a request; a header's name is written with _ for -."""

    async def asked() -> Answer:
        told: list[Message] = []
        fault: Exception | None = None

        async def send(message: Message) -> None:
            told.append(message)

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        address, _, query = path.partition("?")
        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": method,
            "scheme": scheme,
            "path": address,
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        }
        try:
            await app(scope, receive, send)
        except Exception as error:
            fault = error
        body = b"".join(message.get("body", b"") for message in told[1:])
        return Answer(told[0]["status"], Headers(raw=told[0]["headers"]), body, fault)

    return run_aside(asked)
