"""The process that workers are forked from. Importing this imports nothing else, so that it can be started first."""

import multiprocessing
from contextlib import suppress
from multiprocessing.context import BaseContext
from typing import Final

METHOD: Final = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def worker_context(method: str = METHOD) -> BaseContext:
    """Return what makes workers: forked from a process that has imported core.jobs.preload, where there is one."""
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(["core.jobs.preload"])
    return context


def start_early() -> None:
    """Start the process now, so that its imports go on beside the caller's own; the first worker starts it else."""
    if worker_context().get_start_method() == "forkserver":
        from multiprocessing import forkserver  # here: not every system has it

        with suppress(OSError):  # no process or file can be made just now
            forkserver.ensure_running()
