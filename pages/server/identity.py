"""Who comes: a random name, signed, in a cookie that goes out with the first page.

The cookie is named after an id in the store, since all ports of a host share their cookies: two labs there do not take
each other's, and two apps on one store have the same. The key that signs it is in the store, too (core/runs/lab.py).
"""

import asyncio
import hashlib
import hmac
import logging
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from functools import partial
from html import escape
from pathlib import Path
from typing import Final

import streamlit as st
from itsdangerous import BadSignature, TimestampSigner
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from core.config.app_settings import SettingsError
from core.i18n.translation import _
from core.runs import StoreError
from core.runs.lab import Lab, lab_of
from pages.server.base_path import prefix_of
from pages.server.newcomers import MINUTE_S, Newcomers, address_of, is_https
from pages.server.open_files import parts_of_pages
from pages.server.plain_page import plain_page, read_by_asker
from pages.server.services import settings, system_store

LOG: Final = logging.getLogger("inkling.app")

YEAR_S: Final = 365 * 24 * 3600
RENEWED_S: Final = 30 * 24 * 3600  # a cookie signed so long ago is signed anew
PASSING: Final = "passing"  # the use of a name that is signed for one session, which has no cookie
FORMER_COOKIE: Final = "inkling_visitor"  # until the server set it: a script's, signed with a file's key
FORMER_KEY_BYTES: Final = 32
STORE_S: Final = (
    3.0  # so long a page waits for the store; without it, it comes without a cookie and says what is wrong
)
TRY_AGAIN_LATER: Final = 1013
VISITOR_HEADER: Final = b"x-inkling-visitor"  # set here alone; .streamlit/config.toml names it
_NAME: Final = re.compile(r"[0-9a-f]{16}")
_TOKEN: Final = re.compile(r"[\w.-]{1,200}", re.ASCII)


def new_name() -> str:
    """Return a name that nobody has."""
    return secrets.token_hex(8)


@st.cache_resource(show_spinner=False)
def lab() -> Lab:
    """Return the store's lab.  Raises: StoreError, SettingsError."""
    found = lab_of(system_store().database)
    if not found.is_kept:
        LOG.warning("The run store takes no signing key: visitors are known until this process ends.")
    return found


@st.cache_resource(show_spinner=False)
def _former_key(data_dir: Path) -> bytes:
    """Return the key of cookies of the former kind, b"" where there is none that can be trusted."""
    path = data_dir / "visitor.key"
    try:
        key = path.read_bytes()
    except OSError:
        return b""
    if len(key) >= FORMER_KEY_BYTES:
        return key
    LOG.warning(
        "%s is not whole (%d bytes), and no cookie that it signed is taken. Put it back from a backup, or delete it.",
        path,
        len(key),
    )
    return b""


# ---- what a cookie says


def cookie_name() -> str:
    """Return what this lab's cookie is called.  Raises: StoreError, SettingsError."""
    return f"inkling_{lab().id}"


def signed(name: str, use: str = "cookie") -> str:
    """Return the name, signed for one use.  Raises: StoreError, SettingsError."""
    return _signer(use).sign(name).decode()


def name_in(token: object, use: str = "cookie") -> str:
    """Return the name that this lab signed for that use, "" for anything else.  Raises: StoreError, SettingsError."""
    return _read(token, use)[0]


def _read(token: object, use: str) -> tuple[str, float]:
    """Return the name and when it was signed, in seconds since 1970."""
    if isinstance(token, str) and _TOKEN.fullmatch(token):
        try:
            name, signed_at = _signer(use).unsign(token, return_timestamp=True)
        except BadSignature:
            return "", 0.0
        if _NAME.fullmatch(name.decode()):
            return name.decode(), signed_at.timestamp()
    return "", 0.0


def _signer(use: str) -> TimestampSigner:
    salt = f"inkling.{lab().id}.{use}"
    return TimestampSigner(lab().key, salt=salt, digest_method=hashlib.sha256)


def visitor_in(cookies: Iterable[str]) -> tuple[str, bool]:
    """Return the visitor whom a request's Cookie headers name, "" for none, and whether the cookie is as it is set now.

    A name may come more than once, set for several paths: the first that is signed counts.
    Raises: StoreError, SettingsError.
    """
    pairs = [*_pairs(cookies)]
    for key, value in pairs:
        if key == cookie_name():
            name, signed_at = _read(value, "cookie")
            if name:
                return name, abs(time.time() - signed_at) < RENEWED_S
    former = (_former_name(value) for key, value in pairs if key == FORMER_COOKIE)
    return next(filter(None, former), ""), False


def _pairs(cookies: Iterable[str]) -> Iterator[tuple[str, str]]:
    for header in cookies:
        for pair in header.split(";"):
            key, _equals, value = pair.partition("=")
            yield key.strip(), value.strip()


