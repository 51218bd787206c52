"""Who is looking: a random name that this server signed, kept in a cookie of the visitor's browser."""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import streamlit as st

from core.access.rules import Action, Actor, Kind
from core.runs import RunRow, Store
from pages.server.services import engine, settings, system_store

COOKIE: Final = "inkling_visitor"
_YEAR_S: Final = 365 * 24 * 3600
_BINARY: Final = getattr(os, "O_BINARY", 0)  # else Windows writes a byte more for each 10 in the key


def visitor() -> str:
    """Return this visitor's name, the same in every tab of the browser and after its restart."""
    if "visitor" not in st.session_state:
        st.session_state.visitor = visitor_in(st.context.cookies) or secrets.token_hex(8)
    return str(st.session_state.visitor)


def set_visitor_cookie() -> None:
    """Leave the cookie in a browser that came without, in a place of its own that takes no room (theme.css)."""
    name = visitor()
    if visitor_in(st.context.cookies) == name:
        return
    cookie = f"{COOKIE}={name}.{_signature(name)}; path=/; max-age={_YEAR_S}; SameSite=Lax"
    with st.container(key="greeting"):
        st.html(f"<script>document.cookie = {json.dumps(cookie)}</script>", unsafe_allow_javascript=True)


def visitor_in(cookies: Mapping[str, str]) -> str:
    """Return the visitor whom a browser's cookies name, "" where they name none."""
    value = cookies.get(COOKIE)
    return _read(value) if isinstance(value, str) else ""


def _read(cookie: str) -> str:
    """Return the name in a cookie that this server signed, else an empty text."""
    name, _, signature = cookie.partition(".")
    return name if name and hmac.compare_digest(signature, _signature(name)) else ""


def _signature(name: str) -> str:
    return hmac.new(_secret(settings().data_dir), name.encode(), hashlib.sha256).hexdigest()[:32]


@st.cache_resource(show_spinner=False)
def _secret(data_dir: Path) -> bytes:
    """Return the server's key, made on first use and kept in the data folder; a passing one if it is read-only."""
    path = data_dir / "visitor.key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
    except FileExistsError:
        return path.read_bytes()
    except OSError:
        return secrets.token_bytes(32)
    key = secrets.token_bytes(32)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
    return key


def actor() -> Actor:
    """Return this visitor as the rules know them."""
    return Actor(Kind.VISITOR, visitor())


def store() -> Store:
    """Return the run store as this visitor may use it.  Raises: StoreError."""
    return _store_of(system_store(), actor())


@lru_cache(maxsize=512)
def _store_of(whole: Store, whose: Actor) -> Store:
    return whole.acting_as(whose)


def submit(run_id: str) -> None:
    """Have the engine train the run.  Raises: NotAllowed, StoreError."""
    engine().submit(run_id, actor())


def command(run_id: str, **orders: Any) -> None:
    """Give the run orders (see RunOrders.order).  Raises: NotAllowed, ConfigError, StoreError."""
    engine().command(run_id, actor(), **orders)


def may(action: Action, row: RunRow) -> bool:
    """Return whether this visitor may do this to the run: to grey out what would be refused."""
    return store().may(action, row)


def is_mine(row: RunRow) -> bool:
    """Return whether this visitor made the run."""
    return bool(row.owner) and row.owner == visitor()
