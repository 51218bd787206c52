"""The page that every address answers with: it brings the style sheets, whatever the browser takes."""

import gzip
import html
import json
import re
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from streamlit import file_util

from pages.components.assets import OF_ONE_PAGE, STATIC, version
from pages.server.headers import inline_hashes
from pages.server.index_page import IndexPage
from tests import asgi
from tests.pseudo import LANGUAGE, write_pseudo_catalogue

PAGE = "<!doctype html><html><head></head><body><div id=root></div></body></html>" + " " * 2_000
OF_OTHERS = {"etag": '"of-another-content"', "last-modified": "Sat, 28 Nov 2026 14:21:36 GMT"}
HTML = "text/html,application/xhtml+xml"


async def page(_: Request) -> Response:
    return HTMLResponse(PAGE, headers=OF_OTHERS)


async def text(_: Request) -> Response:
    return PlainTextResponse("ok</body>")


SITE = Starlette(routes=[Route("/", page), Route("/text", text)])
SITE.add_middleware(GZipMiddleware)  # as Streamlit has one of its own


def ask(path: str, accept: str = HTML, coding: str = "identity", language: str = "") -> asgi.Answer:
    """Return what the middleware answers before a site."""
    headers = {"accept": accept, "accept-encoding": coding, "accept-language": language}
    return asgi.ask(IndexPage(SITE), path, headers=headers)


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
    sheets = sorted(path.name for path in STATIC.glob("*.css") if path.name not in OF_ONE_PAGE)
    assert "theme.css" in sheets
    links = [f'<link rel="stylesheet" href="./app/static/{name}?v={version()}">' for name in sheets]
    assert "".join(links) in before
    assert re.findall(r'<script src="([^"]*)"', before) == [
        f"./app/static/{name}?v={version()}" for name in ("own_words.js", "first_paint.js")
    ]
    assert before.endswith("</script>")
    for name in OF_OTHERS:
        assert name not in answer.headers, "a browser that asks whether it is new would keep an old one"


def test_what_is_no_page_passes_as_it_is() -> None:
    assert ask("/text").body == b"ok</body>"
    assert ask("/", accept="application/json").body == PAGE.encode()
    missing = ask("/nowhere")
    assert missing.status == 404
    assert b"stylesheet" not in missing.body


def test_it_brings_what_must_be_said_before_a_session_in_the_readers_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pseudo_catalogue(tmp_path)
    monkeypatch.setenv("INKLING_LOCALES", str(tmp_path))
    words = {}
    for language in ("en", LANGUAGE):
        answer = ask("/", language=language)
        found = re.search(r'data-words="([^"]*)"', answer.text)
        assert found
        words[language] = json.loads(html.unescape(found[1]))
        assert "Accept-Language" in answer.headers["vary"]
    assert "at most 20 MB can be uploaded" in words["en"]["too_large"]
    assert not set(words["en"].values()) & set(words[LANGUAGE].values())


def test_streamlits_own_page_is_inklings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    streamlits = (Path(file_util.get_static_dir()) / "index.html").read_bytes()
    assert b"<title>Streamlit</title>" in streamlits, "else there is nothing to say otherwise"
    assert b"agent API" in streamlits
    write_pseudo_catalogue(tmp_path)
    monkeypatch.setenv("INKLING_LOCALES", str(tmp_path))

    async def whole(_: Request) -> Response:
        return HTMLResponse(streamlits)

    site = IndexPage(Starlette(routes=[Route("/", whole)]))
    shown = asgi.ask(site, "/", headers={"accept": HTML, "accept-language": LANGUAGE}).text
    assert "<title>Inkling</title>" in shown
    (told,) = re.findall("<noscript>(.*?)</noscript>", shown, re.DOTALL)
    assert "⟦Inkling needs JavaScript." in told
    words = re.sub("<!--.*?-->|<[^>]*>", "", shown.partition("<title>")[2], flags=re.DOTALL)
    assert "Streamlit" not in words
    assert "agent" not in shown
    assert inline_hashes(shown.encode()) == inline_hashes(streamlits), "what the policy lets run"
    assert shown.count('<link rel="modulepreload"') == streamlits.count(b'<link rel="modulepreload"')
