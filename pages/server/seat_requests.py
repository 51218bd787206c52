"""The seat of a member of a class, as a request's cookie names it."""

from starlette.datastructures import Headers
from starlette.types import Scope

from core.classroom.seats import Seat, give_up_seat, note_seen, seat_of
from pages.server.cookies import seat_word_in
from pages.server.services import system_store


def seat_at(scope: Scope) -> Seat | None:
    """Return who is at work in the browser that asks, None for no member of a class.  Raises: StoreError."""
    word = _word(scope)
    return seat_of(system_store().database, word) if word else None


def stay_at(scope: Scope) -> None:
    """Note that the member is there.  Raises: StoreError."""
    note_seen(system_store().database, _word(scope))


def give_up(scope: Scope) -> None:
    """Have nobody be at work there any more.  Raises: StoreError."""
    if word := _word(scope):
        give_up_seat(system_store().database, word)


def _word(scope: Scope) -> str:
    return seat_word_in(Headers(scope=scope).getlist("cookie"))
