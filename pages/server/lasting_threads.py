"""Threads that last, for what pages compute by PyTorch again and again.

Each rerun of a page is another thread, and in a new one PyTorch prepares its convolutions anew: a CNN's answer took 7
ms of a core there, 0.4 in one that has answered before.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from core.i18n.reader import read_by, reader

T = TypeVar("T")

_ANSWERS: Final = ThreadPoolExecutor(1, "answers")
_REASONS: Final = ThreadPoolExecutor(1, "reasons")  # whoever waits for an answer waits for no reasons


def answered(work: Callable[[], T]) -> T:
    """Return what `work`, some milliseconds of it, returns in the thread of answers, said to who asks."""
    return _done(_ANSWERS, work)


def reasoned(work: Callable[[], T]) -> T:
    """Return what `work` returns in the thread of reasons, said to who asks."""
    return _done(_REASONS, work)


def _done(thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    asker = reader()

    def do() -> T:
        with read_by(asker):
            return work()

    return thread.submit(do).result()
