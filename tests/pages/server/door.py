"""A small app behind the door at which the server gives names, and what a browser asks of it."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from pages.server.cookies import cookie_name, visitor_in
from pages.server.identity import Identity, visitor_of
from tests.asgi import Answer, ask

ME = "0123456789abcdef"
HTML = ("accept", b"text/html,application/xhtml+xml")
SEEN: list[str] = []  # whom the app behind the door was told, newest last


async def page(request: Request) -> Response:
    SEEN.append(visitor_of(request.scope))
    return HTMLResponse("<p>page</p>", headers={"cache-control": "public, max-age=60"})


async def missing(_: Request) -> Response:
    return HTMLResponse("<p>no such page</p>", 404)


async def data(_: Request) -> Response:
    return JSONResponse("ok")


async def text(_: Request) -> Response:
    return PlainTextResponse("ok")


async def socket(socket: WebSocket) -> None:
    SEEN.append(socket.state.visitor)
    await socket.accept()


PATHS = ("/", "/draw", "/static/a.html", "/app/static/a.html", "/media/a.html", "/_stcore/a.html")
SITE = Starlette(
    routes=[
        *(Route(path, page, methods=["GET", "HEAD", "POST"]) for path in PATHS),
        Route("/missing", missing),
        Route("/data", data),
        Route("/_stcore/health", text),
        WebSocketRoute("/_stcore/stream", socket),
        WebSocketRoute("/live", socket),
    ]
)


@pytest.fixture
def door() -> Identity:
    SEEN.clear()
    return Identity(SITE)


def visit(
    door: Identity, *cookies: str | bytes, path: str = "/", accept: bool = True, **more: object
) -> Answer:
    """Return what a browser with these Cookie headers is answered."""
    headers = [HTML] if accept else []
    headers += [("cookie", c if isinstance(c, bytes) else c.encode("latin-1", "replace")) for c in cookies]
    return ask(door, path, headers=headers + list(more.pop("headers", [])), **more)  # type: ignore[call-overload]


def given(answer: Answer) -> str:
    """Return whose cookie the answer sets, "" for nobody's."""
    value, _attributes = answer.cookies.get(cookie_name(), ("", []))
    return visitor_in([f"{cookie_name()}={value}"])[0]
