"""The process beside the app that trains: gives queued runs, in order, to workers that claim and train them.

`python -m core.jobs` is started by the app (core.jobs.engine) with a pipe as its standard input: a byte wakes
it up, and its end means that the app is gone, however it went. Then every worker writes a checkpoint and
all of them are gone within five seconds. It says one byte on its standard output when the first worker is
there, warm and waiting.
"""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Pipe, wait
from typing import Any, Final, NoReturn

from core.classroom.ending import Ending
from core.config.app_settings import Settings
from core.config.environment import from_environment
from core.i18n.literal_text import console_text
from core.jobs.leadership import Leadership
from core.jobs.parent_pipe import Parent
from core.jobs.pipe_messages import receive, send
from core.jobs.start_order import next_to_start, share_of, started
from core.jobs.worker_pool import Worker, WorkerPool
from core.runs import RunInWork, Store, StoreError
from core.runs.own_datasets import OwnDatasets
from core.runs.run_row import PAUSED
from core.search.search_thread import watch_searches

LOG: Final = logging.getLogger("inkling.runner")

BUSY_S: Final = 0.5
TICK_S: Final = 1.0  # how often the queue is looked at without being woken: commands may share the store
BELL_S: Final = 0.1  # how often it is asked whether another app's runner rings
UPKEEP_S: Final = 300.0
END_S: Final = 4.0
LAST_RESORT_S: Final = 4.7
HARD_STOP_S: Final = 10.0  # a run that has not obeyed "stop" for this long is ended by force
PARK_S: Final = 10.0  # a pause this long gives its worker up when others wait
MAX_DEATHS_BEFORE_CLAIM: Final = 3  # workers that may die before claiming a run until the run is at fault


class VisibleFormatter(logging.Formatter):
    """Writes log lines with nothing in them that a terminal would obey."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line or lines of a record."""
        return console_text(super().format(record), lines=True)


