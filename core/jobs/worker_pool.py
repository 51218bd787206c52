"""The runner's workers: one process for each run or group, forked from a warm one, and one that waits for the next."""

import signal
import socket
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
from core.jobs.turn_server import Share, TurnServer
from core.jobs.worker_entry import serve


@dataclass(eq=False)
class Worker:
    """A process and the runner's ends of its pipe and of the socket for its turns.

    `run_id` "" = waiting; `attempt` 0 = nothing claimed yet.
    """

    process: BaseProcess
    pipe: Connection
    turns: socket.socket
    run_id: str = ""
    attempt: int = 0
    pid: int = 0
    recalled: str = ""
    stop_seen_at: float | None = None
    pause_seen_at: float | None = None

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
        self._turns = TurnServer(settings.core_count, settings.worker_count)
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
        our_turns, their_turns = socket.socketpair()
        process = self._context.Process(
            target=serve, args=(theirs, their_turns, self._settings), daemon=False
        )
        try:
            process.start()
        except EOFError as error:
            our_turns.close()
            what = (
                "the process that workers are forked from ended while it forked one"  # not said: for the log
            )
            raise OSError(what) from error
        finally:  # the worker's ends are then the worker's alone, and close when it ends, however it does
            theirs.close()
            their_turns.close()
        worker = Worker(process, ours, our_turns)
        self._turns.add(our_turns)
        self.workers.append(worker)
        return worker

    def assign(self, run_id: str, share: Share) -> Worker:
        """Give a run to a waiting worker, and let it take its turns.  Raises: OSError, as `ensure_spare`."""
        worker = self.ensure_spare()
        worker.run_id, worker.attempt = run_id, 0
        self._turns.let_share(worker.turns, share)
        send(worker.pipe, {"run": run_id})
        return worker

    def hurry(self, worker: Worker) -> None:
        """Let the worker, whose run is to stop, compute before all others."""
        self._turns.hurry(worker.turns)

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
        self._turns.close()
        return everyone
