"""What this process may use of the machine it runs on."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

MOST_RUNS: Final = 64
RUN_BYTES: Final = 96 * 2**20  # what a CNN takes for itself; a softmax regression 30, an MLP 50
SUPPOSED_BYTES: Final = 4 * 2**30  # where it cannot be told
_CONTAINER_LIMIT: Final = Path("/sys/fs/cgroup/memory.max")  # "max" where there is none


def core_count() -> int:
    """Return how many processor cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def runs_in_memory() -> int:
    """Return how many runs half of the memory holds, at most MOST_RUNS."""
    return min(_memory_bytes() // 2 // RUN_BYTES, MOST_RUNS)


def _memory_bytes() -> int:
    """Return how much memory the machine has, or the container allows."""
    known = []
    with suppress(AttributeError, ValueError, OSError):  # no sysconf, or not this name: Windows
        known.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    with suppress(ValueError, OSError):
        known.append(int(_CONTAINER_LIMIT.read_text()))
    return min(known, default=SUPPOSED_BYTES)
