"""The connection to the store: transactions, and SQLite's errors as sentences with a remedy."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from core.runs import damage, schema
from core.runs.errors import (
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreUnreachable,
)

WEB_BUSY_S: Final = 3.0  # how long a page waits for somebody else's write before it says so
_MAGIC: Final = b"SQLite format 3\0"


class Database:
    """A store's engine. `path` is the SQLite file, None for a server's URL.

    `busy_s`: how long a write waits for another process's. `notices`: sentences about what opening had to
    do, such as setting a damaged file aside.

    Raises: StoreUnreachable, StoreTooNew, StoreBusy; a damaged file is set aside and a new one begun.
    """

    def __init__(self, url: str, busy_s: float = WEB_BUSY_S) -> None:
        self.url, self.busy_s = url, busy_s
        self.path = _sqlite_path(url)
        self.notices: list[str] = []
        self.is_read_only = False
        self._engine = self._connect()
        self._open()

    # ---- transactions

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees the store as it is at its first query; never waits for writers."""
        with self._translated(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self, durable: bool = False) -> Iterator[Connection]:
        """Give a connection in a transaction that is kept whole or not at all.

        durable: wait until the disk has it, so that it outlives a power cut (a process's death never loses
        what was committed).
        """
        if self.is_read_only:
            raise self._read_only()
        options = {"writes": True, "durable": durable}
        with (
            self._translated(),
            self._engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def give_room_back(self) -> None:
        """Hand free pages at the file's end back to the disk, a bounded number at a time."""
        with self.write() as connection:
            connection.exec_driver_sql("PRAGMA incremental_vacuum(4000)").all()

    # ---- opening

    def _connect(self) -> Engine:
        try:
            if self.path is None:
                return create_engine(self.url, pool_pre_ping=True)
            engine = create_engine(
                f"sqlite:///{self.path}",
                connect_args={"timeout": self.busy_s, "isolation_level": None, "check_same_thread": False},
                pool_size=4,
                max_overflow=64,
            )
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise StoreUnreachable(
                f"INKLING_STORE is no database URL that can be used: {error}",
                "Give a SQLAlchemy URL, such as sqlite:////folder/inkling.db, or leave it unset.",
            ) from error
        event.listen(engine, "connect", _configure)
        event.listen(engine, "begin", _begin)
        return engine

    def _open(self) -> None:
        """Bring the tables up to date, setting a damaged file aside first if that is what is in the way."""
        try:
            self._bring_up()
        except StoreDamaged:
            if not self.heal():
                raise
            self._bring_up()
        except (StoreReadOnly, StoreUnreachable) as error:
            if self.path is None or not self.path.exists():
                raise
            self._open_read_only(error)

    def _bring_up(self) -> None:
        if self.path is not None:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise self._unreachable(error) from error
        with self.write() as connection:
            schema.bring_up(connection)

    def _open_read_only(self, why: StoreError) -> None:
        """Go on with what may be read, from a disk that may not be written."""
        self.is_read_only = True
        self._engine.dispose()
        wal = Path(f"{self.path}-wal")
        mode = "ro" if wal.exists() and wal.stat().st_size else "ro&immutable=1"
        self._engine = create_engine(
            f"sqlite:///file:{self.path}?mode={mode}&uri=true", connect_args={"isolation_level": None}
        )
        try:
            with self.read() as connection:
                connection.execute(text("SELECT version FROM store_version"))
        except StoreError:
            raise why from None
        self.notices.append(str(self._read_only()))

    def heal(self) -> bool:
        """Set the file aside if it is damaged and begin anew; return whether the store may be used again.

        Several processes may find the damage at once: one moves the file, the others open the new one.
        """
        if self.path is None:
            return False
        self._engine.dispose()
        notice = damage.set_aside_if_damaged(self.path)
        if notice:
            self.notices.append(notice)
        return True

    # ---- errors

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise self._store_error(error) from error
        except sqlite3.Error as error:
            raise self._store_error(error) from error

    def _store_error(self, error: Exception) -> StoreError:
        """Return the StoreError that explains a driver's error, by SQLite's code where there is one."""
        cause = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(cause, "sqlite_errorcode", None)
        if code is None:
            return self._unreachable(cause or error)
        kind = code & 0xFF
        if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return StoreBusy(
                f"The run store was locked by another process for more than {self.busy_s:g} s.",
                "Try again in a moment; nothing was changed.",
            )
        if kind == sqlite3.SQLITE_FULL or (kind == sqlite3.SQLITE_IOERR and self._disk_is_full()):
            return StoreFull(
                f"The disk that holds the run store ({self.path}) is full.",
                "Free some space, or delete runs that are no longer needed, and try again.",
            )
        if kind == sqlite3.SQLITE_READONLY:
            return self._read_only()
        if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return StoreDamaged(
                f"The run store {self.path} is damaged ({cause}).",
                "It is set aside, not deleted, and a new one is begun; reload the page.",
            )
        return self._unreachable(cause or error)

    def _read_only(self) -> StoreReadOnly:
        return StoreReadOnly(
            f"The run store {self.path} may be read but not written.",
            "Allow writing there, or set INKLING_STORE to a file on a disk that may be written.",
        )

    def _unreachable(self, error: BaseException) -> StoreUnreachable:
        return StoreUnreachable(
            f"The run store {self.path or 'at its URL'} cannot be opened: {error}.",
            "Check that its folder exists and may be written, or set INKLING_STORE to another place.",
        )

    def _disk_is_full(self) -> bool:
        if self.path is None or not hasattr(os, "statvfs"):
            return False
        try:
            facts = os.statvfs(self.path.parent)
        except OSError:
            return False
        return facts.f_bavail * facts.f_frsize < 64 * 1024


def _sqlite_path(url: str) -> Path | None:
    """Return the file of a SQLite URL, None for any other.

    Raises: StoreUnreachable for text that is no URL, and for a database in memory, which no worker could see.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreUnreachable(
            f"INKLING_STORE is no database URL: {url!r}.",
            "Give a SQLAlchemy URL, such as sqlite:////folder/inkling.db, or leave it unset.",
        ) from error
    if parsed.get_backend_name() != "sqlite":
        return None
    if not parsed.database or parsed.database == ":memory:":
        raise StoreUnreachable(
            f"INKLING_STORE is a database in memory ({url!r}), which workers cannot share.",
            "Give it a file: sqlite:////folder/inkling.db.",
        )
    return Path(parsed.database).expanduser().absolute()


def _configure(connection: Any, _record: Any) -> None:
    """Set what holds for a connection: WAL so that reading never waits, foreign keys, room given back."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA auto_vacuum = INCREMENTAL")  # counts only in a new file, before its first table
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    """Begin for writing at once where writing is meant, so that two writers queue instead of failing late."""
    options = connection.get_execution_options()
    if not options.get("writes"):
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if options.get('durable') else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
