"""A database driver's errors as the store's: sentences with a remedy."""

import os
import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError

from core.i18n.system_reasons import reason_of
from core.i18n.translation import _
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
            _("The run store was locked by another process for more than {time:duration}.", time=busy_s),
            _("Nothing was changed. Try again in a moment."),
        )
    if kind == sqlite3.SQLITE_FULL or (kind == sqlite3.SQLITE_IOERR and disk_is_full(path)):
        return StoreFull(
            _("The disk that holds the run store ({path}) is full.", path=str(path)),
            _(
                "Free some space, or delete runs that you no longer need, and try again. The page Runs says what takes "
                "how much."
            ),
        )
    if kind == sqlite3.SQLITE_READONLY:
        return read_only(path)
    if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreDamaged(
            _("The run store {path} is damaged ({reason}).", path=str(path), reason=reason_of(cause)),
            _("Start Inkling again. It will keep the damaged file under another name and create a new one."),
        )
    return unreachable(path, cause)


def read_only(path: Path | None) -> StoreReadOnly:
    """Return the error of a store that may not be written."""
    if path is None:
        message = _("The run store at INKLING_STORE can be read but not written.")
    else:
        message = _("The run store {path} can be read but not written.", path=str(path))
    return StoreReadOnly(
        message, _("Allow writing there, or set INKLING_STORE to a file on a writable disk.")
    )


def outdated(path: Path) -> StoreReadOnly:
    """Return the error of an earlier version's store that may not be written, and so not be upgraded."""
    return StoreReadOnly(
        _(
            "The run store {path} is of an earlier version and cannot be upgraded where it is.",
            path=str(path),
        ),
        _("Allow writing there, or copy it to a writable disk and set INKLING_STORE to the copy."),
    )


def unreachable(path: Path | None, cause: BaseException) -> StoreUnreachable:
    """Return the error of a store that cannot be opened or asked."""
    if path is None:
        return StoreUnreachable(
            _("The run store at INKLING_STORE cannot be opened ({reason}).", reason=reason_of(cause)),
            _(
                "Check that its server is running and accepts your login, or set INKLING_STORE to another "
                "place."
            ),
        )
    return StoreUnreachable(
        _("The run store {path} cannot be opened ({reason}).", path=str(path), reason=reason_of(cause)),
        _("Check that its folder exists and is writable, or set INKLING_STORE to another place."),
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
