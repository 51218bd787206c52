"""The run store: rows, not objects, cross processes. See Store."""

from core.runs.errors import (
    DamagedArtifact,
    LostRun,
    RunRefused,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreTooNew,
    StoreUnreachable,
    UnknownArtifact,
    UnknownRun,
)
from core.runs.history import News
from core.runs.progress import step_of
from core.runs.records import Query
from core.runs.rows import RunRow
from core.runs.store import Store
from core.runs.work import Waiting

__all__ = [
    "DamagedArtifact",
    "LostRun",
    "News",
    "Query",
    "RunRefused",
    "RunRow",
    "Store",
    "StoreBusy",
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "StoreReadOnly",
    "StoreTooNew",
    "StoreUnreachable",
    "UnknownArtifact",
    "UnknownRun",
    "Waiting",
    "step_of",
]
