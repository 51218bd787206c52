"""Work that no visitor waits for, in threads that give way to those which draw pages."""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, TypeVar

T = TypeVar("T")

NICENESS: Final = 10


def begin(work: Callable[[], T], name: str) -> Future[T]:
    """Start `work` in a thread that ends with the server; return what will hold its result or its error."""
    result: Future[T] = Future()

    def do() -> None:
        _give_way()
        try:
            result.set_result(work())
        except Exception as error:
            result.set_exception(error)

    threading.Thread(target=do, name=name, daemon=True).start()
    return result


def _give_way() -> None:
    """Let the system prefer every other thread to this one, where threads have a priority of their own (Linux)."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
