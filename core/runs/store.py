"""The run store: everything about runs, in one database that every process may open."""

from copy import copy
from dataclasses import replace
from pathlib import Path

from core.access.rules import SYSTEM, Action, Actor, Subject, may
from core.config.app_settings import Settings
from core.config.environment import from_environment
from core.runs.artifacts import Artifacts
from core.runs.claimed_runs import ClaimedRuns
from core.runs.database import WEB_BUSY_S, Database
from core.runs.errors import UnreadableRun
from core.runs.event_log import EventLog
from core.runs.finished_runs import FinishedRuns
from core.runs.leases import BeatLeases, FileLeases, Leases
from core.runs.retention import Retention
from core.runs.room import RoomKeeper
from core.runs.run_orders import RunOrders
from core.runs.run_records import RunRecords
from core.runs.run_row import RunRow
from core.runs.run_table import RunTable


class Store:
    """The run store at a SQLAlchemy URL; default: where the INKLING_* variables say.

    Safe to use from many threads. `busy_s`: how long a write waits for another process's before StoreBusy.
    It does everything that it is told, as the system; `acting_as` returns it as somebody else may use it.

    Raises: StoreError that says what is wrong with the place and what to do.
    """

    def __init__(
        self, url: str | None = None, *, settings: Settings | None = None, busy_s: float = WEB_BUSY_S
    ) -> None:
        settings = settings or from_environment()
        self.database = Database(url or settings.store_url, busy_s)
        self.url = self.database.url
        self.close = self.database.close
        self.leases = _leases(self.database)
        place = f"sqlite:///{self.database.path}" if self.database.path else self.url
        data = str(settings.data_dir)
        self.settings = replace(settings, store=place, data=data)  # the same from any folder
        self._offer(SYSTEM)

    def acting_as(self, actor: Actor) -> "Store":
        """Return this store as the actor may use it: each method refuses what the rules do not allow.

        Its methods raise NotAllowed, and UnknownRun for what the actor may not even read.
        """
        acting = copy(self)
        acting._offer(actor)
        return acting

    def may(self, action: Action, run: RunRow | UnreadableRun) -> bool:
        """Return whether the actor may do this to the run: for what is greyed out. The methods ask by themselves."""
        is_deleted = isinstance(run, RunRow) and run.deleted_at is not None
        return may(self.actor, action, Subject(run.owner, is_deleted))

    def _offer(self, actor: Actor) -> None:
        """Set the methods that people call, on the actor's behalf."""
        self.actor = actor
        table = RunTable(self.database, self.leases, self.settings, actor)
        self.check = table.check

        # runs as records: made, read, listed, named
        records = RunRecords(table)
        self.create = records.create
        self.get = records.get
        self.list = records.list
        self.listing = records.listing
        self.list_version = records.list_version
        self.rename = records.rename
        self.note = records.note
        self.tag = records.tag
        self.pin = records.pin
        self.touch = records.touch
        self.note_opened = records.note_opened
        self.restore = records.restore

        # orders to a run: run, pause, stop, into the queue, out of sight
        orders = RunOrders(table)
        self.order = orders.order
        self.orders = orders.orders
        self.enqueue = orders.enqueue
        self.delete = orders.delete

        # a run in a worker's hands: claimed, written to, given back
        event_log = EventLog(table)
        claimed = ClaimedRuns(table, event_log)
        self.waiting = claimed.waiting
        self.claim = claimed.claim
        self.append = claimed.append
        self.release = claimed.release
        self.report_lost_worker = claimed.report_lost_worker
        self.mark_interrupted = claimed.mark_interrupted
        self.count_by_state = claimed.count_by_state
        self.in_work = claimed.in_work
        self.image_times = claimed.image_times

        # runs that come ready
        finished = FinishedRuns(table, event_log)
        self.add_finished_run = finished.add_finished_run
        self.renew_finished_run = finished.renew_finished_run
        self.add_logits = finished.add_logits

        # what a run has said, and its arrays and bytes
        artifacts = Artifacts(table)
        self.events_since = event_log.events_since
        self.snapshots = artifacts.snapshots
        self.snapshot = artifacts.snapshot
        self.newest_weights = artifacts.newest_weights
        self.newest_weights_step = artifacts.newest_weights_step
        self.checkpoint = artifacts.checkpoint
        self.logits = artifacts.logits

        # keeping the store small, and able to write on a full disk
        retention = Retention(table)
        self.days_s = retention.days_s
        self.prune = retention.prune
        self.erase_mine = retention.erase_mine
        self.keep_disk_reserve = retention.keep_disk_reserve
        keeper = RoomKeeper(table)
        self.room = keeper.room
        self.disk_use = keeper.disk_use
        self.count_thinnable = keeper.count_thinnable
        self.make_room = keeper.make_room

    @property
    def notices(self) -> tuple[str, ...]:
        """What people should be told about the store: that a damaged one was set aside, that it is read-only."""
        return self.database.notices

    @property
    def is_read_only(self) -> bool:
        """Whether runs can only be looked at."""
        return self.database.is_read_only


def _leases(database: Database) -> Leases:
    """Return the leases that suit the store: locks beside a file, counters in a server's table."""
    if database.path is None:
        return BeatLeases(database)
    return FileLeases(Path(f"{database.path}.leases"))
