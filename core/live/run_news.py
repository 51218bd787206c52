"""A run as the live channel tells of it: what its snapshot shows, and a mark for what takes a page anew."""

import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from core.live.news import Moment
from core.live.run_feed import Feed
from core.live.run_snapshot import LoadImages, run_snapshot
from core.runs import RunRow, Store, StoreBusy, StoreFull, StoreReadOnly, UnknownRun

SEEN_S: Final = 60.0
GONE: Final = "gone"

Current = Callable[[str], tuple[RunRow, Feed]]  # run id -> (the run as it stands, its feed)


def page_mark(run: RunRow) -> str:
    """Return what changes when a page that shows the run is to be drawn anew: its status, the reason for it, its pace."""
    return f"{run.status}-{run.pace}-{zlib.crc32(run.message_kept.encode()):x}"  # as it is stored: the same for every reader


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
    run_id: str, current: Current, store: Store, load_images: LoadImages, *, has_torch: bool
) -> Moment:
    """Return the run as it stands; one that is no more has a mark of its own.  Raises: StoreError."""
    try:
        run, shared = current(run_id)
    except UnknownRun:
        return Moment(marks={"page": GONE})
    note_viewer(store, shared)
    snapshot = run_snapshot(run, shared, [], store, load_images, has_torch=has_torch)
    return Moment(snapshot.news(), {"page": page_mark(run)})
