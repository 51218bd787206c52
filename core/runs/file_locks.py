"""Locks on open files, which end with the process that holds them; and whether a folder's disk has such locks."""

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from core.i18n.system_reasons import reason_of
from core.i18n.translation import _
from core.runs.errors import StoreUnlockable

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]
try:
    import msvcrt
except ImportError:  # everywhere else
    msvcrt = None  # type: ignore[assignment]

HELD: Final = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES)  # by another; Windows says EACCES


def try_lock(file: IO[bytes], shared: bool = False) -> bool:
    """Lock an open file, for this process alone unless `shared`, without waiting; return False if another holds it.

    Raises: OSError when it cannot be locked at all.
    """
    try:
        if fcntl is not None:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        elif msvcrt is not None:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            raise OSError(errno.ENOLCK, _("this Python has no file locks"))
    except OSError as error:
        if error.errno in HELD:
            return False
        raise
    return True


def remove(file: IO[bytes], path: Path) -> None:
    """Remove a file that this process has open and locked, and close it."""
    with file, suppress(OSError):
        path.unlink()  # while it is locked: a moment later it might be another's
    if os.name == "nt":
        with suppress(OSError):
            path.unlink()  # Windows removes no file that anybody has open, its new holder neither


def check_folder(folder: Path) -> None:
    """Lock a passing file in the folder.  Raises: StoreUnlockable when its disk has no locks.

    Where no file can be made, there is nothing to lock: a read-only or full disk is told by who meets it.
    """
    with suppress(OSError), tempfile.TemporaryFile(dir=folder) as file:
        try:
            try_lock(file)
            if fcntl is not None:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # SQLite's kind
        except OSError as error:
            raise unlockable(folder, error) from error


def unlockable(folder: Path, error: OSError) -> StoreUnlockable:
    """Return the error of a folder whose files cannot be locked."""
    name = errno.errorcode.get(error.errno or 0, type(error).__name__)
    return StoreUnlockable(
        _(
            "The folder {folder} cannot be locked ({name}: {reason}), as on some network drives.",
            folder=str(folder),
            name=name,
            reason=reason_of(error),
        ),
        _("Use a folder on a local disk: set INKLING_DATA to it, and INKLING_STORE as well if it is set."),
    )
