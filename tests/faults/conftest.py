"""An app at the level of its processes: a parent with an engine, its runner, its workers, its store."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from core.config import RunConfig
from core.runs import RunRow, Store
from core.settings import Settings, to_environment
from tests.polling import until

REPOSITORY = Path(__file__).resolve().parents[2]
LONG = RunConfig(train_size=1000, batch_size=50, epochs=200, eval_every=1000, seed=3)  # 4,000 steps
SHORT = replace(LONG, epochs=2)
SLOW = "steps:50"

PARENT = """
import json, sys
from core.jobs import EmbeddedEngine
from core.runs import Store
engine = EmbeddedEngine(Store())
print(json.dumps({"runner": engine.runner_pid}), flush=True)
for line in sys.stdin:
    engine.submit(line.strip())
    print("{}", flush=True)
engine.close()
"""


@dataclass
class App:
    """A process with an engine, as the web process has one."""

    settings: Settings
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> "App":
        """Start the process and wait until its runner is there."""
        self.process = subprocess.Popen(
            [sys.executable, "-c", PARENT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
            env={**os.environ, **to_environment(self.settings), **self.environment},
        )
        self.runner = int(self._answer()["runner"])
        return self

    def submit(self, run_id: str) -> None:
        """Have the engine train the run."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{run_id}\n")
        self.process.stdin.flush()
        self._answer()

    def _answer(self) -> dict[str, int]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the app ended"
        return json.loads(line)

    def end(self) -> None:
        """Close the app in good order, if it still runs; nothing of it may be left."""
        pids = family(self.process.pid)
        with suppress(BrokenPipeError):
            self.process.communicate(timeout=15)
        gone(pids, within_s=6)


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


def gone(pids: list[int], within_s: float) -> None:
    """Wait until none of the processes lives; kill what does before failing."""
    try:
        until(lambda: not set(pids) & set(processes()), f"processes {pids} to end", within_s)
    finally:
        for pid in set(pids) & set(processes()):
            os.kill(pid, signal.SIGKILL)


def worker_of(runner: int, store: Store, run_id: str) -> int:
    """Return the pid of the process that holds the run's lease, a descendant of the runner."""
    lease = Path(f"{store.database.path}.leases") / run_id
    inode = lease.stat().st_ino
    held = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    pids = [int(f[4]) for f in held if f[1] == "FLOCK" and f[5].endswith(f":{inode}")]
    mine = [pid for pid in pids if pid in family(runner)]
    assert len(mine) == 1, (pids, family(runner))
    return mine[0]


@pytest.fixture
def app_in(data_folder: Path) -> Iterator[Callable[..., tuple[App, Store]]]:
    """Return a function that starts an app with its store in a folder, and gives both."""
    started: list[tuple[App, Store]] = []

    def start(folder: Path, environment: dict[str, str] | None = None, **limits: object) -> tuple[App, Store]:
        settings = replace(Settings(data=str(data_folder), checkpoint_s=0.3, cores=2), **limits)
        settings = replace(settings, store=f"sqlite:///{folder / 'inkling.db'}")
        store = Store(settings=settings)
        app = App(settings, environment or {}).start()
        started.append((app, store))
        return app, store

    yield start
    for app, store in started:
        app.end()
        store.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of 4 MB of its own. Needs root, which a test machine for faults must give."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    done = subprocess.run(
        [mount or "mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True
    )
    if done.returncode:
        why = f"a 4 MB disk cannot be mounted here ({done.stderr.decode().strip()}); run the fault tests as root"
        if os.environ.get("INKLING_REQUIRE_FAULTS") == "1":
            pytest.fail(why)
        pytest.skip(why)
    yield folder
    until(
        lambda: not subprocess.run(["umount", folder], capture_output=True).returncode, "the disk to be free"
    )


def running(store: Store, run_id: str, step: int = 1) -> RunRow:
    """Return the run once it is running and has done `step` updates."""
    until(
        lambda: store.get(run_id).step >= step and store.get(run_id).status == "running", f"step {step}", 60
    )
    return store.get(run_id)


def ended(store: Store, run_id: str) -> RunRow:
    """Return the run once it has ended."""
    until(lambda: store.get(run_id).has_ended, f"run {run_id} to end", 60)
    return store.get(run_id)
