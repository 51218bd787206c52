"""What holds for a connection to a SQLite file, and how its transactions begin."""

from functools import partial
from typing import Any, Final

from sqlalchemy import Connection

WAL_LIMIT_BYTES: Final = 8 * 2**20
INCREMENTAL: Final = 2  # SQLite's number for giving room back when told to


def configure(connection: Any, _record: Any) -> None:
    """Set what holds for a connection: WAL so that reading never waits, foreign keys, room given back."""
    connection.text_factory = partial(
        str, encoding="utf-8", errors="replace"
    )  # one damaged text breaks no list
    cursor = connection.cursor()
    if cursor.execute("PRAGMA auto_vacuum").fetchone()[0] != INCREMENTAL:  # setting it waits for who writes
        cursor.execute(
            f"PRAGMA auto_vacuum = {INCREMENTAL}"
        )  # counts only in a new file, before its first table
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT_BYTES}")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def begin(connection: Connection) -> None:
    """Begin for writing at once where writing is meant, so that two writers queue instead of failing late."""
    options = connection.get_execution_options()
    if not options.get("writes"):
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if options.get('durable') else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
