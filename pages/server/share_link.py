"""Addresses of this app to give away, and their pictures for a phone's camera."""

import io
from urllib.parse import urlencode, urlsplit, urlunsplit

import segno
import streamlit as st

from core.i18n.translation import _
from pages.server.addresses import hosts_in_networks, is_here


def address_of(page: str, query: dict[str, str]) -> str:
    """Return the address of a page of this app, as this visitor's browser reached it.

    A host that is this computer's name for itself gives way to the one by which others reach it, if there is one.
    """
    parts = urlsplit(st.context.url or "http://localhost:8501/")
    folder = parts.path.rpartition("/")[0] if parts.path.strip("/") else ""
    place = parts.netloc
    if is_here(parts.hostname or "") and (hosts := hosts_in_networks(parts.port)):
        place = f"{hosts[0]}:{parts.port}" if parts.port else hosts[0]
    return urlunsplit((parts.scheme, place, f"{folder}/{page}", urlencode(query, safe=",:"), ""))


def reachable_places() -> list[str]:
    """Return the addresses of this app that other devices may reach, the likeliest first; none that is theirs, too.

    First the one by which this visitor's browser has come, unless that is this computer's name for itself; then those
    that the computer has in its networks, which of these the devices are in is not known.
    """
    parts = urlsplit(st.context.url or "http://localhost:8501/")
    folder = parts.path.rpartition("/")[0] if parts.path.strip("/") else ""
    come_by = [] if is_here(parts.hostname or "") else [parts.netloc]
    places = [
        *come_by,
        *(f"{host}:{parts.port}" if parts.port else host for host in hosts_in_networks(parts.port)),
    ]
    return [f"{parts.scheme}://{place}{folder}" for place in dict.fromkeys(places)]


def say_reach(address: str) -> None:
    """Say so where an address to give away leads nobody but this computer anywhere."""
    if is_here(urlsplit(address).hostname or ""):
        st.caption(
            _(
                "Only this computer can open the link. For other devices, open this page at an address they reach."
            )
        )


@st.cache_data(show_spinner=False, max_entries=64)
def qr_code(address: str) -> bytes:
    """Return the picture of an address for a phone's camera."""
    buffer = io.BytesIO()
    segno.make(address, error="m", micro=False).save(buffer, kind="png", scale=6, border=3)
    return buffer.getvalue()
