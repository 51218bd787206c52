"""The app's static files on the wire: compressed once, kept by browsers for ever where the address names the content.

Streamlit serves its own scripts and those of pages/static/ as they lie there. This middleware asks it once for each
of them, keeps texts compressed in memory, and answers from there. All else passes through: ranges, other methods,
browsers that take nothing compressed, and Streamlit's fonts and pictures, which do not get smaller.
"""

import asyncio
import gzip
import hashlib
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import parse_qs

import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.components.assets import version
from pages.server.base_path import prefix_of

FOR_EVER: Final = "public, max-age=31536000, immutable"  # not said: a header
LEAST_BYTES: Final = 500
MOST_KEPT: Final = 400  # files; Streamlit has about as many scripts as that, 6 MB compressed
BROTLI_QUALITY: Final = 7  # 11 makes them a tenth smaller and the first visitor wait for twenty seconds
_TEXTS: Final = re.compile(r"(text/|image/svg|application/(json|javascript|wasm|manifest))|[^;]*\+(json|xml)")
_OWN_HASH: Final = re.compile(r"\.[0-9a-f]{8}\.\w+$")  # inkling-serif.40a6b6dd.woff2
_BUNDLERS_HASH: Final = re.compile(r"-(?=[\w-]*[A-Z0-9])[\w-]{8}\.\w+$")  # index-ynYgWHmM.js

Coding = Callable[[bytes], bytes]
CODINGS: Final[dict[str, Coding]] = {  # the best first
    "br": partial(brotli.compress, quality=BROTLI_QUALITY),
    "gzip": partial(gzip.compress, compresslevel=9, mtime=0),
}


def coding_for(accepted: str) -> str | None:
    """Return the best of CODINGS that an Accept-Encoding header takes; None = as it is."""
    shares: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        shares[name] = _share(parameters)
    offered = {coding: shares.get(coding, shares.get("*", 0.0)) for coding in CODINGS}
    best = max(offered, key=offered.__getitem__)
    return best if offered[best] > 0 and offered[best] >= shares.get("identity", 0.0) else None


def _share(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            return float(value) if re.fullmatch(r"\s*[01](\.\d{0,3})?\s*", value) else 0.0
    return 1.0


def _vary(headers: MutableHeaders) -> None:
    if "accept-encoding" not in headers.get("vary", "").lower():
        headers.add_vary_header("Accept-Encoding")


@dataclass(frozen=True)
class Kept:
    """A file in one coding, with the headers of its whole answer."""

    headers: Headers
    body: bytes


class StaticFiles:
    """ASGI middleware in front of Streamlit; base_path: of the app on its server, "" or "inkling"."""

    def __init__(self, app: ASGIApp, base_path: str = "") -> None:
        prefix = prefix_of(base_path)
        self._app = app
        self._own = f"{prefix}/app/static/"
        self._compressed = (self._own, f"{prefix}/static/")
        self._components = (f"{prefix}/component/", f"{prefix}/_stcore/bidi-components/")
        self._kept: dict[tuple[str, str], asyncio.Task[Kept | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        is_read = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if not is_read or not path.startswith((*self._compressed, *self._components)):
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        coding = coding_for(asked.get("accept-encoding", ""))
        can_keep = path.startswith(self._compressed) and path == posixpath.normpath(path)
        if can_keep and coding and "range" not in asked and (kept := await self._keep(scope, coding)):
            await self._answer(kept, scope, receive, send)
        else:
            await self._app(scope, receive, partial(self._pass, scope, send))

    async def _keep(self, scope: Scope, coding: str) -> Kept | None:
        """Return the file, compressed by whoever asks first; None for what is to be had from Streamlit."""
        key = (scope["path"], coding)
        if key not in self._kept:
            while len(self._kept) >= MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = asyncio.create_task(self._make(scope, coding))
        task = self._kept[key]
        try:
            kept = await asyncio.shield(task)
        except Exception:  # raised again; whoever asks next has the file made anew
            self._kept.pop(key, None)
            raise
        if kept is None and self._kept.get(key) is task:  # it may be there another time
            del self._kept[key]
        return kept

    async def _make(self, scope: Scope, coding: str) -> Kept | None:
        """Ask Streamlit for the whole file and compress it."""
        answer: list[Message] = []

        async def take(message: Message) -> None:
            answer.append(message)

        plain = [(name, value) for name, value in scope["headers"] if name == b"host"]
        whole: Scope = {**scope, "method": "GET", "headers": plain, "query_string": b"", "extensions": {}}
        await self._app(whole, asyncio.Event().wait, take)  # type: ignore[arg-type]  # a reader that stays
        headers = MutableHeaders(raw=list(answer[0]["headers"]))
        body = b"".join(message.get("body", b"") for message in answer[1:])
        if (
            answer[0]["status"] != 200 or headers.get("cache-control") == "no-cache"
        ):  # no file: Streamlit's page
            return None
        small = body
        if len(body) >= LEAST_BYTES and _TEXTS.match(headers.get("content-type", "")):
            small = await asyncio.to_thread(CODINGS[coding], body)
            headers["content-encoding"] = coding
        elif not scope["path"].startswith(self._own):  # of Streamlit's: its own answer is right
            return None
        # Weak, for it names what all codings say; of the content, so that it outlives a restart.
        headers["etag"] = f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'
        headers["content-length"] = str(len(small))
        _vary(headers)
        del headers["accept-ranges"]
        return Kept(headers, small)

    async def _answer(self, kept: Kept, scope: Scope, receive: Receive, send: Send) -> None:
        headers = MutableHeaders(raw=list(kept.headers.raw))
        self._cache(scope, headers)
        known = [tag.strip() for tag in Headers(scope=scope).get("if-none-match", "").split(",")]
        if kept.headers["etag"] in known or known == ["*"]:
            for name in ("content-length", "content-encoding", "content-type"):
                del headers[name]
            response = Response(status_code=304)
        else:
            response = Response(b"" if scope["method"] == "HEAD" else kept.body)
        response.raw_headers = headers.raw
        await response(scope, receive, send)

    async def _pass(self, scope: Scope, send: Send, message: Message) -> None:
        """Send what Streamlit says on, with what a cache on the way needs to know."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if scope["path"].startswith(self._compressed):
                _vary(headers)
            if message["status"] in (200, 206):
                self._cache(scope, headers)
        await send(message)

    def _cache(self, scope: Scope, headers: MutableHeaders) -> None:
        """Have browsers keep what its address names, and ask again for what it does not (Streamlit's own it says)."""
        path: str = scope["path"]
        if path.startswith(self._own):
            asked = parse_qs(scope["query_string"].decode("latin-1")).get("v")
            is_named = asked == [version()] or _OWN_HASH.search(path)
            headers["cache-control"] = FOR_EVER if is_named else "no-cache"
        elif path.startswith(self._components) and _BUNDLERS_HASH.search(path):
            headers["cache-control"] = FOR_EVER
