"""Which of several runners on one store trains: the first to come leads, the others stand by until it is gone.

So two apps on one machine take its cores once. A store on a server has its runners on many machines, and each leads.
"""

from contextlib import suppress
from pathlib import Path
from typing import Final

from core.runs import Store

LEASE: Final = "runner"


class Leadership:
    """This runner's part among those on its store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        path = store.database.path
        self._bell = Path(f"{path}.leases/bell") if path else None
        self._rung_at = self._last_rung()
        self._is_mine = self._bell is None

    def take(self) -> bool:
        """Return whether this runner leads: from now on, if no other does.  Raises: OSError, StoreUnlockable."""
        if not self._is_mine:
            self._is_mine = self._store.leases.take(LEASE, 0)
        return self._is_mine

    def let_go(self) -> None:
        """Have another lead: this runner ends."""
        if self._bell is not None and self._is_mine:
            self._is_mine = False
            self._store.leases.give_back(LEASE)

    def ring(self) -> None:
        """Have the runner that leads look at the queue: something has been asked of this one."""
        if self._bell is not None:
            with suppress(OSError):  # it looks by itself a moment later
                self._bell.touch()

    def is_rung(self) -> bool:
        """Return whether another has rung since this was asked last."""
        before, self._rung_at = self._rung_at, self._last_rung()
        return self._rung_at not in (before, 0)

    def _last_rung(self) -> int:
        if self._bell is None:
            return 0
        try:
            return self._bell.stat().st_mtime_ns
        except OSError:  # nobody has, since the files of dead holders were swept
            return 0
