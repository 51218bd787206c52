"""A database driver's errors as the store's: sentences with a remedy."""

import os
import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError

from core.runs.errors import (
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreUnreachable,
)

FULL_BYTES: Final = 64 * 1024  # with less than this left, a failed write is put down to the disk being full


def store_error(error: Exception, path: Path | None, busy_s: float) -> StoreError:
    """Return the StoreError that explains a driver's error, by SQLite's code where there is one.

    path: the SQLite file, None for a server. busy_s: how long the write waited.
    """
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    code = getattr(cause, "sqlite_errorcode", None)
    kind = code & 0xFF if code is not None else -1
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(
            f"The run store was locked by another process for more than {busy_s:g} s.",
            "Try again in a moment; nothing was changed.",
        )
    if kind == sqlite3.SQLITE_FULL or (kind == sqlite3.SQLITE_IOERR and disk_is_full(path)):
        return StoreFull(
            f"The disk that holds the run store ({path}) is full.",
            "Free some space, or delete runs that are no longer needed, and try again.",
        )
    if kind == sqlite3.SQLITE_READONLY:
        return read_only(path)
    if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreDamaged(
            f"The run store {path} is damaged ({cause}).",
            "Start Inkling again: it will set the file aside, not delete it, and begin a new one.",
        )
    return unreachable(path, cause)


def read_only(path: Path | None) -> StoreReadOnly:
    """Return the error of a store that may not be written."""
    return StoreReadOnly(
        f"The run store {path or 'at its URL'} may be read but not written.",
        "Allow writing there, or set INKLING_STORE to a file on a disk that may be written.",
    )


def unreachable(path: Path | None, cause: BaseException) -> StoreUnreachable:
    """Return the error of a store that cannot be opened or asked."""
    return StoreUnreachable(
        f"The run store {path or 'at its URL'} cannot be opened: {cause}.",
        "Check that its folder exists and may be written, or set INKLING_STORE to another place.",
    )


def disk_is_full(path: Path | None, needed_bytes: int = FULL_BYTES) -> bool:
    """Return whether less than `needed_bytes` are left where the store is; False where that is unknown."""
    if path is None or not hasattr(os, "statvfs"):
        return False
    try:
        facts = os.statvfs(path.parent)
    except OSError:
        return False
    return facts.f_bavail * facts.f_frsize < needed_bytes
