"""What every answer carries, errors and uploads included, and what scripts of Streamlit's page it lets run."""

import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser
from pathlib import Path

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from streamlit import file_util

from pages.server.headers import SecurityHeaders, inline_hashes
from tests.asgi import Answer, ask


async def fine(_: Request) -> Response:
    return HTMLResponse("fine", headers={"set-cookie": "_streamlit_xsrf=2|a; Path=/; SameSite=Lax"})


async def part(_: Request) -> Response:
    return PlainTextResponse("{}", media_type="application/json")


def site(base_path: str = "", *frames: str) -> Starlette:
    """Return a server behind the middleware: it knows a page, and a file that somebody made."""
    prefix = f"/{base_path}" if base_path else ""
    return Starlette(
        routes=[
            *(Route(f"{prefix}/{place}", fine) for place in ("", "media/report.html")),
            Route(f"{prefix}/part.json", part),
        ],
        middleware=[Middleware(SecurityHeaders, base_path=base_path, frames=frames)],
    )


def policy(answer: Answer) -> dict[str, list[str]]:
    """Return the directives of the answer's Content-Security-Policy, of which there must be one."""
    (told,) = answer.headers.getlist("content-security-policy")
    return {name: sources for name, *sources in (part.split() for part in told.split(";"))}


class InlineScripts(HTMLParser):
    """Reads as a browser does which scripts stand in a page itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_inside = tag == "script" and "src" not in dict(attrs)

    def handle_data(self, data: str) -> None:
        if self._is_inside:
            self.found.append(data)

    def handle_endtag(self, _tag: str) -> None:
        self._is_inside = False


def test_scripts_run_from_here_and_those_in_streamlits_page_alone() -> None:
    page = (Path(file_util.get_static_dir()) / "index.html").read_text(encoding="utf-8")
    reader = InlineScripts()
    reader.feed(page)
    assert reader.found, "else the policy needs no hash"
    hashes = [f"'sha256-{b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in reader.found]
    allowed = policy(ask(site(), "/"))["script-src"]
    assert set(allowed) == {"'self'", "blob:", *hashes}


def test_the_hash_of_a_script_is_of_all_between_its_tags() -> None:
    page = b"<script>\r\n a </script><script src='x.js'></script>\n<script type='module'>b</script>"
    expected = [hashlib.sha256(script).digest() for script in (b"\n a ", b"b")]
    assert inline_hashes(page) == [f"'sha256-{b64encode(digest).decode()}'" for digest in expected]


@pytest.mark.parametrize("path", ["/", "/media/report.html", "/part.json", "/nowhere", "/media/nowhere"])
def test_every_answer_carries_them(path: str) -> None:
    answer = ask(site(), path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert policy(answer)["frame-ancestors"] == ["'self'"]
    loose = {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"}
    for directive in ("default-src", "script-src", "connect-src", "object-src"):
        assert not loose & set(policy(answer).get(directive, ())), directive


def test_a_page_says_what_it_may_use_and_its_parts_are_no_pages() -> None:
    assert "camera=(self)" in ask(site(), "/").headers["permissions-policy"]
    alone = policy(ask(site(), "/part.json"))
    assert (alone["default-src"], alone["frame-ancestors"]) == (["'none'"], ["'self'"])
    assert set(alone) == {"default-src", "frame-ancestors"}, "it comes with every answer"


def test_sites_that_are_named_may_frame_it() -> None:
    answer = ask(site("", "https://school.example", "http://lab.local:8080"), "/")
    assert policy(answer)["frame-ancestors"] == ["'self'", "https://school.example", "http://lab.local:8080"]


@pytest.mark.parametrize("base_path", ["", "inkling"])
def test_what_people_made_is_shown_in_no_origin_and_runs_nothing(base_path: str) -> None:
    server, prefix = site(base_path), f"/{base_path}" if base_path else ""
    answer = ask(server, f"{prefix}/media/report.html")
    assert answer.headers["cache-control"] == "no-store", "it is its reader's alone"
    made = policy(answer)
    assert made["sandbox"] == []
    assert (made["default-src"], made.get("script-src")) == (["'none'"], None)
    assert "sandbox" not in policy(ask(server, f"{prefix}/"))


@pytest.mark.parametrize(
    ("frames", "scheme", "ending"),
    [
        ((), "https", "SameSite=Lax"),
        (("https://school.example",), "http", "SameSite=Lax"),
        (("https://school.example",), "https", "SameSite=None; Secure; Partitioned"),
    ],
)
def test_uploads_work_in_a_frame_under_https(frames: tuple[str, ...], scheme: str, ending: str) -> None:
    cookie = ask(site("", *frames), "/", scheme=scheme).headers["set-cookie"]
    assert re.fullmatch(f"_streamlit_xsrf=2\\|a; Path=/; {ending}", cookie)


@pytest.mark.parametrize(
    ("proxies", "ending"), [("192.0.2.7", "SameSite=None; Secure; Partitioned"), ("", "SameSite=Lax")]
)
def test_behind_a_proxy_that_is_named_https_is_what_it_says(
    monkeypatch: pytest.MonkeyPatch, proxies: str, ending: str
) -> None:
    monkeypatch.setenv("INKLING_PROXIES", proxies)
    st.cache_resource.clear()
    told = {"client": ("192.0.2.7", 1), "headers": {"x-forwarded-proto": "https"}}
    cookie = ask(site("", "https://school.example"), "/", **told).headers["set-cookie"]
    assert cookie == f"_streamlit_xsrf=2|a; Path=/; {ending}"