def _former_name(cookie: str) -> str:
    key = _former_key(settings().data_dir)
    name, _dot, signature = cookie.partition(".")
    if not key or not _NAME.fullmatch(name):
        return ""
    expected = hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:32]
    return name if hmac.compare_digest(signature.encode(), expected.encode()) else ""


def set_cookies(scope: Scope, headers: MutableHeaders, name: str, base_path: str) -> None:
    """Have the answer leave the visitor's name in the browser, and be kept by nobody."""
    asked = Headers(scope=scope)
    attributes = [f"Path={prefix_of(base_path) or '/'}", f"Max-Age={YEAR_S}", "HttpOnly"]
    is_framed = settings().frames and asked.get("sec-fetch-dest") in ("iframe", "frame")
    if is_https(scope):
        attributes += ["Secure", "SameSite=None", "Partitioned"] if is_framed else ["Secure", "SameSite=Lax"]
    else:
        attributes.append("SameSite=Lax")
    cookie = "; ".join([f"{cookie_name()}={signed(name)}", *attributes])
    headers.append("set-cookie", cookie)
    if any(key == FORMER_COOKIE and _former_name(value) for key, value in _pairs(asked.getlist("cookie"))):
        headers.append("set-cookie", f"{FORMER_COOKIE}=; Path=/; Max-Age=0; SameSite=Lax")
    headers["cache-control"] = "no-store"


# ---- at the door


class Identity:
    """ASGI middleware that says who comes, in `scope["state"]["visitor"]` ("": nobody that is known), and gives names.

    base_path: of the app on its server, "" or "inkling".
    """

    def __init__(self, app: ASGIApp, base_path: str = "") -> None:
        prefix = prefix_of(base_path)
        self._app, self._base_path = app, base_path
        self._stream = f"{prefix}/_stcore/stream"
        self._host_config = f"{prefix}/_stcore/host-config"  # asked for before each session
        self._parts_of_pages = parts_of_pages(prefix)
        self._newcomers = Newcomers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_socket = scope["type"] == "websocket"
        is_page = scope["type"] == "http" and (
            scope["path"] == self._host_config or not scope["path"].startswith(self._parts_of_pages)
        )
        if is_socket or is_page:
            await self._let_in(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Headers(scope=scope)
        try:
            async with asyncio.timeout(STORE_S):
                await asyncio.to_thread(lab)
            name, is_current = visitor_in(asked.getlist("cookie"))
        except (StoreError, SettingsError, TimeoutError):  # the page itself says what is wrong
            await self._app(_with(scope, ""), receive, send)
            return
        is_page = (
            scope["type"] == "http" and scope["method"] == "GET" and "text/html" in asked.get("accept", "")
        )
        is_session = scope["type"] == "websocket" and scope["path"] == self._stream
        is_new = not name and (is_page or is_session)
        if is_new and not self._newcomers.has_room(address_of(scope), settings().new_visitors):
            await (_refusal(scope) if is_page else WebSocketClose(TRY_AGAIN_LATER))(scope, receive, send)
        elif is_page and not is_current:
            given = name or new_name()
            await self._app(_with(scope, name), receive, partial(self._send, scope, send, given))
        else:
            await self._app(_with(scope, name), receive, send)

    async def _send(self, scope: Scope, send: Send, name: str, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            headers = MutableHeaders(scope=message)
            if headers.get("content-type", "").startswith("text/html"):
                set_cookies(scope, headers, name, self._base_path)
        await send(message)


def passing_name(token: object) -> str:
    """Return the name of a session that has no cookie, as its page was told it; "" for anything else, at any time."""
    try:
        return name_in(token, PASSING) if token else ""
    except (StoreError, SettingsError):
        return ""


def visitor_of(scope: Scope) -> str:
    """Return the visitor whose cookie came with a request or a socket, "" for none."""
    return str(scope.get("state", {}).get("visitor", ""))


def _with(scope: Scope, name: str) -> Scope:
    """Return the scope with whose it is; a header tells Streamlit, which lets nobody else resume the session."""
    headers = [(key, value) for key, value in scope["headers"] if key != VISITOR_HEADER]
    if name:
        headers.append((VISITOR_HEADER, name.encode()))
    return {**scope, "headers": headers, "state": {**scope.get("state", {}), "visitor": name}}


def _refusal(scope: Scope) -> ASGIApp:
    with read_by_asker(scope):
        sentence = _(
            "Many new visitors have come from your network within a minute. Please come again in a minute."
        )
    return plain_page(f"<p>{escape(sentence)}</p>", 429, {"retry-after": str(MINUTE_S)})
