"""How runs get trained: the seam between whoever wants a run and whatever trains it."""

import atexit
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol

from core.access.rules import SYSTEM, Actor
from core.config.environment import to_environment
from core.runs import Store

LOG: Final = logging.getLogger("inkling.engine")
REPOSITORY: Final = Path(__file__).resolve().parents[2]
CLOSE_S: Final = 5.0
RESTART_S: Final = (0.1, 5.0)  # the wait before a dead runner is replaced: at first, at most


class JobEngine(Protocol):
    """Trains runs, which it knows by their ids alone; everything else is in the store."""

    def submit(self, run_id: str, actor: Actor = SYSTEM) -> None:
        """See to it that the run gets trained: queues a held-back or interrupted one; asking twice is once.

        Raises: NotAllowed unless the actor, who wants it, may order the run.
        """
        ...

    def command(self, run_id: str, actor: Actor = SYSTEM, **orders: Any) -> None:
        """Change the run's standing orders (see RunOrders.order), durably, also while it is queued.

        Raises: NotAllowed unless the actor may order the run.
        """
        ...

    def wait_until_warm(self, timeout_s: float) -> bool:
        """Wait, at most so long, until a run would start at once; return whether it would."""
        ...

    def close(self) -> None:
        """End the engine; runs in work are left resumable."""
        ...


class EmbeddedEngine:
    """Trains on this machine: starts the runner beside this process, and starts it again should it die."""

    def __init__(self, store: Store) -> None:
        self._store, self._settings = store, store.settings
        self._is_closed, self._is_warm = threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._runner = self._start()
        self._guard = threading.Thread(target=self._keep_alive, name="runner-guard", daemon=True)
        self._guard.start()
        atexit.register(self.close)

    @property
    def runner_pid(self) -> int:
        """The runner's process id."""
        return self._runner.pid

    def submit(self, run_id: str, actor: Actor = SYSTEM) -> None:
        """See JobEngine.  Raises: UnknownRun, NotAllowed, StoreError."""
        self._store.acting_as(actor).enqueue(run_id)
        self._wake()

    def command(self, run_id: str, actor: Actor = SYSTEM, **orders: Any) -> None:
        """See JobEngine.  Raises: UnknownRun, NotAllowed, ConfigError, StoreError."""
        self._store.acting_as(actor).order(run_id, **orders)
        self._wake()

    def wait_until_warm(self, timeout_s: float) -> bool:
        """See JobEngine."""
        return self._is_warm.wait(timeout_s)

    def close(self) -> None:
        """See JobEngine; returns within about five seconds, with no process left."""
        self._is_closed.set()
        atexit.unregister(self.close)
        with self._lock:
            runner = self._runner
        if runner.stdin is not None:
            with suppress(OSError):
                runner.stdin.close()
        try:
            runner.wait(CLOSE_S)
        except subprocess.TimeoutExpired:
            _kill_group(runner)
            runner.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, **to_environment(self._settings)}
        environment.pop("OMP_NUM_THREADS", None)  # a run takes as many threads as it records
        environment["PYTHONPATH"] = os.pathsep.join(
            filter(None, [str(REPOSITORY), environment.get("PYTHONPATH")])
        )
        runner = subprocess.Popen(
            [sys.executable, "-m", "core.jobs"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=REPOSITORY,
            env=environment,
            start_new_session=True,
        )
        self._is_warm.clear()
        threading.Thread(target=self._hear_warm, args=(runner,), name="runner-ear", daemon=True).start()
        return runner

    def _hear_warm(self, runner: subprocess.Popen[bytes]) -> None:
        """Wait for the runner's word that a warm worker waits; a dead runner says nothing."""
        assert runner.stdout is not None
        with runner.stdout:
            if runner.stdout.read(1):
                self._is_warm.set()

    def _wake(self) -> None:
        """Have the runner look at the queue now; one that is just being replaced will look anyway."""
        stdin = self._runner.stdin
        if stdin is not None:
            with suppress(OSError, ValueError):
                os.write(stdin.fileno(), b".")

    def _keep_alive(self) -> None:
        """Start the runner again whenever it ends, less and less eagerly if it keeps ending at once."""
        wait_s, longest_s = RESTART_S
        while True:
            started = time.monotonic()
            code = self._runner.wait()
            if self._is_closed.is_set():
                return
            wait_s = RESTART_S[0] if time.monotonic() - started > 30 else min(2 * wait_s, longest_s)
            LOG.warning("the runner ended (exit code %s) and is started again", code)
            if self._is_closed.wait(wait_s):
                return
            with self._lock:
                self._runner = self._start()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and everything in its session."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
