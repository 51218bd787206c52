"""Work that no visitor waits for."""

import atexit
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, TypeVar

T = TypeVar("T")
END_S: Final = 1.5

# Streamlit warns of each thread that has no script; ours have none and need none.
logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").addFilter(
    lambda record: "missing ScriptRunContext" not in record.getMessage()  # not said: Streamlit's words
)

_threads: Final[set[threading.Thread]] = set()
_is_ending: Final = threading.Event()
_progress: Final[dict[str, str]] = {}
_told_at: Final[list[float]] = []


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
            _progress.pop(name, None)

    thread = threading.Thread(target=do, name=name, daemon=True)
    thread.start()
    _threads.add(thread)
    if result.done():
        _threads.discard(thread)
    return result


def is_under_way(name: str) -> bool:
    """Return whether work that was begun under this name goes on."""
    return any(thread.name == name for thread in list(_threads))


def tell(name: str, progress: str) -> None:
    """Say how far the work of this name is: to pages that show it, a mark that has them drawn anew."""
    _progress[name] = progress


def progress_of(name: str) -> str:
    """Return what the work of this name told last, "" before it has."""
    return _progress.get(name, "")


def is_ending(within_s: float = 0.0) -> bool:
    """Return whether the server is ending, or does so within that many seconds: for work that can leave off early."""
    return _is_ending.wait(within_s)


def tell_end() -> float:
    """Have the work leave off: the server ends. Return when it was first told, by time.monotonic."""
    if not _is_ending.is_set():
        _told_at.append(time.monotonic())
        _is_ending.set()
    return _told_at[0]


@atexit.register
def _let_end() -> None:
    """Give the threads a moment since they were told: one that is cut off inside PyTorch aborts the process."""
    deadline = tell_end() + END_S
    for thread in list(_threads):
        thread.join(max(0.0, deadline - time.monotonic()))
