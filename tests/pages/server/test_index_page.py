"""The page that every address answers with: it brings the style sheets, whatever the browser takes."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass

import brotli
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message

from pages.components.assets import STATIC, version
from pages.server.index_page import IndexPage
from tests.polling import run_aside

PAGE = "<!doctype html><html><head></head><body><div id=root></div></body></html>" + " " * 2_000
OF_OTHERS = {"etag": '"of-another-content"', "last-modified": "Sat, 28 Nov 2026 14:21:36 GMT"}
HTML = "text/html,application/xhtml+xml"


async def page(_: Request) -> Response:
    return HTMLResponse(PAGE, headers=OF_OTHERS)


async def text(_: Request) -> Response:
    return PlainTextResponse("ok</body>")


SITE = Starlette(routes=[Route("/", page), Route("/text", text)])
SITE.add_middleware(GZipMiddleware)  # as Streamlit has one of its own


@dataclass
class Answer:
    status: int
    headers: Headers
    body: bytes


def ask(path: str, accept: str = HTML, coding: str = "identity", method: str = "GET") -> Answer:
    """Return what the middleware answers before a site."""
    said: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        said.append(message)

    headers = [(b"accept", accept.encode()), (b"accept-encoding", coding.encode())]
    scope = {"type": "http", "method": method, "path": path, "headers": headers, "query_string": b""}
    run_aside(lambda: IndexPage(SITE)(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in said[1:])
    return Answer(said[0]["status"], Headers(raw=said[0]["headers"]), body)


@pytest.mark.parametrize(
    ("accepted", "coding", "unpack"),
    [("identity", None, bytes), ("gzip", "gzip", gzip.decompress), ("br, gzip", "br", brotli.decompress)],
)
def test_the_page_links_every_style_sheet_and_the_script_at_its_end(
    accepted: str, coding: str | None, unpack: Callable[[bytes], bytes]
) -> None:
    answer = ask("/", coding=accepted)
    assert answer.headers.get("content-encoding") == coding
    assert int(answer.headers["content-length"]) == len(answer.body)
    before, end = unpack(answer.body).decode().split("</body>")
    assert end == PAGE.split("</body>")[1]
    sheets = sorted(path.name for path in STATIC.glob("*.css"))
    assert "theme.css" in sheets
    links = [f'<link rel="stylesheet" href="./app/static/{name}?v={version()}">' for name in sheets]
    script = f'<script src="./app/static/first_paint.js?v={version()}"></script>'
    assert before.endswith("".join([*links, script]))
    assert (STATIC / "first_paint.js").exists()
    for name in OF_OTHERS:
        assert name not in answer.headers, "a browser that asks whether it is new would keep an old one"


def test_what_is_no_page_passes_as_it_is() -> None:
    assert ask("/text").body == b"ok</body>"
    assert ask("/", accept="application/json").body == PAGE.encode()
    missing = ask("/nowhere")
    assert missing.status == 404
    assert b"stylesheet" not in missing.body
