"""The runner's workers: one process for each run or group, forked from a warm one, and one that waits for the next."""

import signal
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from core.config.app_settings import Settings
from core.i18n.kept_sentences import with_code
from core.i18n.translation import _
from core.jobs.forkserver import METHOD, worker_context
from core.jobs.pipe_messages import receive, send
from core.jobs.worker_entry import serve


@dataclass(eq=False)
class Worker:
    """A process and the runner's end of its pipe. `run_id` "" = waiting; `attempt` 0 = nothing claimed yet."""

    process: BaseProcess
    pipe: Connection
    run_id: str = ""
    attempt: int = 0
    threads: int = 0
    pid: int = 0
    recalled: str = ""
    stop_seen_at: float | None = None
    pause_seen_at: float | None = None

    def assign(self, run_id: str, threads: int) -> None:
        """Give the run to this waiting worker."""
        self.run_id, self.attempt, self.threads = run_id, 0, threads
        send(self.pipe, {"run": run_id})

    def recall(self, reason: str) -> None:
        """Ask for the run back: "interrupt" or "park"."""
        if self.recalled != "interrupt":
            self.recalled = reason
            send(self.pipe, {"recall": reason})

    def kill(self) -> None:
        """End the process at once."""
        self.process.kill()

    def ending(self) -> str:
        """Return how the process ended, once its pipe has closed: "" if well, else a sentence with its code."""
        self.process.join(1.0)
        code = self.process.exitcode
        if code == 0 or self.recalled:
            return ""
        if code is not None and code < 0:
            name = signal.Signals(-code).name
            killed = _(
                "The process that was training this run was killed ({signal}). The most common reason is that "
                "memory ran out.",
                signal=name,
            )
            return with_code(killed, "worker_killed")
        ended = _(
            "The process that was training this run ended unexpectedly (exit code {code:text}).", code=code
        )
        return with_code(ended, "worker_exited")


class WorkerPool:
    """The workers of one runner."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._context: Any = worker_context(METHOD)
        self.workers: list[Worker] = []

    @property
    def busy(self) -> list[Worker]:
        """Workers that have a run or are about to."""
        return [worker for worker in self.workers if worker.run_id]

    def ensure_spare(self) -> Worker:
        """Return a waiting worker, started now if there is none. OSError if none can be started just now."""
        for worker in self.workers:
            if not worker.run_id and not worker.recalled:
                return worker
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=serve, args=(theirs, self._settings), daemon=False)
        try:
            process.start()
        except EOFError as error:
            what = (
                "the process that workers are forked from ended while it forked one"  # not said: for the log
            )
            raise OSError(what) from error
        theirs.close()  # the worker's end is then the worker's alone, and closes when it ends, however it does
        worker = Worker(process, ours)
        self.workers.append(worker)
        return worker

    def on_message(self, worker: Worker) -> bool:
        """Take a worker's message; return False when it is gone."""
        message = receive(worker.pipe)
        if message is None:
            self.workers.remove(worker)
            worker.pipe.close()
            return False
        worker.pid = message.get("ready", worker.pid)
        if "claimed" in message:
            worker.attempt = message["claimed"]
            if not worker.attempt:
                worker.run_id = ""
        return True

    def end(self, within_s: float) -> list[Worker]:
        """Recall every run and end every process; kill what is not gone in time. Return all of them."""
        everyone = list(self.workers)
        deadline = time.monotonic() + within_s
        for worker in everyone:
            worker.recall("interrupt")
            if not worker.run_id:
                worker.pipe.close()
        for worker in everyone:
            worker.process.join(max(0.0, deadline - time.monotonic()))
            if worker.process.is_alive():
                worker.kill()
        return everyone
