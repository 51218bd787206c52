"""Work that no visitor waits for."""

import atexit
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, TypeVar

T = TypeVar("T")
END_S: Final = 2.5

_threads: Final[set[threading.Thread]] = set()
_is_ending: Final = threading.Event()


def begin(work: Callable[[], T], name: str) -> Future[T]:
    """Start `work` in a thread that ends with the server; return what will hold its result or its error.

    The thread has the priority of all others: one that gives way would keep the interpreter's lock while it waits for a
    processor, and with it every visitor.
    """
    result: Future[T] = Future()

    def do() -> None:
        try:
            result.set_result(work())
        except Exception as error:
            result.set_exception(error)
        finally:
            _threads.discard(thread)

    thread = threading.Thread(target=do, name=name, daemon=True)
    thread.start()
    _threads.add(thread)
    if result.done():
        _threads.discard(thread)
    return result


def is_ending(within_s: float = 0.0) -> bool:
    """Return whether the server is ending, or does so within that many seconds: for work that can leave off early."""
    return _is_ending.wait(within_s)


def tell_end() -> None:
    """Have the work leave off: the server ends."""
    _is_ending.set()


@atexit.register
def _let_end() -> None:
    """Give the threads a moment to leave off: one that is cut off inside PyTorch aborts the process."""
    tell_end()
    deadline = time.monotonic() + END_S
    for thread in list(_threads):
        thread.join(max(0.0, deadline - time.monotonic()))
