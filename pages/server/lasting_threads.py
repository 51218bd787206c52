"""Threads that last, for what pages compute by PyTorch again and again.

Each rerun of a page is another thread. How many threads PyTorch computes on is known to the process, but OpenMP asks it
of each thread, and the first convolution in a new one comes before PyTorch has told: it began a second thread, which
cost 7 ms of a core for a CNN's answer, 0.4 in one that has answered before.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from core.i18n.reader import read_by, reader
from core.training.threads import use_one_thread

T = TypeVar("T")

_ANSWERS: Final = ThreadPoolExecutor(1, "answers", initializer=use_one_thread)
# Whoever waits for an answer waits for no reasons.
_REASONS: Final = ThreadPoolExecutor(1, "reasons", initializer=use_one_thread)


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
