"""One-time links by which a visitor becomes the same visitor in another browser. The store keeps their hashes only."""

import hashlib
import secrets
import time
from typing import Final

from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, select, update

from core.runs.database import Database
from core.runs.schema import HANDOVERS, OWN_DATASETS, RUNS, SEARCHES

VALID_S: Final = 600.0
PLACE: Final = "take"  # where the app has the links, before their words
OWNED: Final[dict[str, Table]] = {
    "runs": RUNS,
    "searches": SEARCHES,
    "datasets": OWN_DATASETS,
}  # rows with an owner


def offer(database: Database, owner: str) -> str:
    """Return the word of a new link to what the owner has; an earlier one of theirs is void. Raises: StoreError."""
    word = secrets.token_urlsafe(16)
    void = (HANDOVERS.c.owner == owner) | _is_late()
    with database.write() as connection:
        connection.execute(delete(HANDOVERS).where(void))
        connection.execute(insert(HANDOVERS).values(hash=_hash(word), owner=owner, made_at=time.time()))
    return word


def owner_by(database: Database, word: str) -> str:
    """Return whose things the link leads to; "" for one that was used, is late or never was. Raises: StoreError."""
    with database.read() as connection:
        return _owner(connection, word)


def take(database: Database, word: str, bringing: str = "") -> str:
    """Return whose things the link leads to and have it be used; "" for one that was used, is late or never was.

    bringing: the owner whose things become the other's, with it or not at all.  Raises: StoreError.
    """
    with database.write(durable=True) as connection:
        owner = _owner(connection, word)
        is_first = (
            connection.execute(delete(HANDOVERS).where(HANDOVERS.c.hash == _hash(word))).rowcount
            if owner
            else 0
        )
        if not is_first:
            return ""
        for rows in OWNED.values() if bringing else ():
            connection.execute(update(rows).where(rows.c.owner == bringing).values(owner=owner))
        return owner


def count_things(database: Database, owner: str) -> dict[str, int]:
    """Return how many rows of each table of OWNED are the owner's.  Raises: StoreError."""
    with database.read() as connection:
        counted = {name: select(func.count()).where(rows.c.owner == owner) for name, rows in OWNED.items()}
        return {name: connection.scalar(count) or 0 for name, count in counted.items()}


def _owner(connection: Connection, word: str) -> str:
    asked = select(HANDOVERS.c.owner).where(HANDOVERS.c.hash == _hash(word), ~_is_late())
    return connection.scalar(asked) or ""


def _is_late() -> ColumnElement[bool]:
    """Return the condition; a clock that was set back makes no link of another day good."""
    return func.abs(HANDOVERS.c.made_at - time.time()) > VALID_S


def _hash(word: str) -> str:
    return hashlib.sha256(word.encode("utf-8", "replace")).hexdigest()
