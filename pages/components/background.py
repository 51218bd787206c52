"""Work that no visitor waits for."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


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

    threading.Thread(target=do, name=name, daemon=True).start()
    return result
