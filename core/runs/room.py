"""Room for the store: where it is short, what is heavy and can be made again goes, of the oldest runs first.

That is the snapshots of a run's weights between the first, the best and the last. By training it once more, they are
there again; its results, its curves and these three stay.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, delete, func, select

from core.access.guard import needs_right_to
from core.access.rules import Action
from core.config.units import MB
from core.runs.artifacts import SNAPSHOT
from core.runs.disk_use import DiskUse, disk_use, free_bytes
from core.runs.errors import StoreFull
from core.runs.retention import may_go
from core.runs.run_row import ENDED
from core.runs.run_table import RunTable
from core.runs.schema import ARTIFACTS, RUNS

LOG: Final = logging.getLogger("inkling.store")

SOON: Final = 2.0  # room will be short soon with less than so many times what is to stay free,
FULL_SOON: Final = 0.9  # or with more than this share of what the store may take
ROOM_TO_MOVE: Final = 32 * MB  # to give room back takes some first; the store itself can use it without
TOLD_EVERY_S: Final = 3600.0


@dataclass(frozen=True)
class Room:
    """How much room the store has.

    free_bytes: on its disk, with what is unused in its own file. missing_bytes: 0 = enough. is_disk_short_soon: it is
    the disk that is short or will be; else the store comes near its bound.
    """

    free_bytes: int
    store_bytes: int
    missing_bytes: int
    is_short_soon: bool
    is_disk_short_soon: bool


class RoomKeeper:
    """Sees to it that there is room for runs to come. Only for a store in a file: a server's disk is not seen."""

    def __init__(self, table: RunTable) -> None:
        self._database, self._settings, self.check = table.database, table.settings, table.check
        self._told_at = -TOLD_EVERY_S

    @needs_right_to(Action.LIST_RUNS)
    def room(self) -> Room | None:
        """Return how much room the store has; None where that is not seen.  Raises: StoreError."""
        path = self._database.path
        if path is None:
            return None
        with self._database.read() as connection:
            pages, unused, size = (
                connection.exec_driver_sql(f"PRAGMA {name}").scalar() or 0
                for name in ("page_count", "freelist_count", "page_size")
            )
        store = (pages - unused) * size
        free = (
            free_bytes(path.parent) + path.stat().st_size - store
        )  # what the file has unused, it gives back
        kept, most = int(self._settings.free_mb * MB), int(self._settings.store_mb * MB)
        missing = max(0, kept - free, store - most if most else 0)
        is_disk_short_soon = free < SOON * kept
        is_short_soon = is_disk_short_soon or (most > 0 and store > FULL_SOON * most)
        return Room(free, store, missing, is_short_soon, is_disk_short_soon)

    @needs_right_to(Action.LIST_RUNS)
    def disk_use(self) -> DiskUse | None:
        """Return what takes how much; None where that is not seen.  Raises: StoreError."""
        return None if self._database.path is None else disk_use(self._database, self._settings)

    @needs_right_to(Action.LIST_RUNS)
    def count_thinnable(self, owner: str | None = None) -> int:
        """Return how many runs, of the owner's or of all, have snapshots that go where room is short."""
        found = _thinnable(owner).subquery()
        with self._database.read() as connection:
            return connection.scalar(select(func.count(found.c.run_id.distinct()))) or 0

    @needs_right_to(Action.WORK)
    def make_room(self) -> int:
        """Where room is short, remove snapshots until it is not; return how many. Says so in the log."""
        if self._database.path is None or self._database.is_read_only or not self._missing():
            return 0
        removed = 0
        with suppress(StoreFull):  # no room even for that: the next upkeep tries again
            for run_id, names in self._oldest_first():
                for (
                    name
                ) in names:  # one at a time: what is removed stands in the log first, and takes room there
                    removed += self._database.write_with_reserve(partial(self._remove, run_id, name))
                    self._database.reuse_log()
                if not self._missing():
                    break
            if free_bytes(self._database.path.parent) > ROOM_TO_MOVE:
                self._database.give_room_back()
        self._tell(removed)
        return removed

    def _missing(self) -> int:
        room = self.room()
        return room.missing_bytes if room else 0

    def _oldest_first(self) -> Iterator[tuple[str, list[str]]]:
        """Yield the runs and the names of their snapshots that may go; those in the bin before all others."""
        order = RUNS.c.deleted_at.is_(None), RUNS.c.number
        with self._database.read() as connection:
            rows = connection.execute(_thinnable().order_by(*order)).all()
        for run_id, snapshots in groupby(rows, key=lambda row: row.run_id):
            yield run_id, [snapshot.name for snapshot in snapshots]

    def _remove(self, run_id: str, name: str) -> int:
        """Remove the snapshot, unless somebody looks at the run by now or has pinned it; return how many went."""
        still = select(RUNS.c.id).where(RUNS.c.id == run_id, _may_be_thinned())
        it = and_(ARTIFACTS.c.run_id.in_(still), ARTIFACTS.c.kind == SNAPSHOT, ARTIFACTS.c.name == name)
        with self._database.write() as connection:
            return connection.execute(delete(ARTIFACTS).where(it)).rowcount

    def _tell(self, removed: int) -> None:
        """Say in the log what was done and what takes how much: each time something went, else once an hour."""
        if not removed and time.monotonic() < self._told_at + TOLD_EVERY_S:
            return
        self._told_at = time.monotonic()
        use = self.disk_use()
        LOG.warning("room is short: %d snapshots of weights removed. %s", removed, use.said() if use else "")


def _may_be_thinned() -> ColumnElement[bool]:
    """Return the condition of a run that has ended, and that nobody holds on to."""
    return and_(RUNS.c.state.in_(ENDED), may_go())


def _thinnable(owner: str | None = None) -> Select[Any]:
    """Return the rows (run_id, name) of snapshots, of the owner's runs or of all, that go where room is short."""
    may_be = _may_be_thinned() if owner is None else and_(_may_be_thinned(), RUNS.c.owner == owner)
    kept = (
        select(
            ARTIFACTS.c.run_id,
            func.min(ARTIFACTS.c.step).label("first"),
            func.max(ARTIFACTS.c.step).label("last"),
        )
        .join(RUNS, RUNS.c.id == ARTIFACTS.c.run_id)
        .where(ARTIFACTS.c.kind == SNAPSHOT, may_be)
        .group_by(ARTIFACTS.c.run_id)
        .subquery()
    )
    step = ARTIFACTS.c.step
    return (
        select(ARTIFACTS.c.run_id, ARTIFACTS.c.name)
        .join(RUNS, RUNS.c.id == ARTIFACTS.c.run_id)
        .join(kept, kept.c.run_id == ARTIFACTS.c.run_id)
        .where(ARTIFACTS.c.kind == SNAPSHOT, step > kept.c.first, step < kept.c.last)
        .where(step != func.coalesce(RUNS.c.best_step, -1))
    )
