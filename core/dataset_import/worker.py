"""The process that reads what somebody brings: `python -m core.dataset_import.worker`, begun by worker_process.

Its standard input brings a line of JSON, what to do, and then the files, unless they lie at a path; it stays open as
long as whoever began it lives. On its standard output it says in lines of JSON how far it is and, last, what came of
it.
"""

import json
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from math import prod
from pathlib import Path
from typing import Any, Final

from core.dataset_import.build import COLOUR, build
from core.dataset_import.understanding import Answers, Understood, Wanted
from core.datasets.errors import DatasetError, RefusedUpload
from core.datasets.user_dataset_limits import OwnLimits
from core.i18n.kept_sentences import kept
from core.i18n.translation import _

NICENESS: Final = 10  # as those who train: the pages come first
SPARE_BYTES: Final = 100_000_000
SAID_S: Final = 0.1  # between two words on how far it is


def main() -> None:
    """Read what is brought. What it says is said again in its reader's language, who is not known here."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's is for whoever began this, who ends it
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    order = json.loads(sys.stdin.buffer.readline())
    limits = OwnLimits(**order["limits"])
    shape = tuple(order["shape"]) if order["shape"] else None
    brought = (
        Path(order["path"])
        if order["path"]
        else [(name, sys.stdin.buffer.read(size)) for name, size in order["files"]]
    )
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if order["is_ink"]:
        import core.dataset_import.ink_pictures  # noqa: F401 - its libraries are no part of what it may take
    bound_memory(memory_for(limits, shape or COLOUR, sum(size for _name, size in order["files"])))
    answers = Answers(order["classes_at"], order["splits"])
    wanted = Wanted(order["title"], shape, answers, order["is_ink"])
    try:
        _say(_as_json(build(brought, wanted, order["folder"], limits, _Teller())))
    except DatasetError as error:
        _say({"code": error.code, "error": [kept(error.message), kept(error.remedy)]})
    except MemoryError:
        told = _("Reading it would take more memory than is allowed.")
        _say({"code": RefusedUpload.code, "error": [kept(told), kept(_("Use fewer or smaller images."))]})


def _as_json(understood: Understood) -> dict[str, Any]:
    sentences = {name: [kept(said) for said in getattr(understood, name)] for name in ("notes", "warnings")}
    return asdict(understood) | sentences


def memory_for(limits: OwnLimits, shape: tuple[int, ...], size: int) -> int:
    """Return how many bytes reading files of `size` bytes may take beside what an idle process has."""
    images = min(limits.max_images * prod(shape), limits.max_data_bytes)
    # a picture with what its format's library and its conversion take; the images as read, sorted and joined
    return SPARE_BYTES + 2 * size + 3 * limits.max_decoded_image_bytes + 3 * images


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
