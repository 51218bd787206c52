"""The run store: rows, not objects, cross processes. See Store."""

from core.runs.claimed_runs import QueuedRun, RunInWork
from core.runs.errors import (
    DamagedArtifact,
    LostRun,
    NotAllowed,
    RunRefused,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreTooNew,
    StoreUnlockable,
    StoreUnreachable,
    StoreVersionUnknown,
    UnknownArtifact,
    UnknownRun,
    UnreadableRun,
    UpgradeFailed,
)
from core.runs.event_log import EventBatch
from core.runs.row_updates import step_of
from core.runs.run_query import Query
from core.runs.run_row import RunRow
from core.runs.store import Store

__all__ = [
    "DamagedArtifact",
    "EventBatch",
    "LostRun",
    "NotAllowed",
    "Query",
    "QueuedRun",
    "RunInWork",
    "RunRefused",
    "RunRow",
    "Store",
    "StoreBusy",
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "StoreReadOnly",
    "StoreTooNew",
    "StoreUnlockable",
    "StoreUnreachable",
    "StoreVersionUnknown",
    "UnknownArtifact",
    "UnknownRun",
    "UnreadableRun",
    "UpgradeFailed",
    "step_of",
]
