"""A few hundred kilobytes put by, so that a full disk still has room for the last words: who stopped and why."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from core.runs.driver_errors import disk_is_full

RESERVE_BYTES: Final = 512 * 1024


class Reserve:
    """A file of RESERVE_BYTES beside the store; given up when the disk is full, made again when it is not."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._path = Path(f"{store}.reserve")

    def keep(self) -> None:
        """Put the reserve by if it is not there and the disk has plenty of room."""
        if self._path.exists() or disk_is_full(self._store, 4 * RESERVE_BYTES):
            return
        temporary = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        with suppress(OSError):  # without it, all is as it would be without this class
            try:
                temporary.write_bytes(bytes(RESERVE_BYTES))
                temporary.replace(self._path)
            finally:
                temporary.unlink(missing_ok=True)

    def give_up(self) -> bool:
        """Let the reserve's room be used; return whether there was one."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True
