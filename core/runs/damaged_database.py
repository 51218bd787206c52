"""Setting a damaged SQLite file aside: renamed with the time, never deleted."""

import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from filelock import FileLock

from core.i18n.translation import _

_COMPANIONS = ("-wal", "-shm")


def set_aside_if_damaged(path: Path) -> bool:
    """Rename a damaged database and its companion files; return whether this process did.

    Only one process does it: the others wait for the lock and then find the new file, or none.
    """
    with FileLock(f"{path}.repair", timeout=30):
        if not path.exists() or not is_damaged(path):
            return False
        stamp = time.strftime("%Y%m%d-%H%M%S")
        aside = _free_name(path, stamp)
        for companion in (*_COMPANIONS, ""):  # the file itself last: a new one must find none of its old ones
            with suppress(FileNotFoundError):  # SQLite takes them away when the last connection is closed
                Path(f"{path}{companion}").rename(f"{aside}{companion}")
    return True


def files_set_aside(path: Path) -> set[Path]:
    """Return the files that were set aside from `path`, without their companions."""
    return {
        file for file in path.parent.glob(f"{path.name}.damaged-*") if file.suffix[-4:] not in _COMPANIONS
    }


def notice(path: Path, aside: Path) -> str:
    """Return the sentence that says that `path` was set aside as `aside`."""
    return _(
        "The run store {file} was damaged. It was kept as {aside}, and a new one was created. Nothing was "
        "deleted: the command “sqlite3 {aside} .recover” may still read the runs in it.",
        file=path.name,
        aside=aside.name,
    )


def is_damaged(path: Path) -> bool:
    """Return whether SQLite finds the file's structure broken; a file that is merely locked is not."""
    try:
        with closing(sqlite3.connect(path, timeout=5)) as connection:
            findings = connection.execute("PRAGMA quick_check(1)").fetchall()
            return findings != [("ok",)]
    except sqlite3.DatabaseError as error:
        return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _free_name(path: Path, stamp: str) -> Path:
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.damaged-{stamp}-{number}")
    return aside
