"""The processes of an app, as /proc tells of them: who descends from whom, who holds a lease, who is gone."""

import os
import resource
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from core.runs import Store
from tests.polling import until


def processes() -> dict[int, tuple[int, int, str]]:
    """Return pid -> (parent, session, command) of every process that is not a zombie."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            facts = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if facts[0] != "Z":
                found[int(folder.name)] = (int(facts[1]), int(facts[3]), command)
    return found


def family(pid: int) -> list[int]:
    """Return the pid and those of all its descendants, and of their sessions, that live."""
    everyone = processes()
    found = {pid} & set(everyone)
    sessions: set[int] = set()
    while True:
        sessions |= {child for child in found if everyone[child][1] == child and child != os.getsid(0)}
        more = {p for p, (parent, session, _) in everyone.items() if parent in found or session in sessions}
        if more <= found:
            return sorted(found)
        found |= more


def runner_of(app: int) -> int:
    """Return the pid of the app's runner, as soon as it has one."""

    def found() -> int | None:
        everyone = processes()
        return next((pid for pid in family(app) if "-m core.jobs" in everyone.get(pid, (0, 0, ""))[2]), None)

    return until(found, "a runner") or 0


def forked(runner: int) -> list[int]:
    """Return the pids of the process that the runner's workers are forked from, and of those."""
    everyone = processes()
    return [pid for pid in family(runner) if "forkserver" in everyone.get(pid, (0, 0, ""))[2]]


def send_all(pids: Iterable[int], number: int) -> None:
    """Send a signal to each process that still lives: one may have ended by the end of another."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def gone(pids: list[int]) -> None:
    """Wait until none of the processes lives; kill what does before failing."""
    try:
        until(lambda: not set(pids) & set(processes()), f"processes {pids} to end")
    finally:
        send_all(set(pids) & set(processes()), signal.SIGKILL)


def limit_memory(pid: int, more_bytes: int | None) -> None:
    """Let the process, and those forked from it, have at most so much more address space than now; None = any."""
    _, most = resource.prlimit(pid, resource.RLIMIT_AS)
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
    limit = most if more_bytes is None else pages * resource.getpagesize() + more_bytes
    resource.prlimit(pid, resource.RLIMIT_AS, (limit, most))


def worker_of(runner: int, store: Store, run_id: str) -> int:
    """Return the pid of the process that holds the run's lease, a descendant of the runner."""
    lease = Path(f"{store.database.path}.leases") / run_id
    inode = lease.stat().st_ino
    held = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    pids = [int(f[4]) for f in held if f[1] == "FLOCK" and f[5].endswith(f":{inode}")]
    mine = [pid for pid in pids if pid in family(runner)]
    assert len(mine) == 1, (pids, family(runner))
    return mine[0]
