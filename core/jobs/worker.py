"""A process that trains one run, or a group side by side: it waits for it, claims it, works, and ends."""

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Final

from core.config.app_settings import Settings
from core.jobs.group_job import with_siblings
from core.jobs.job import Job
from core.jobs.pipe_messages import receive, send
from core.jobs.shared_turns import SharedTurns
from core.jobs.store_controls import InterruptSignal
from core.protocol.events import Event
from core.runs import Store, StoreError
from core.training.threads import threads_for

LOG: Final = logging.getLogger("inkling.worker")
BUSY_S: Final = 0.25  # a locked store is tried again later instead of holding the training up
NICENESS: Final = 5
LAST_WORDS_S: Final = 3.5  # from the recall to being gone, whatever happens


def serve(pipe: Connection, turns: socket.socket, settings: Settings) -> None:
    """Wait for a run to be assigned through `pipe`, train it by turns, and end. The runner's death ends it too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)  # the pages come first
    store = _open_store(settings)  # before there is a run, so that it need not wait for this
    send(pipe, {"ready": os.getpid()})
    while (message := receive(pipe)) is not None and "run" in message:
        store = store or _open_store(settings)
        job = _claim(store, message["run"], settings) if store else None
        send(pipe, {"claimed": job.attempt if job else 0})
        if job:
            job.turns = SharedTurns(turns, job.interrupt_signal)
            _take_recalls(pipe, job.interrupt_signal)
            with_siblings(job).work()
            return


def train_here(
    store: Store,
    run_id: str,
    settings: Settings,
    interrupt_signal: InterruptSignal,
    on_event: Callable[[Event], None],
) -> bool:
    """Train a held-back or queued run in this process; return False if another process has it.

    For the command line: `on_event` is called with every event, `interrupt_signal` ends the run early.
    """
    job = _claim(store, run_id, settings)
    if job is None:
        return False
    job.interrupt_signal, job.on_event = interrupt_signal, on_event
    job.work()
    return True


def _open_store(settings: Settings) -> Store | None:
    try:
        store = Store(settings=settings, busy_s=BUSY_S)
        store.waiting()
    except StoreError as error:
        LOG.warning("the store cannot be opened yet: %s", error)
        return None
    return store


def _take_recalls(pipe: Connection, interrupt_signal: InterruptSignal) -> None:
    """From now on obey SIGTERM, the runner's recall and the runner's death."""
    signal.signal(signal.SIGTERM, lambda *_: interrupt_signal.give("interrupt"))
    threading.Thread(target=_listen, args=(pipe, interrupt_signal), daemon=True).start()


def _listen(pipe: Connection, interrupt_signal: InterruptSignal) -> None:
    """Hear the runner's recall, or its death, and see to it that the process is gone soon after."""
    while True:
        message = receive(pipe)
        reason = message["recall"] if message else "interrupt"
        interrupt_signal.give(reason)
        if reason == "interrupt":
            threading.Event().wait(LAST_WORDS_S)
            os._exit(1)


def _claim(store: Store, run_id: str, settings: Settings) -> Job | None:
    """Return the run as this process's job, None when it cannot be had now."""
    try:
        row = store.get(run_id)
        threads = threads_for(row.config, settings.core_count)
        attempt = store.claim(run_id, threads)
    except (StoreError, OSError) as error:
        LOG.warning("run %s could not be claimed: %s", run_id, error)
        return None
    return Job(store, row, attempt, threads, settings) if attempt else None
