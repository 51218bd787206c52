"""Addresses of this app to give away, and their pictures for a phone's camera."""

import io
from urllib.parse import urlencode, urlsplit, urlunsplit

import segno
import streamlit as st


def address_of(page: str, query: dict[str, str]) -> str:
    """Return the address of a page of this app, as this visitor's browser reached it."""
    parts = urlsplit(st.context.url or "http://localhost:8501/")
    folder = parts.path.rpartition("/")[0] if parts.path.strip("/") else ""
    return urlunsplit((parts.scheme, parts.netloc, f"{folder}/{page}", urlencode(query, safe=",:"), ""))


@st.cache_data(show_spinner=False, max_entries=64)
def qr_code(address: str) -> bytes:
    """Return the picture of an address for a phone's camera."""
    buffer = io.BytesIO()
    segno.make(address, error="m", micro=False).save(buffer, kind="png", scale=6, border=3)
    return buffer.getvalue()
