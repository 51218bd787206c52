"""What the runs in work have to compute together, looked at once for all pages."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import streamlit as st

from core.live.workload import ALONE, Workload
from core.runs import StoreError
from pages.server.services import settings, system_store

LOOK_S: Final = 1.0  # so old it may be
TIMES_S: Final = 30.0  # and so old the speeds of runs before


@dataclass
class _Looked:
    """What was seen, and when (time.monotonic()) it was looked for."""

    workload: Workload = ALONE
    image_s: dict[str, float] = field(default_factory=dict)
    looked_at: float = -LOOK_S
    timed_at: float = -TIMES_S
    lock: threading.Lock = field(default_factory=threading.Lock)


@st.cache_resource(show_spinner=False)
def _looked() -> _Looked:
    return _Looked()


def workload() -> Workload:
    """Return the workload as it was at most LOOK_S ago; as it was before while the store cannot be read."""
    now, looked = time.monotonic(), _looked()
    if now - looked.looked_at < LOOK_S:
        return looked.workload
    with looked.lock, suppress(StoreError):
        store = system_store()
        if now - looked.timed_at >= TIMES_S:
            looked.image_s, looked.timed_at = store.image_times(), now
        looked.workload = Workload(store.in_work(), looked.image_s, settings().core_count)
        looked.looked_at = now
    return looked.workload
