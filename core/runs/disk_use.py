"""What takes how much of the disks that hold the store and the data folder."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from core.config.app_settings import Settings
from core.datasets.data_dir import SURVEYS
from core.datasets.folder_size import folder_bytes
from core.datasets.user_datasets import BIN, OWN
from core.i18n.translation import _, together
from core.runs.artifacts import SNAPSHOT
from core.runs.database import Database
from core.runs.schema import ARTIFACTS


@dataclass(frozen=True)
class DiskUse:
    """How many bytes each takes; `free` of the store's disk and `data_free` of the data folder's may be the same."""

    snapshots: int
    rest_of_runs: int  # copies of the store that lie beside it, too
    own_datasets: int
    unpacked_datasets: int
    cache: int
    free: int
    data_free: int

    def said(self) -> str:
        """Return all of it in sentences."""
        return together(
            _(
                "Snapshots of weights take {snapshots:size} and everything else about runs {rest:size}; "
                "{free:size} of their disk are free.",
                snapshots=self.snapshots,
                rest=self.rest_of_runs,
                free=self.free,
            ),
            _(
                "People's own datasets take {own:size}, the unpacked ones {unpacked:size} and caches {cache:size}; "
                "{free:size} of their disk are free.",
                own=self.own_datasets,
                unpacked=self.unpacked_datasets,
                cache=self.cache,
                free=self.data_free,
            ),
        )


def disk_use(database: Database, settings: Settings) -> DiskUse:
    """Return what takes how much, of a store in a file.  Raises: StoreError."""
    assert database.path is not None
    with database.read() as connection:
        size = select(func.sum(ARTIFACTS.c.size)).where(ARTIFACTS.c.kind == SNAPSHOT)
        snapshots = connection.scalar(size) or 0
    data = settings.data_dir
    own, cache = folder_bytes(data / OWN) + folder_bytes(data / BIN), folder_bytes(data / SURVEYS)
    store = sum(_size(file) for file in database.path.parent.glob(f"{database.path.name}*"))
    beside = store if database.path.resolve().is_relative_to(data.resolve()) else 0
    return DiskUse(
        snapshots,
        max(0, store - snapshots),
        own,
        max(0, folder_bytes(data) - own - cache - beside),
        cache,
        free_bytes(database.path.parent),
        free_bytes(data),
    )


def free_bytes(folder: Path) -> int:
    """Return how much room is left on the folder's disk; 0 for a folder that is not there."""
    with suppress(OSError):
        return shutil.disk_usage(folder).free
    return 0


def _size(file: Path) -> int:
    with suppress(OSError):  # gone since
        return file.stat().st_size if file.is_file() else 0
    return 0