class Runner:
    """Keeps the workers busy with the store's queue, within the machine's cores."""

    def __init__(self, store: Store, settings: Settings, on_warm: Callable[[], None] = lambda: None) -> None:
        self._store, self._settings = store, settings
        self._on_warm, self._is_warm = on_warm, False
        self._pool = WorkerPool(settings)
        self._wake_receiver, self._wake_sender = Pipe(duplex=False)
        self._leadership = Leadership(store)
        self._is_ending = self._was_woken = False
        self._lost_workers: list[tuple[str, int, str]] = []  # (run, attempt, how) not yet written down
        self._deaths: dict[str, int] = {}
        self._assigned: dict[str, RunInWork] = {}  # to workers that may not have claimed them yet
        self._upkeep_at = 0.0
        self._complained_at = -60.0

    def wake(self, word: str) -> None:
        """Wake the runner up: "look" at the queue, or "end". May be called from a signal handler or thread."""
        send(self._wake_sender, {"ring": word})

    def run(self) -> None:
        """Work until told to end."""
        while not self._is_ending:
            try:
                if self._leadership.take():
                    self._tick()
                else:
                    self._stand_by()
            except (StoreError, OSError) as error:  # OSError: no process or file can be made just now
                self._complain(error)
            self._listen()
        self._end()

    def _stand_by(self) -> None:
        """Leave the queue to the runner that leads, which starts a run as soon as this one would."""
        if not self._is_warm:
            self._is_warm = True
            self._on_warm()
        if self._was_woken:
            self._was_woken = False
            self._leadership.ring()

    def _listen(self) -> None:
        """Wait for a bell, a worker's word or death, at most until the next tick."""
        pipes: dict[object, Worker] = {worker.pipe: worker for worker in self._pool.workers}
        found: list[Any] = []
        deadline = time.monotonic() + TICK_S
        while not found and time.monotonic() < deadline and not self._leadership.is_rung():
            found = wait([self._wake_receiver, *(worker.pipe for worker in pipes.values())], BELL_S)
        for ready in found:
            if ready is self._wake_receiver:
                self._hear_bell()
            elif not self._pool.on_message(pipes[ready]):
                self._on_worker_exit(pipes[ready])
            elif not self._is_warm:
                self._is_warm = True
                self._on_warm()

    def _hear_bell(self) -> None:
        while self._wake_receiver.poll():
            message = receive(self._wake_receiver)
            self._was_woken = True
            self._is_ending = self._is_ending or message is None or message["ring"] == "end"

    def _tick(self) -> None:
        self._report_lost_workers()
        self._assign()
        self._pool.ensure_spare()
        self._look_after_workers()
        if time.monotonic() >= self._upkeep_at:
            self._upkeep_at = time.monotonic() + UPKEEP_S
            self._store.prune()
            OwnDatasets(self._store).purge()
            Ending(self._store).end_old()
            self._store.make_room()
            self._store.keep_disk_reserve()

    # ---- the queue

    def _assign(self) -> None:
        """Give queued runs to workers for as long as there is room for them.

        Few at a time: each that has claimed its run makes room for the next to start. Thirty that open the store at
        once get in each other's way.
        """
        self._store.mark_interrupted()
        waiting = self._store.waiting()
        if not waiting:
            return
        busy = {worker.run_id for worker in self._pool.busy}
        in_work = {run.run_id: run for run in self._store.in_work()}
        self._assigned = {run_id: run for run_id, run in self._assigned.items() if run_id in busy}
        in_work = {**self._assigned, **in_work}
        queue = [run for run in waiting if run.run_id not in busy]
        starting = sum(not worker.attempt for worker in self._pool.busy)
        while starting < self._settings.worker_count + 1 and (
            run := next_to_start(queue, list(in_work.values()), self._settings)
        ):
            starting += 1
            self._pool.assign(run.run_id, share_of(run, self._settings))
            in_work[run.run_id] = self._assigned[run.run_id] = started(run, self._settings)
            queue.remove(run)
        if queue and len(in_work) >= self._settings.running_limit:
            self._make_room()

    def _make_room(self) -> None:
        """Have the longest pause give up its worker; it waits in the store and goes on when asked to."""
        now = time.monotonic()
        paused = [w for w in self._pool.busy if w.pause_seen_at is not None and not w.recalled]
        for worker in sorted(paused, key=lambda w: w.pause_seen_at or now)[:1]:
            if now - (worker.pause_seen_at or now) > PARK_S:
                worker.recall("park")

    def _look_after_workers(self) -> None:
        """Notice who has been paused for how long, and end by force who does not obey "stop"."""
        now = time.monotonic()
        busy = {worker.run_id: worker for worker in self._pool.busy if worker.attempt}
        for row in self._store.list(ids=list(busy), limit=len(busy)) if busy else []:
            worker = busy[row.id]
            waits = row.state == PAUSED and row.command == "pause" and row.run_until <= row.step
            worker.pause_seen_at = (worker.pause_seen_at or now) if waits else None
            if row.command == "stop" and worker.stop_seen_at is None:
                self._pool.hurry(worker)
            worker.stop_seen_at = (worker.stop_seen_at or now) if row.command == "stop" else None
            if worker.stop_seen_at is not None and now - worker.stop_seen_at > HARD_STOP_S:
                LOG.warning("run %s does not stop and is ended by force", row.id)
                worker.kill()

    # ---- the dead

    def _on_worker_exit(self, worker: Worker) -> None:
        """See to the run of a worker that is gone."""
        how = worker.ending()
        if worker.attempt:
            self._lost_workers.append((worker.run_id, worker.attempt, how))
        elif worker.run_id and how:
            self._deaths[worker.run_id] = self._deaths.get(worker.run_id, 0) + 1
            if self._deaths[worker.run_id] >= MAX_DEATHS_BEFORE_CLAIM:
                self._lost_workers.append((worker.run_id, 0, how))

    def _report_lost_workers(self) -> None:
        """Write down which runs have lost their worker; those that ended well have nothing to report."""
        while self._lost_workers:
            run_id, attempt, how = self._lost_workers[0]
            self._store.report_lost_worker(run_id, attempt, how)
            self._lost_workers.pop(0)

    def _complain(self, error: Exception) -> None:
        """Log what keeps the queue waiting, once a minute."""
        if time.monotonic() - self._complained_at >= 60:
            self._complained_at = time.monotonic()
            LOG.warning("the queue waits: %s", error)

    def _end(self) -> None:
        """Have every run leave a checkpoint, and end every process."""
        for worker in self._pool.end(END_S):
            if worker.attempt:
                self._lost_workers.append((worker.run_id, worker.attempt, worker.ending()))
        try:
            self._report_lost_workers()
        except StoreError as error:
            LOG.warning("the end of some runs could not be written down: %s", error)
        self._leadership.let_go()


def watch_parent(runner: Runner) -> None:
    """Wake the runner for every byte of standard input, end it at its end; runs in a thread of its own."""
    while os.read(sys.stdin.fileno(), 64):
        runner.wake("look")
    runner.wake("end")
    time.sleep(LAST_RESORT_S)
    end_session()  # something hangs


def end_session() -> NoReturn:
    """End this process and all that it has started: the session is ours alone."""
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def main(parent: Parent) -> None:
    """Run until the parent is gone or SIGTERM comes."""
    handler = logging.StreamHandler()
    handler.setFormatter(VisibleFormatter("%(asctime)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.raiseExceptions = False  # the terminal that the log goes to may be gone
    settings = from_environment()
    try:
        store = Store(settings=settings, busy_s=BUSY_S)
    except StoreError as error:
        LOG.error("%s", error)
        end_session()  # no run is in work yet
    runner = Runner(store, settings, parent.say_warm)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the app's; its end is heard through the pipe
    signal.signal(signal.SIGTERM, lambda *_signal: runner.wake("end"))
    threading.Thread(target=watch_parent, args=(runner,), daemon=True).start()
    searching = (Store(settings=settings), lambda: runner.wake("look"), threading.Event())
    threading.Thread(target=watch_searches, args=searching, daemon=True).start()
    runner.run()
