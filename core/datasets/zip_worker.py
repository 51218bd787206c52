"""The process that reads one ZIP: `python -m core.datasets.zip_worker`, begun by core.datasets.zip_process.

Its standard input brings a line of JSON, what to do, and then the ZIP; it stays open as long as whoever began it lives.
On its standard output it says in lines of JSON how far it is and, last, what came of it.
"""

import json
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from math import prod
from pathlib import Path
from typing import Any, Final

from core.datasets.errors import DatasetError, RefusedUpload
from core.datasets.user_dataset_limits import OwnLimits
from core.datasets.user_dataset_zip import import_zip
from core.i18n.kept_sentences import kept
from core.i18n.translation import _

NICENESS: Final = 10  # as those who train: the pages come first
SPARE_BYTES: Final = 100_000_000
SAID_S: Final = 0.1  # between two words on how far it is


def main() -> None:
    """Read one ZIP. What it says is said again in its reader's language, who is not known here."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's is for whoever began this, who ends it
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    order = json.loads(sys.stdin.buffer.readline())
    limits, shape = OwnLimits(**order["limits"]), tuple(order["shape"])
    content = sys.stdin.buffer.read(order["size"])
    threading.Thread(target=_end_with_parent, daemon=True).start()
    bound_memory(memory_for(limits, shape, len(content)))
    try:
        made = import_zip(content, order["title"], shape, order["folder"], limits=limits, progress=_Teller())
        _say({"name": made.spec.name, "notes": [kept(note) for note in made.notes]})
    except DatasetError as error:
        _say({"code": error.code, "error": [kept(error.message), kept(error.remedy)]})
    except MemoryError:
        told = _("Reading the ZIP would take more memory than is allowed.")
        _say({"code": RefusedUpload.code, "error": [kept(told), kept(_("Use fewer or smaller images."))]})


def memory_for(limits: OwnLimits, shape: tuple[int, ...], size: int) -> int:
    """Return how many bytes reading a ZIP of `size` bytes may take beside what an idle process has."""
    images = min(limits.max_images * prod(shape), limits.max_data_bytes)
    # a picture with what its format's library and its conversion take; the images as read, sorted and joined
    return SPARE_BYTES + size + 3 * limits.max_decoded_image_bytes + 3 * images


def bound_memory(more: int) -> None:
    """Refuse this process more than `more` bytes beside what it has, where the system tells and does so."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + more
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


class _Teller:
    """Tells whoever waits how far it is, now and then."""

    def __init__(self) -> None:
        self._told_at = 0.0

    def __call__(self, done: int, total: int, _what: str) -> None:
        if time.monotonic() - self._told_at > SAID_S:
            self._told_at = time.monotonic()
            _say({"done": done, "total": total})


def _say(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


def _end_with_parent() -> None:
    with suppress(OSError):
        os.read(0, 1)  # nothing comes, until the other end is closed
    os._exit(1)


if __name__ == "__main__":
    main()
