"""The member of a class who is at work in this session's browser, and whether anything was done there lately."""

import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

import streamlit as st

from core.classroom import seats
from core.classroom.seats import NOTED_S, Seat, is_over, note_seen, seat_of
from core.i18n.translation import _
from core.runs import StoreError
from core.runs.class_rules import ClassRules
from pages.components.live_channel import drawn_by_news
from pages.server.cookies import seat_word_in
from pages.server.identity import NEAR_HEADER
from pages.server.services import system_store

LOOKED_S: Final = 3.0  # so long a seat may still be one that was given up
_PLACE: Final = "_place"
_SEAT: Final = "_seat"


@dataclass(frozen=True)
class _Looked:
    """What the store said last of the seat with this word, and when (time.monotonic)."""

    word: str
    seat: Seat | None
    at: float


def seated(*, looks_now: bool = False) -> Seat | None:
    """Return the seat of this session's browser, None where no member of a class is at work.

    looks_now: whatever was found a moment ago.  Raises: StoreError, SettingsError.
    """
    state = st.session_state
    looked = state.get(_SEAT)
    if looked is None:
        word = seat_word_in(st.context.headers.get_all("cookie"))
    elif not looked.word or (not looks_now and time.monotonic() - looked.at < LOOKED_S):
        return looked.seat
    else:
        word = looked.word
    seat = seat_of(system_store().database, word) if word else None
    if looked is not None and looked.seat is not None and seat is None:
        if is_over(system_store().database, looked.seat.classroom_id):
            state.notice = _(
                "The class “{title}” is over. What you do here now is this browser's own.",
                title=looked.seat.title,
            )
        else:
            state.trouble = _(
                "You are not in the class “{title}” any more. What you do here now is this browser's own.",
                title=looked.seat.title,
            )
    state[_SEAT] = _Looked(word if seat else "", seat, time.monotonic())
    return seat


def seated_still() -> Seat | None:
    """Return the seat as the store has it at this moment.  Raises: StoreError, SettingsError."""
    if _SEAT in st.session_state:
        st.session_state[_SEAT] = replace(st.session_state[_SEAT], at=-math.inf)
    return seated()


def is_somebody_else() -> bool:
    """Return whether it is to be asked who is there: a member sits here, and nothing was done for long.

    What is drawn because a run has got on is nothing done.  Raises: StoreError.
    """
    seat, is_news = seated(looks_now=True), drawn_by_news()
    if seat is None:
        return False
    if seat.is_idle:
        return True
    if not is_news and time.time() - seat.seen_at > NOTED_S:
        with suppress(StoreError):  # a store that is busy for long leaves the page to be read
            stay()
    return False


def stay() -> None:
    """Note that the member is there.  Raises: StoreError."""
    looked: _Looked = st.session_state[_SEAT]
    note_seen(system_store().database, looked.word)
    st.session_state[_SEAT] = _Looked(
        looked.word, seat_of(system_store().database, looked.word), time.monotonic()
    )


def place_noter() -> Callable[[str], None]:
    """Return what notes where the member is, if they were elsewhere.

    It asks the session nothing: a page that stops early leaves it no answer.  It raises: StoreError.
    """
    looked: _Looked = st.session_state[_SEAT]
    noted: list[str] = st.session_state.setdefault(_PLACE, [])
    database = system_store().database

    def note(place: str) -> None:
        if noted != [place]:
            seats.note_place(database, looked.word, place)
            noted[:] = [place]

    return note


def class_rules() -> ClassRules:
    """Return what the class lets this session see and train: all, for who is in none."""
    seat = seated()
    return seat.rules if seat else ClassRules()


def is_class_paused() -> bool:
    """Return whether the teacher of this session's member has paused all training."""
    seat = seated()
    return seat is not None and seat.is_paused


def is_near() -> bool:
    """Return whether this session's browser comes from this computer or a private network."""
    return NEAR_HEADER.decode() in st.context.headers
