"""Where room is short, or will be soon: what goes by itself, how that is avoided, and what takes how much."""

from typing import Final

import streamlit as st

from core.config.units import MB
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.translation import _
from core.runs import StoreError
from core.runs.disk_use import DiskUse
from core.runs.room import Room
from pages.server.services import settings
from pages.server.visitor import store, visitor

MEASURED_S: Final = 30.0  # so long it is told as it was: it is a walk through folders and through all runs


def room_section() -> None:
    """Draw the notice, nothing where there is plenty of room."""
    try:
        room = store().room()
        if room is None or not room.is_short_soon:
            return
        mine, (any_goes, use) = store().count_thinnable(visitor()), _measured()
    except StoreError:  # the page says what is wrong
        return
    with st.container(key="room"):
        st.warning(
            f"{_how_short_in_markdown(room)} {_what_goes_in_markdown(mine, any_goes=any_goes)}",
            icon=":material/hard_drive:",
        )
        if use is not None:
            st.caption(markdown_text(use.said()))


@st.cache_resource(show_spinner=False, ttl=MEASURED_S)
def _measured() -> tuple[bool, DiskUse | None]:
    """Return (whether anybody's snapshots would go, what takes how much)."""
    return store().count_thinnable() > 0, store().disk_use()


def _how_short_in_markdown(room: Room) -> str:
    kept, most = settings().free_mb * MB, settings().store_mb * MB
    if most and room.store_bytes > most:
        return markdown_(
            "Room is short: runs take {size:size} of {most:size}.", size=room.store_bytes, most=most
        )
    if room.missing_bytes:
        return markdown_(
            "Room is short: {free:size} of the disk are free, and {kept:size} are to stay free.",
            free=room.free_bytes,
            kept=kept,
        )
    if room.is_disk_short_soon:
        return markdown_(
            "Room will be short soon: {free:size} of the disk are free, and {kept:size} are to stay free.",
            free=room.free_bytes,
            kept=kept,
        )
    return markdown_(
        "Room will be short soon: runs take {size:size} of {most:size}.", size=room.store_bytes, most=most
    )


def _what_goes_in_markdown(mine: int, *, any_goes: bool) -> str:
    """Return what goes, and how that is avoided."""
    if not any_goes:
        return _(
            "Nothing goes by itself. Delete what you no longer need, or ask whoever runs this Inkling for more room."
        )
    goes = _(
        "Where it is, the snapshots of weights between a run's first, best and last go, of the oldest runs first; "
        "its results and curves stay, and training it again brings them back."
    )
    yours = nmarkdown_("{n} of your runs has such.", "{n} of your runs have such.", mine)
    avoided = _(
        "Pinned runs keep theirs. To make room, delete runs that you no longer need, or ask whoever runs this Inkling "
        "for more."
    )
    return f"{goes} {yours} {avoided}"
