"""What goes over the wire for a static file: its coding, its cache headers, and how often it is made."""

import asyncio
import gzip
import hashlib
from pathlib import Path

import brotli
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles as Served
from starlette.types import Message, Receive, Scope, Send

from pages.components.assets import STATIC, version
from pages.server import static_files
from pages.server.static_files import FOR_EVER, StaticFiles, coding_for
from tests.polling import run_aside

SCRIPT = b"export const words = ['light', 'on', 'the', 'wire'];\n" * 200
FONT = bytes(range(256)) * 20


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP;q=0.5 , BR;q=0.4", "gzip"),
        ("br;q=0, *", "gzip"),
        ("*", "br"),
        ("*;q=0", None),
        ("br;q=0.5, identity", None),
        ("gzip;q=rubbish", None),
        ("identity", None),
        ("deflate", None),
        ("", None),
    ],
)
def test_the_best_coding_that_the_browser_takes(accepted: str, coding: str | None) -> None:
    assert coding_for(accepted) == coding


class Site:
    """The middleware before a server of two folders, as Streamlit is one; counts what reaches that."""

    def __init__(self, folder: Path) -> None:
        for name in ("own", "theirs"):
            (folder / name).mkdir()
            (folder / name / "index-Ab12Cd34.js").write_bytes(SCRIPT)
            (folder / name / "serif.0123abcd.woff2").write_bytes(FONT)
        routes = [
            Mount("/lab/app/static", Served(directory=folder / "own")),
            Mount("/lab/static", Served(directory=folder / "theirs")),
            Mount("/lab/component", Served(directory=folder / "theirs")),
        ]
        self.inner, self.asked = Starlette(routes=routes), 0
        self.app = StaticFiles(self._count, base_path="/lab/")

    async def _count(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        await self.inner(scope, receive, send)

    async def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, Headers, bytes]:
        """Return status, headers and body of the answer to a request."""
        told: list[Message] = []

        async def send(message: Message) -> None:
            told.append(message)

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        path, _, query = path.partition("?")
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": method,
            "path": path,
            "root_path": "",
            "query_string": query.encode(),
            "headers": raw,
        }
        await self.app(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in told[1:])
        return told[0]["status"], Headers(raw=told[0]["headers"]), body

    def get(self, path: str, method: str = "GET", **headers: str) -> tuple[int, Headers, bytes]:
        return run_aside(lambda: self.ask(path, method, **headers))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.mark.parametrize(("accepted", "undo"), [("br, gzip", brotli.decompress), ("gzip", gzip.decompress)])
def test_a_script_is_compressed_and_says_so(site: Site, accepted: str, undo) -> None:  # type: ignore[no-untyped-def]
    status, headers, body = site.get("/lab/static/index-Ab12Cd34.js", accept_encoding=accepted)
    assert status == 200
    assert undo(body) == SCRIPT
    assert len(body) < len(SCRIPT) / 10
    assert headers["content-encoding"] == accepted.partition(",")[0]
    assert headers["content-length"] == str(len(body))
    assert headers["vary"] == "Accept-Encoding"
    assert "accept-ranges" not in headers


def test_thirty_who_ask_at_once_have_it_made_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    compress = static_files.CODINGS["br"]
    monkeypatch.setitem(static_files.CODINGS, "br", lambda body: made.append(1) or compress(body))

    async def crowd() -> list[tuple[int, Headers, bytes]]:
        asks = (site.ask("/lab/static/index-Ab12Cd34.js", accept_encoding="br") for _ in range(30))
        return await asyncio.gather(*asks)

    answers = run_aside(crowd)
    assert {brotli.decompress(body) for _, _, body in answers} == {SCRIPT}
    assert site.asked == len(made) == 1


def test_head_says_what_get_would_without_a_body(site: Site) -> None:
    _, got, _ = site.get("/lab/static/index-Ab12Cd34.js", accept_encoding="br")
    status, headers, body = site.get("/lab/static/index-Ab12Cd34.js", "HEAD", accept_encoding="br")
    assert (status, body, headers.raw) == (200, b"", got.raw)


@pytest.mark.parametrize("path", ["/lab/static/index-Ab12Cd34.js", "/lab/app/static/serif.0123abcd.woff2"])
def test_what_the_browser_has_is_not_sent_again(site: Site, path: str) -> None:
    _, first, _ = site.get(path, accept_encoding="br")
    status, headers, body = site.get(path, accept_encoding="gzip", if_none_match=f'"x", {first["etag"]}')
    assert (status, body, headers["etag"]) == (304, b"", first["etag"])
    assert "content-length" not in headers
    assert headers["vary"] == "Accept-Encoding"
    assert site.get(path, accept_encoding="br", if_none_match='"x"')[0] == 200


def test_a_range_is_of_the_file_as_it_is(site: Site) -> None:
    path = "/lab/static/index-Ab12Cd34.js"
    status, headers, body = site.get(path, accept_encoding="br", range="bytes=7-11")
    assert (status, body, headers["content-range"]) == (206, b"const", f"bytes 7-11/{len(SCRIPT)}")
    assert "content-encoding" not in headers


def test_without_a_coding_or_a_gain_the_file_comes_as_it_is(site: Site) -> None:
    status, headers, body = site.get("/lab/static/index-Ab12Cd34.js")
    assert (status, body, headers["vary"]) == (200, SCRIPT, "Accept-Encoding")
    status, headers, body = site.get("/lab/static/serif.0123abcd.woff2", accept_encoding="br")
    assert (status, body, "content-encoding" in headers) == (200, FONT, False)


@pytest.mark.parametrize(
    ("path", "for_ever"),
    [
        ("/lab/app/static/index-Ab12Cd34.js", False),
        (f"/lab/app/static/index-Ab12Cd34.js?v={version()}", True),
        ("/lab/app/static/index-Ab12Cd34.js?v=older", False),
        ("/lab/app/static/serif.0123abcd.woff2", True),
        ("/lab/component/index-Ab12Cd34.js", True),
    ],
)
@pytest.mark.parametrize("accepted", ["br", "identity"])
def test_kept_for_ever_is_what_the_address_names(
    site: Site, path: str, accepted: str, for_ever: bool
) -> None:
    for _ in range(2):  # made, and kept
        _, headers, _ = site.get(path, accept_encoding=accepted)
        assert headers["cache-control"] == (FOR_EVER if for_ever else "no-cache")


def test_what_is_not_there_is_not_kept(site: Site, tmp_path: Path) -> None:
    assert site.get("/lab/static/late.js", accept_encoding="br")[0] == 404
    (tmp_path / "theirs" / "late.js").write_bytes(SCRIPT)
    assert brotli.decompress(site.get("/lab/static/late.js", accept_encoding="br")[2]) == SCRIPT


def test_no_more_is_kept_than_there_is_room_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static_files, "MOST_KEPT", 2)
    paths = ["/lab/static/index-Ab12Cd34.js", "/lab/app/static/index-Ab12Cd34.js"]

    async def ask_in_turn() -> None:
        for accepted in ("br", "gzip"):
            for path in paths:
                assert (await site.ask(path, accept_encoding=accepted))[0] == 200
        assert list(site.app._kept) == [(path, "gzip") for path in paths]

    run_aside(ask_in_turn)


def test_the_headings_font_is_named_by_its_content() -> None:
    (font,) = STATIC.glob("inkling-serif.*.woff2")
    assert font.name == f"inkling-serif.{hashlib.sha256(font.read_bytes()).hexdigest()[:8]}.woff2"
    config = (STATIC.parents[1] / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert f'url = "app/static/{font.name}"' in config
