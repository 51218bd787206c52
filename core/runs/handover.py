"""One-time links by which a visitor becomes the same visitor in another browser. The store keeps their hashes only."""

import hashlib
import secrets
import time
from typing import Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Float,
    MetaData,
    String,
    Table,
    column,
    delete,
    func,
    insert,
    select,
    table,
    update,
)

from core.runs.database import Database

VALID_S: Final = 600.0
TABLE: Final = Table(
    "handovers",
    MetaData(),
    Column("hash", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("made_at", Float, nullable=False),
)
OWNED: Final = ("runs", "searches")  # tables whose rows have an owner


def offer(database: Database, owner: str) -> str:
    """Return the word of a new link to what the owner has; an earlier one of theirs is void. Raises: StoreError."""
    word = secrets.token_urlsafe(16)
    void = (TABLE.c.owner == owner) | _is_late()
    with database.write() as connection:
        TABLE.create(connection, checkfirst=True)
        connection.execute(delete(TABLE).where(void))
        connection.execute(insert(TABLE).values(hash=_hash(word), owner=owner, made_at=time.time()))
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
            connection.execute(delete(TABLE).where(TABLE.c.hash == _hash(word))).rowcount if owner else 0
        )
        if not is_first:
            return ""
        for name in _owned(connection) if bringing else ():
            rows = table(name, column("owner"))
            connection.execute(update(rows).where(rows.c.owner == bringing).values(owner=owner))
        return owner


def count_things(database: Database, owner: str) -> dict[str, int]:
    """Return how many rows of each table of OWNED are the owner's.  Raises: StoreError."""
    with database.read() as connection:
        counts = dict.fromkeys(OWNED, 0)
        for name in _owned(connection):
            rows = table(name, column("owner"), column("id"))
            counted = select(func.count()).select_from(rows).where(rows.c.owner == owner)
            counts[name] = connection.scalar(counted) or 0
        return counts


def _owner(connection: Connection, word: str) -> str:
    if not connection.dialect.has_table(connection, TABLE.name):
        return ""
    asked = select(TABLE.c.owner).where(TABLE.c.hash == _hash(word), ~_is_late())
    return connection.scalar(asked) or ""


def _owned(connection: Connection) -> list[str]:
    return [name for name in OWNED if connection.dialect.has_table(connection, name)]


def _is_late() -> ColumnElement[bool]:
    """Return the condition; a clock that was set back makes no link of another day good."""
    return func.abs(TABLE.c.made_at - time.time()) > VALID_S


def _hash(word: str) -> str:
    return hashlib.sha256(word.encode("utf-8", "replace")).hexdigest()
