"""The connection to the store: whole transactions, opening, and recovering from a damaged file."""

import os
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from core.i18n.translation import _
from core.runs import damaged_database
from core.runs.disk_reserve import Reserve
from core.runs.driver_errors import outdated, read_only, store_error, unreachable
from core.runs.errors import (
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreTooNew,
    StoreUnreachable,
    StoreVersionUnknown,
)
from core.runs.file_locks import check_folder
from core.runs.schema_upgrade import Upgrade, bring_up, found_version, is_usable
from core.runs.sqlite_connection import begin, configure

WEB_BUSY_S: Final = 3.0  # how long a page waits for somebody else's write before it says so

T = TypeVar("T")


class Database:
    """A store's engine. `path` is the SQLite file, None for a server's URL.

    `busy_s`: how long a write waits for another process's.

    Raises: StoreUnreachable, StoreUnlockable, StoreTooNew, StoreVersionUnknown, UpgradeFailed, StoreBusy; a damaged
    file is set aside and a new one begun.
    """

    def __init__(self, url: str, busy_s: float = WEB_BUSY_S) -> None:
        self.url, self.busy_s = url, busy_s
        self.path = _sqlite_path(url)
        self.reserve = Reserve(self.path) if self.path else None
        self.is_read_only = False
        self._upgrades: list[Upgrade] = []  # by this process
        self._set_aside_as: list[Path] = []  # since this process opened the store
        self._opening = threading.RLock()
        self._known_aside = damaged_database.files_set_aside(self.path) if self.path else set()
        self._engine = self._make_engine()
        try:
            self._file = self._open()
        except StoreError:
            self.close()
            raise

    @property
    def notices(self) -> tuple[str, ...]:
        """What opening had to do, such as setting a damaged file aside, in the language of whoever reads now."""
        told = [done.notice for done in self._upgrades]
        if self.path is None:
            return tuple(told)
        told += [damaged_database.notice(self.path, aside) for aside in self._set_aside_as]
        return (*told, *([str(read_only(self.path))] if self.is_read_only else []))

    # ---- transactions

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees the store as it is at its first query; never waits for writers."""
        with self._explained(), self._current_engine().connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self, durable: bool = False) -> Iterator[Connection]:
        """Give a connection in a transaction that is kept whole or not at all.

        durable: wait until the disk has it, so that it outlives a power cut (a process's death never loses
        what was committed).
        """
        with self._explained(), self._current_engine().connect() as connection:
            if self.is_read_only:
                raise read_only(self.path)
            connection = connection.execution_options(writes=True, durable=durable)
            with connection.begin():
                yield connection

    def write_with_reserve(self, write: Callable[[], T]) -> T:
        """Return what `write` returns; on a full disk it is done once more with the reserve's room.

        For what must be writable even then: an end, a reason, a deletion.
        """
        try:
            return write()
        except StoreFull:
            if self.reserve is None or not self.reserve.give_up():
                raise
            return write()

    def give_room_back(self) -> None:
        """Hand free pages at the file's end back to the disk, a bounded number at a time."""
        if self.path is None:
            return
        with self._explained(), self._current_engine().connect() as connection:
            # a script, because only that steps through the statement, one page a step
            connection.connection.cursor().executescript("PRAGMA incremental_vacuum(4000)")

    def compact(self) -> None:
        """Write the file anew without its free pages, and empty the log.  Raises: StoreError."""
        if self.path is not None:
            with self._explained(), self._current_engine().connect() as connection:
                connection.connection.cursor().executescript("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")

    def reuse_log(self) -> None:
        """Move what SQLite's log holds into the file, so that the next write begins it anew rather than adds to it."""
        if self.path is not None:
            with self._explained(), self._current_engine().connect() as connection:
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    # ---- opening

    def _make_engine(self) -> Engine:
        try:
            if self.path is None:
                return create_engine(self.url, pool_pre_ping=True)
            timeout = {"timeout": self.busy_s, "isolation_level": None, "check_same_thread": False}
            engine = create_engine(
                f"sqlite:///{self.path}", connect_args=timeout, pool_size=4, max_overflow=64
            )
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise _no_url(self.url, error) from error
        event.listen(engine, "connect", configure)
        event.listen(engine, "begin", begin)
        return engine

    def _open(self) -> tuple[int, int]:
        """Bring the tables up to date and return the file's identity; a damaged file is set aside first."""
        try:
            self._bring_up()
        except StoreDamaged:
            if not self._set_aside():
                raise
            self._bring_up()
        except (StoreReadOnly, StoreUnreachable) as error:
            if self.path is None or not self.path.exists():
                raise
            self._open_read_only(error)
        return _identity(self.path)

    def _bring_up(self) -> None:
        if self.path is not None:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise unreachable(self.path, error) from error
            check_folder(self.path.parent)
        with self._explained(), self._engine.connect() as connection, connection.begin():
            if is_usable(found_version(connection)):
                return
        with self._explained():
            done = bring_up(self._engine, self.path, self.busy_s)
        if done is not None:
            self._upgrades.append(done)

    def _open_read_only(self, why: StoreError) -> None:
        """Go on with what may be read, from a disk that may not be written."""
        assert self.path is not None
        self._engine.dispose()
        wal = Path(f"{self.path}-wal")
        mode = "ro" if wal.exists() and wal.stat().st_size else "ro&immutable=1"
        url = f"sqlite:///file:{self.path}?mode={mode}&uri=true"
        self._engine = create_engine(url, connect_args={"isolation_level": None})
        try:
            self._check_readable(why)
        except StoreError:  # the next call may find it otherwise: it is to be tried for writing then
            self._engine.dispose()
            self._engine = self._make_engine()
            raise
        self.is_read_only = True

    def _check_readable(self, why: StoreError) -> None:
        assert self.path is not None
        try:
            with self._explained(), self._engine.connect() as connection:
                found = found_version(connection)
        except (StoreTooNew, StoreVersionUnknown):
            raise
        except StoreError:
            raise why from None
        if not is_usable(found):
            raise outdated(self.path) from why

    # ---- a file that was damaged, or replaced by another process that found it so

    def _current_engine(self) -> Engine:
        """Return the engine, opened anew if the file at `path` is not the one it was, or may now be written."""
        if self.is_read_only:
            self._leave_read_only()
        elif self.path is not None and _identity(self.path) != self._file:
            with self._opening:
                if _identity(self.path) != self._file:
                    self._engine.dispose()
                    self._file = self._open()
                    self._note_set_aside()
        return self._engine

    def _leave_read_only(self) -> None:
        """Open the store for writing if the disk may be written by now."""
        if self.path is None or not os.access(self.path, os.W_OK) or not os.access(self.path.parent, os.W_OK):
            return
        with self._opening:
            if self.is_read_only:
                self._engine.dispose()
                self.is_read_only, self._engine = False, self._make_engine()
                self._file = self._open()

    def _set_aside(self) -> bool:
        """Set the file aside if it is damaged; return whether a new one may be begun.

        Several processes may find the damage at once: one moves the file, the others find it gone.
        """
        if self.path is None:
            return False
        self._engine.dispose()
        is_done = damaged_database.set_aside_if_damaged(self.path)
        self._note_set_aside()
        return is_done or not self.path.exists() or _identity(self.path) != getattr(self, "_file", None)

    def _note_set_aside(self) -> None:
        """Take note of the files set aside since the last time, by whichever process."""
        if self.path is not None:
            now = damaged_database.files_set_aside(self.path)
            self._set_aside_as += sorted(now - self._known_aside)
            self._known_aside = now

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Raise a driver's errors as the store's; damage met while working is repaired for the next call."""
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            explained = store_error(error, self.path, self.busy_s)
            if isinstance(explained, StoreDamaged) and self._opening.acquire(blocking=False):
                try:
                    self._set_aside()
                finally:
                    self._opening.release()
            raise explained from error


def _sqlite_path(url: str) -> Path | None:
    """Return the file of a SQLite URL, None for any other.

    Raises: StoreUnreachable for text that is no URL, and for a database in memory, which no worker could see.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise _no_url(url, error) from error
    if parsed.get_backend_name() != "sqlite":
        return None
    if not parsed.database or parsed.database == ":memory:":
        raise StoreUnreachable(
            _("INKLING_STORE is a database in memory ({url}), which processes cannot share.", url=url),
            _("Use a file instead, such as sqlite:////folder/inkling.db."),
        )
    return Path(parsed.database).expanduser().absolute()


def _no_url(url: str, error: Exception) -> StoreUnreachable:
    named = re.sub(r"://[^@/]*@", "://***@", url)  # no password on a page or in a log
    return StoreUnreachable(
        _(
            "INKLING_STORE is not a usable database URL: “{url}” ({reason}).",
            url=named,
            reason=type(error).__name__,
        ),
        _("Use a SQLAlchemy URL, such as sqlite:////folder/inkling.db, or leave INKLING_STORE unset."),
    )


def _identity(path: Path | None) -> tuple[int, int]:
    """Return what tells the file at `path` from another of that name; (0, 0) for none."""
    try:
        facts = os.stat(path) if path is not None else None  # noqa: PTH116 - half the time of Path.stat
    except OSError:
        return 0, 0
    return (facts.st_dev, facts.st_ino) if facts else (0, 0)
