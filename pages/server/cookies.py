"""What a browser's cookies say of who it is: a random name, signed, and the seat of a member of a class.

A cookie is named after an id in the store, since all ports of a host share their cookies: two labs there do not take
each other's, and two apps on one store have the same. The key that signs it is in the store, too (core/runs/lab.py).
"""

import hashlib
import hmac
import logging
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import streamlit as st
from itsdangerous import BadSignature, TimestampSigner
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Scope

from core.config.app_settings import SettingsError
from core.runs import StoreError
from core.runs.lab import Lab, lab_of
from pages.server.base_path import prefix_of
from pages.server.client_address import is_https
from pages.server.services import settings, system_store

LOG: Final = logging.getLogger("inkling.app")

YEAR_S: Final = 365 * 24 * 3600
RENEWED_S: Final = 30 * 24 * 3600  # a cookie signed so long ago is signed anew
PASSING: Final = "passing"  # the use of a name that is signed for one session, which has no cookie
SEAT: Final = "seat"  # the use of a word that is signed for the cookie of a member of a class
FORMER_COOKIE: Final = "inkling_visitor"  # until the server set it: a script's, signed with a file's key
FORMER_KEY_BYTES: Final = 32
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
    add_cookie(scope, headers, base_path, f"{cookie_name()}={signed(name)}", YEAR_S)
    if any(key == FORMER_COOKIE and _former_name(value) for key, value in _pairs(asked.getlist("cookie"))):
        headers.append("set-cookie", f"{FORMER_COOKIE}=; Path=/; Max-Age=0; SameSite=Lax")


def add_cookie(
    scope: Scope, headers: MutableHeaders, base_path: str, pair: str, max_age_s: int | None
) -> None:
    """Have the answer leave a cookie, "name=value", that no script reads; None: for as long as the browser is open."""
    lasting = [] if max_age_s is None else [f"Max-Age={max_age_s}"]
    attributes = [f"Path={prefix_of(base_path) or '/'}", *lasting, "HttpOnly"]
    is_framed = settings().frames and Headers(scope=scope).get("sec-fetch-dest") in ("iframe", "frame")
    if is_https(scope):
        attributes += ["Secure", "SameSite=None", "Partitioned"] if is_framed else ["Secure", "SameSite=Lax"]
    else:
        attributes.append("SameSite=Lax")
    headers.append("set-cookie", "; ".join([pair, *attributes]))
    headers["cache-control"] = "no-store"


def seat_cookie_name() -> str:
    """Return what the cookie of this lab's seats is called.  Raises: StoreError, SettingsError."""
    return f"{cookie_name()}_seat"


def seat_word_in(cookies: Iterable[str]) -> str:
    """Return the word of the seat that a request's Cookie headers name, "" for none.

    Raises: StoreError, SettingsError.
    """
    words = (name_in(value, SEAT) for key, value in _pairs(cookies) if key == seat_cookie_name())
    return next(filter(None, words), "")


def set_seat(scope: Scope, headers: MutableHeaders, word: str, base_path: str) -> None:
    """Have the answer seat a member in this browser, for as long as it is open; "": nobody any more."""
    pair = f"{seat_cookie_name()}={signed(word, SEAT) if word else ''}"
    add_cookie(scope, headers, base_path, pair, None if word else 0)


def passing_name(token: object) -> str:
    """Return the name of a session that has no cookie, as its page was told it; "" for anything else, at any time."""
    try:
        return name_in(token, PASSING) if token else ""
    except (StoreError, SettingsError):
        return ""
