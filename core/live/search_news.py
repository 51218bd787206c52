"""A search as the live channel tells of it: marks for its state and for what its trials have come to."""

import zlib
from functools import lru_cache

from core.live.news import Moment
from core.live.run_news import GONE
from core.runs import RunRow, Store, UnknownRun
from core.search import Searches, SearchRow

MOST_TRIALS = 400


def trials(store: Store, search_id: str) -> list[RunRow]:
    """Return the search's runs, newest first.  Raises: StoreError."""
    return store.list(group_id=search_id, limit=MOST_TRIALS)


def state_mark(search: SearchRow) -> str:
    """Return what changes when the search goes on or stops, or has another reason to."""
    return f"{search.state}-{zlib.crc32(search.message_kept.encode()):x}"


def trials_mark(runs: list[RunRow]) -> str:
    """Return what changes when a trial begins, gets on by a tenth, is judged or ends."""
    told = [(run.id, run.status, run.evaluation_accuracy, int(10 * run.progress)) for run in runs]
    return f"{zlib.crc32(repr(told).encode()):x}"


def search_moment(search_id: str, store: Store) -> Moment:
    """Return the search's marks.  Raises: StoreError."""
    try:
        search = Searches(store).get(search_id)
    except UnknownRun:
        return Moment(marks={"page": GONE})
    trials_now = _trials_mark(store, search_id, store.list_version())
    return Moment(marks={"page": state_mark(search), "trials": trials_now})


@lru_cache(maxsize=32)
def _trials_mark(store: Store, search_id: str, version: str) -> str:  # noqa: ARG001 - another version, another mark
    return trials_mark(trials(store, search_id))
