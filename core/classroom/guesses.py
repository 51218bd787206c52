"""How many codes and keys may be wrong in a minute: counted in the store, for every process of the app on it.

Each guess counts at several places. A school's devices share one network address, so none of them is shut out by
another's mistyping: a place by address is wide, one by browser or by member narrow.
"""

import time
from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from core.classroom.codes import hash_secret
from core.classroom.errors import TooManyGuesses
from core.runs.classroom_schema import GUESSES

MINUTE_S: Final = 60
CODES_BY_BROWSER: Final = 10
CODES_BY_ADDRESS: Final = 120
KEYS_BY_MEMBER: Final = 5  # a key is one of 923,521: half of them take two months
KEYS_BY_CLASS_AND_ADDRESS: Final = 60
KEYS_BY_CLASS: Final = 240

Places = Mapping[str, int]  # what is counted -> how many may be wrong there in a minute


def code_places(address: str, browser: str) -> Places:
    """Return where a guess of a class's code, or of a teacher's key, counts. address, browser: "" for none known."""
    places = {}
    if address:  # else all whose address is not known were one, and anybody's guesses shut everybody out
        places[f"code {address}"] = CODES_BY_ADDRESS  # not said: a key
    if browser:
        places[f"code by {browser}"] = CODES_BY_BROWSER  # not said: a key
    return places


def key_places(classroom_id: str, member_id: str, address: str) -> Places:
    """Return where a guess of a member's key counts; member_id: "" for a nickname that nobody has."""
    places = {
        f"key {classroom_id} {address}": KEYS_BY_CLASS_AND_ADDRESS,
        f"key {classroom_id}": KEYS_BY_CLASS,
    }  # not said: keys
    if member_id:
        places[f"key of {member_id}"] = KEYS_BY_MEMBER  # not said: a key
    return places


def check_room(connection: Connection, places: Places) -> None:
    """Refuse a guess where as many as may be were wrong within this minute.  Raises: TooManyGuesses."""
    hashed = {hash_secret(place): most for place, most in places.items()}
    wrong = select(GUESSES.c.place, GUESSES.c.count).where(
        GUESSES.c.place.in_(hashed), GUESSES.c.minute == _minute()
    )
    if any(count >= hashed[place] for place, count in connection.execute(wrong)):
        raise TooManyGuesses


def count_wrong(connection: Connection, places: Places) -> None:
    """Count a wrong guess; those of earlier minutes are forgotten, and with them where they came from."""
    minute = _minute()
    connection.execute(delete(GUESSES).where(GUESSES.c.minute != minute))
    for place in places:
        key = {"place": hash_secret(place), "minute": minute}
        counted = update(GUESSES).filter_by(**key).values(count=GUESSES.c.count + 1)
        if not connection.execute(counted).rowcount:
            connection.execute(insert(GUESSES).values(**key, count=1))


def forget_guesses(connection: Connection) -> None:
    """Forget those of earlier minutes."""
    connection.execute(delete(GUESSES).where(GUESSES.c.minute != _minute()))


def _minute() -> int:
    return int(time.time() // MINUTE_S)
