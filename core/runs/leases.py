"""Who holds a run: a lease that ends with its holder, however that goes.

A SQLite store lives on one machine, so a lease there is an operating-system lock on a small file beside the
database: the kernel lets go of it the moment the process is gone, with no clock involved, and it holds
through a database that is locked, full or slow. A store on a server may have workers on many machines; there a
lease is a counter that its holder moves every second and that others watch.
"""

import os
import secrets
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, Protocol

from sqlalchemy import delete, insert, select, update

from core.runs.database import Database
from core.runs.errors import StoreError
from core.runs.file_locks import remove, try_lock, unlockable
from core.runs.schema import LEASES

BEAT_S: Final = 1.0
STALE_S: Final = 8.0  # a counter that stood still this long has lost its holder


class Leases(Protocol):
    """Leases by name."""

    def take(self, name: str, wait_s: float = 1.0) -> bool:
        """Take the lease for this process; False if another holds it for longer than `wait_s`."""
        ...

    def is_held(self, name: str) -> bool:
        """Return whether a living process holds the lease."""
        ...

    def give_back(self, name: str) -> None:
        """Let go of a lease taken by this process."""
        ...


class FileLeases:
    """Leases as locks on files in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, IO[bytes]] = {}

    def take(self, name: str, wait_s: float = 1.0) -> bool:
        """See Leases.  Raises: OSError when the file cannot be made, StoreUnlockable when none can be locked."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path, deadline = self._folder / name, time.monotonic() + wait_s
        while True:
            file = path.open("ab")
            try:
                if try_lock(file) and _is_file_at(file, path):
                    self._held[name] = file
                    return True
            except OSError as error:
                file.close()
                raise unlockable(self._folder, error) from error
            file.close()  # held by another, or removed between opening and locking
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.01)

    def is_held(self, name: str) -> bool:
        """See Leases."""
        if name in self._held:
            return True
        try:
            file = (self._folder / name).open("rb")
        except FileNotFoundError:
            return False
        except OSError:
            return True  # another account's: it cannot be asked, and must not be taken for dead
        with file:
            try:
                return not try_lock(file, shared=True)  # those who only ask do not get in each other's way
            except OSError:
                return True  # the drive has lost its locks: no run may be taken for dead for that

    def give_back(self, name: str) -> None:
        """See Leases."""
        file = self._held.pop(name, None)
        if file is not None:
            remove(file, self._folder / name)

    def sweep(self) -> None:
        """Remove the files that dead holders left, each under its own lock."""
        for path in self._folder.glob("*"):
            if path.name in self._held:
                continue
            with suppress(OSError), path.open("rb") as file:
                if try_lock(file):
                    remove(file, path)


class BeatLeases:
    """Leases as counters in the store's `leases` table, moved by a thread of the holder's."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: set[str] = set()
        self._watched: dict[str, tuple[str, float]] = {}
        self._thread: threading.Thread | None = None

    def take(self, name: str, wait_s: float = 1.0) -> bool:
        """See Leases.  A lease whose counter still moves is seen to stand still only after STALE_S."""
        deadline = time.monotonic() + wait_s
        while self.is_held(name):
            if time.monotonic() >= deadline:
                return False
            time.sleep(BEAT_S / 4)
        with self._database.write() as connection:
            connection.execute(delete(LEASES).where(LEASES.c.name == name))
            connection.execute(insert(LEASES).values(name=name, beat=secrets.token_hex(8)))
        self._held.add(name)
        if self._thread is None:
            self._thread = threading.Thread(target=self._beat, name="lease", daemon=True)
            self._thread.start()
        return True

    def is_held(self, name: str) -> bool:
        """See Leases."""
        if name in self._held:
            return True
        with self._database.read() as connection:
            beat = connection.scalar(select(LEASES.c.beat).where(LEASES.c.name == name))
        if beat is None:
            self._watched.pop(name, None)
            return False
        if self._watched.get(name, ("", 0.0))[0] != beat:
            self._watched[name] = (beat, time.monotonic())
        return time.monotonic() - self._watched[name][1] < STALE_S

    def give_back(self, name: str) -> None:
        """See Leases."""
        self._held.discard(name)
        with suppress(StoreError), self._database.write() as connection:
            connection.execute(delete(LEASES).where(LEASES.c.name == name))

    def _beat(self) -> None:
        while self._held:
            time.sleep(BEAT_S)
            with suppress(StoreError), self._database.write() as connection:
                for name in tuple(self._held):
                    beat = {"beat": secrets.token_hex(8)}
                    connection.execute(update(LEASES).where(LEASES.c.name == name).values(beat))
        self._thread = None


def _is_file_at(file: IO[bytes], path: Path) -> bool:
    """Return whether `path` still names the open file."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
