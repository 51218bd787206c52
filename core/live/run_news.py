"""A run as the live channel tells of it: what its snapshot shows, and marks for what takes a page anew."""

import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from core.live.news import Moment
from core.live.run_feed import Feed
from core.live.run_snapshot import LoadImages, run_snapshot
from core.live.workload import ALONE, Workload
from core.runs import RunRow, Store, StoreBusy, StoreFull, StoreReadOnly, UnknownRun

SEEN_S: Final = 60.0
GONE: Final = "gone"

Current = Callable[[str], tuple[RunRow, Feed]]  # run id -> (the run as it stands, its feed)


def page_mark(run: RunRow) -> str:
    """Return what changes when a page that shows the run is to be drawn anew: its status, the reason for it, its pace.

    A deleted run is gone, though it can be restored for a while.
    """
    if run.deleted_at is not None:
        return GONE
    reason = zlib.crc32(run.message_kept.encode())  # as it is stored: the same for every reader
    return f"{run.status}-{run.pace}-{reason:x}"


def note_viewer(store: Store, shared: Feed) -> None:
    """Note, once a minute, that somebody looks at the run, so that it is not pruned meanwhile.

    A store that cannot take it now is no matter; nobody waits for it at every press.
    """
    now = time.monotonic()
    if now - shared.seen_at < SEEN_S or store.is_read_only:
        return
    shared.seen_at = now
    with suppress(StoreBusy, StoreFull, StoreReadOnly):
        store.touch(shared.run_id)


def run_moment(
    run_id: str,
    current: Current,
    store: Store,
    load_images: LoadImages | None,
    *,
    has_torch: bool,
    workload: Workload = ALONE,
) -> Moment:
    """Return the run as it stands; one that is no more has a mark of its own.  Raises: StoreError.

    load_images: None for who may not see the images that it is tested on.
    """
    try:
        run, shared = current(run_id)
    except UnknownRun:
        return Moment(marks={"page": GONE})
    if page_mark(run) == GONE:
        return Moment(marks={"page": GONE})
    note_viewer(store, shared)
    snapshot = run_snapshot(run, shared, [], store, load_images, has_torch=has_torch, workload=workload)
    return Moment(snapshot.news(), {"page": page_mark(run)})


def state_marks(run: RunRow, weights_step: int | None) -> dict[str, str]:
    """Return what changes with the run's status, with its newest weights, evaluation, and anything it says."""
    return {
        "page": page_mark(run),
        "weights": str(weights_step),
        "evaluation": str(run.evaluation_step),
        "revision": f"{run.attempt}.{run.revision}",
    }


def state_moment(run_id: str, current: Current, store: Store) -> Moment:
    """Return the run's marks alone, for pages that draw figures of their own.  Raises: StoreError."""
    try:
        run, shared = current(run_id)
    except UnknownRun:
        return Moment(marks={"page": GONE})
    if page_mark(run) == GONE:
        return Moment(marks={"page": GONE})
    note_viewer(store, shared)
    return Moment(marks=state_marks(run, store.newest_weights_step(run_id)))
