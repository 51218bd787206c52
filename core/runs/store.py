"""The run store: everything about runs, in one database that every process may open."""

from dataclasses import replace
from pathlib import Path

from core.config.app_settings import Settings, from_environment
from core.runs.artifacts import Artifacts
from core.runs.command_store import CommandStore
from core.runs.database import WEB_BUSY_S, Database
from core.runs.event_log import History
from core.runs.finished_runs import FinishedRuns
from core.runs.leases import BeatLeases, FileLeases, Leases
from core.runs.retention import Upkeep


class Store(FinishedRuns, CommandStore, History, Artifacts, Upkeep):
    """The run store at a SQLAlchemy URL; default: where the INKLING_* variables say.

    Safe to use from many threads. `busy_s`: how long a write waits for another process's before StoreBusy.

    Raises: StoreError that says what is wrong with the place and what to do.
    """

    def __init__(
        self, url: str | None = None, *, settings: Settings | None = None, busy_s: float = WEB_BUSY_S
    ) -> None:
        settings = settings or from_environment()
        database = Database(url or settings.store_url, busy_s)
        place = f"sqlite:///{database.path}" if database.path else database.url
        settings = replace(settings, store=place, data=str(settings.data_dir))  # the same from any folder
        super().__init__(database, _leases(database), settings)

    @property
    def url(self) -> str:
        """The URL it was opened at."""
        return self.database.url

    @property
    def notices(self) -> tuple[str, ...]:
        """What people should be told about the store: that a damaged one was set aside, that it is read-only."""
        return tuple(self.database.notices)

    @property
    def is_read_only(self) -> bool:
        """Whether runs can only be looked at."""
        return self.database.is_read_only

    def close(self) -> None:
        """Let go of every connection."""
        self.database.close()


def _leases(database: Database) -> Leases:
    """Return the leases that suit the store: locks beside a file, counters in a server's table."""
    if database.path is None:
        return BeatLeases(database)
    return FileLeases(Path(f"{database.path}.leases"))
