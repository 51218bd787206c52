"""Memory that a page has needed goes back to the system once it is freed.

glibc keeps freed blocks for the next time, in up to 64 MB for each group of threads, and takes ever larger ones for
small once some of them have been freed. A server that draws pages in dozens of threads, each with arrays of its own,
would hold hundreds of megabytes that nobody uses.
"""

import ctypes
import platform
from typing import Final

from core.config.units import MB

# From glibc's malloc.h; mallopt(3) says what they do. A threshold that is set no longer grows by itself.
M_TRIM_THRESHOLD: Final = -1
M_MMAP_THRESHOLD: Final = -3
M_ARENA_MAX: Final = -8

LARGE: Final = MB  # bytes: a larger block is the system's again when it is freed
KEPT: Final = 2 * MB  # that a group of threads keeps at hand
GROUPS: Final = 2


def give_back_large_blocks() -> None:
    """Have this process return large blocks to the system when they are freed. Only glibc keeps them: else nothing."""
    if platform.libc_ver()[0] != "glibc":
        return
    libc = ctypes.CDLL(None)
    for option, value in ((M_MMAP_THRESHOLD, LARGE), (M_TRIM_THRESHOLD, KEPT), (M_ARENA_MAX, GROUPS)):
        libc.mallopt(option, value)
