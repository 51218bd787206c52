"""Which version a store's schema has, and how an older one is brought forward: alone, with a backup, or not at all."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, Connection, Engine, insert, select, text
from sqlalchemy.exc import DBAPIError

from core.i18n.system_reasons import reason_of
from core.i18n.translation import _
from core.runs import classroom_schema  # noqa: F401 - it adds its tables to METADATA
from core.runs.driver_errors import store_error
from core.runs.errors import (
    StoreFull,
    StoreTooNew,
    StoreUnreachable,
    StoreVersionUnknown,
    UpgradeFailed,
)
from core.runs.schema import METADATA, SCHEMA_REVISION, STORE_VERSION

VERSION: Final = 5  # of the newest migration
OLDEST: Final = 4  # the oldest version whose software can use a store of VERSION
FOLDER: Final = Path(__file__).with_name("migrations")
_ADVISORY_LOCK: Final = (
    0x1AC1  # any number, the same in every process: who makes or upgrades a server's store
)
_ONE_AT_A_TIME: Final = threading.Lock()  # Alembic's `op` is one for the process


@dataclass(frozen=True)
class Upgrade:
    """What was done to a store of an earlier version. `backup`: it as it was, None where a server keeps it."""

    found: int
    backup: Path | None

    @property
    def notice(self) -> str:
        """The sentence that says so, in the language of whoever reads now."""
        if self.backup is None:
            return _(
                "The run store was upgraded from version {found} to version {version}.",
                found=self.found,
                version=VERSION,
            )
        return _(
            "The run store was upgraded from version {found} to version {version}. As it was before, it is kept as "
            "{file}.",
            found=self.found,
            version=VERSION,
            file=self.backup.name,
        )


def found_version(connection: Connection) -> int | None:
    """Return the version of the store's schema, None for an empty store.

    Raises: StoreTooNew for a store that this version cannot use, StoreVersionUnknown for a version that none has.
    """
    if not connection.dialect.has_table(connection, STORE_VERSION.name):
        return None
    oldest = _only(connection, STORE_VERSION.c.version)
    has_history = connection.dialect.has_table(connection, SCHEMA_REVISION.name)
    newest = _only(connection, SCHEMA_REVISION.c.version_num) if has_history else oldest
    if oldest > VERSION:
        raise StoreTooNew(
            _(
                "The run store has version {found}, but this Inkling reads versions up to {newest} only.",
                found=max(oldest, newest),
                newest=VERSION,
            ),
            _("Update Inkling, or set INKLING_STORE to another file."),
        )
    if newest > 1 and not has_history:
        raise _unknown(newest)
    return newest


def is_usable(found: int | None) -> bool:
    """Return whether this version's software can use a store of the version that `found_version` gave."""
    return found is not None and found >= VERSION


def bring_up(engine: Engine, path: Path | None, busy_s: float) -> Upgrade | None:
    """Make the tables of an empty store, or bring an older one forward, whole or not at all; return what was upgraded.

    path: the SQLite file, of which a backup is made first.
    Raises: StoreTooNew, StoreVersionUnknown, StoreFull, UpgradeFailed, and the driver's own errors.
    """
    backup: Path | None = None
    try:
        with _alone(engine) as connection:
            found = found_version(connection)  # again: another process may have been first
            if is_usable(found):
                return None
            if found is None:
                METADATA.create_all(connection)
                connection.execute(insert(STORE_VERSION).values(version=OLDEST))
                connection.execute(insert(SCHEMA_REVISION).values(version_num=_revision(VERSION)))
                return None
            if path is not None:
                backup = _back_up(path, found)
            with _explained(path, found, busy_s):
                _migrate(connection, found)
    except BaseException:  # also an end by Ctrl+C leaves no copy of a store that was not upgraded
        if backup is not None:
            backup.unlink(missing_ok=True)  # the store is as it was
        raise
    return Upgrade(found, backup)


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """Give a connection in a transaction during which nobody else writes, makes or upgrades.

    SQLite changes a table by making it anew; with foreign keys on, removing the old one would remove all that refers
    to it.
    """
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            driver: Any = (
                connection.connection.driver_connection
            )  # by it, since any statement of ours would begin
            driver.execute("PRAGMA foreign_keys = OFF")
        try:
            connection = connection.execution_options(writes=True, durable=True)
            with connection.begin():
                if engine.dialect.name == "postgresql":
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
                yield connection
        finally:
            if engine.dialect.name == "sqlite":
                driver.execute("PRAGMA foreign_keys = ON")


def _migrate(connection: Connection, found: int) -> None:
    """Run the migrations that the store has not had, inside the caller's transaction."""
    from alembic import command  # why: half a second that only an upgrade needs
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    with _ONE_AT_A_TIME:
        if not connection.dialect.has_table(connection, SCHEMA_REVISION.name):
            command.stamp(config, _revision(found))
        command.upgrade(config, _revision(VERSION))


@contextmanager
def _explained(path: Path | None, found: int, busy_s: float) -> Iterator[None]:
    """Raise whatever a migration raises as UpgradeFailed, but for a disk that is full and the like."""
    try:
        yield
    except Exception as error:  # why: a migration is code, and may fail in any way
        if isinstance(error, DBAPIError | sqlite3.Error) and not isinstance(
            store_error(error, path, busy_s), StoreUnreachable
        ):
            raise
        raise UpgradeFailed(
            _(
                "The run store cannot be upgraded from version {found} to version {version} ({reason}).",
                found=found,
                version=VERSION,
                reason=reason_of((isinstance(error, DBAPIError) and error.orig) or error),
            ),
            _("Nothing was changed: the Inkling that you had before can still use it. Please report this."),
        ) from error


def _back_up(path: Path, found: int) -> Path:
    """Return a copy of the store as it is, made beside it and named with its version."""
    needed = path.stat().st_size
    if shutil.disk_usage(path.parent).free < needed:
        raise StoreFull(
            _(
                "There is no room to upgrade the run store: the backup that is made first needs {room:size} in "
                "{folder}.",
                room=needed,
                folder=str(path.parent),
            ),
            _("Free some space, then start Inkling again. Nothing was changed."),
        )
    number, backup = 1, path.with_name(f"{path.name}.version-{found}")
    while backup.exists():
        number += 1
        backup = path.with_name(f"{path.name}.version-{found}-{number}")
    part = path.with_name(f".{path.name}.upgrading")
    part.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(path)) as live, closing(sqlite3.connect(part)) as copy:
            live.backup(copy)
        return part.replace(backup)
    except BaseException:  # also an end by Ctrl+C leaves no half of a copy
        part.unlink(missing_ok=True)
        raise


def _revision(version: int) -> str:
    """Return the name that Alembic has for a version."""
    return f"{version:04}"


def _only(connection: Connection, column: Column[Any]) -> int:
    """Return the version that a table of one row holds.  Raises: StoreVersionUnknown."""
    rows = connection.scalars(select(column)).all()
    try:
        (version,) = (int(str(row)) for row in rows)
    except ValueError:
        raise _unknown(*rows) from None
    if version < 1:
        raise _unknown(version)
    return version


def _unknown(*found: object) -> StoreVersionUnknown:
    return StoreVersionUnknown(
        _(
            "The run store says that it has version “{found:text}”, which no Inkling has made.",
            found=", ".join(map(str, found))[:40],
        ),
        _("Restore a backup of it, or set INKLING_STORE to another file. Nothing was changed."),
    )
