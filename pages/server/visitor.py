"""Who is looking: a random name that this server signed, kept in a cookie of the visitor's browser."""

import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Final

import streamlit as st

from core.runs import RunRow, StoreError
from core.runs.run_row import COMMAND_LINE
from pages.server.services import settings, store

COOKIE: Final = "inkling_visitor"
_YEAR_S: Final = 365 * 24 * 3600
_BINARY: Final = getattr(os, "O_BINARY", 0)  # else Windows writes a byte more for each 10 in the key


def visitor() -> str:
    """Return this visitor's name, the same in every tab of the browser and after its restart."""
    if "visitor" not in st.session_state:
        st.session_state.visitor = _read(_cookie()) or secrets.token_hex(8)
    return str(st.session_state.visitor)


def set_visitor_cookie() -> None:
    """Leave the cookie in a browser that came without, in a place of its own that takes no room (theme.css)."""
    name = visitor()
    if _read(_cookie()) == name:
        return
    cookie = f"{COOKIE}={name}.{_signature(name)}; path=/; max-age={_YEAR_S}; SameSite=Lax"
    with st.container(key="greeting"):
        st.html(f"<script>document.cookie = {json.dumps(cookie)}</script>", unsafe_allow_javascript=True)


def _cookie() -> str:
    value = st.context.cookies.get(COOKIE)
    return value if isinstance(value, str) else ""


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


def is_mine(row: RunRow) -> bool:
    """Return whether this visitor made the run."""
    return bool(row.owner) and row.owner == visitor()


def may_order(row: RunRow) -> bool:
    """Return whether this visitor may have the run pause, stop or go on: one made here, or on the command line."""
    return row.owner in ("", COMMAND_LINE, visitor())


def mine(run_ids: list[str]) -> list[str]:
    """Return those of the runs that this visitor made, read anew from the store: for callbacks."""
    try:
        return [row.id for row in store().list(ids=run_ids, limit=len(run_ids)) if is_mine(row)]
    except StoreError as error:
        st.session_state.trouble = str(error)
        return []
