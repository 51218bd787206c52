"""An app at the level of its processes: a parent with an engine, its runner, its workers, its store."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from core.config.app_settings import Settings
from core.config.environment import to_environment
from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.runs import RunRow, Store
from tests.browser import ROOT
from tests.faults.lab import Lab, moved_clock
from tests.faults.processes import family, gone, runner_of
from tests.polling import until
from tests.runs_in_work import stop_all

LONG = RunConfig(train_size=1000, batch_size=50, epochs=200, eval_every=1000, seed=3)  # 4,000 steps
SHORT = replace(LONG, epochs=2)
SLOW = "steps:50"

PARENT = """
import sys
from core.jobs.engine import EmbeddedEngine
from core.runs import Store
engine = EmbeddedEngine(Store())
print("{}", flush=True)
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
            cwd=ROOT,
            env={**os.environ, **to_environment(self.settings), **self.environment},
        )
        self._answer()
        return self

    @property
    def runner(self) -> int:
        """The pid of the runner, which is another one once the first was killed."""
        return runner_of(self.process.pid)

    def submit(self, run_id: str) -> None:
        """Have the engine train the run."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{run_id}\n")
        self.process.stdin.flush()
        self._answer()

    def _answer(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline(), "the app ended"

    def end(self) -> None:
        """Close the app in good order, if it still runs; nothing of it may be left."""
        pids = family(self.process.pid)
        with suppress(BrokenPipeError):
            self.process.communicate(timeout=60)
        gone(pids)


@dataclass
class Apps:
    """Starts apps, each with its store in a folder, and ends them."""

    data: Path
    started: list[tuple[App, Store]] = field(default_factory=list)

    def start(
        self, folder: Path, environment: dict[str, str] | None = None, **limits: object
    ) -> tuple[App, Store]:
        limits = {"running": limits.get("cores", 2), **limits}  # few, so that others queue
        settings = replace(Settings(data=str(self.data), checkpoint_s=0.3, cores=2), **limits)
        settings = replace(settings, store=f"sqlite:///{folder / 'inkling.db'}")
        store = Store(settings=settings)
        app = App(settings, environment or {}).start()
        self.started.append((app, store))
        return app, store

    def end(self) -> None:
        for app, store in self.started:
            app.end()
            store.close()


@pytest.fixture
def app_in(data_folder: Path) -> Iterator[Callable[..., tuple[App, Store]]]:
    """Return a function that starts an app with its store in a folder, and gives both."""
    apps = Apps(data_folder)
    yield apps.start
    apps.end()


@pytest.fixture(scope="session")
def lasting_app(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[App, Store]]:
    """Return an app of one core that outlives the tests, and its store."""
    apps, roomy = Apps(data_folder), {"queue_length": 300, "queue_per_owner": 300}
    yield apps.start(tmp_path_factory.mktemp("lasting"), cores=1, max_parameters=10**9, **roomy)
    apps.end()


@pytest.fixture
def shared_app(lasting_app: tuple[App, Store]) -> Iterator[tuple[App, Store]]:
    """Return the app that all tests share whose fault leaves it running, and its store; its one place is free."""
    yield lasting_app
    store = lasting_app[1]
    stop_all(store)
    until(lambda: store.in_work() == [], "room for the next test")


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
    until(lambda: store.get(run_id).step >= step and store.get(run_id).status == "running", f"step {step}")
    return store.get(run_id)


def ended(store: Store, run_id: str) -> RunRow:
    """Return the run once it has ended."""
    until(lambda: store.get(run_id).has_ended, f"run {run_id} to end", 180)
    return store.get(run_id)


@pytest.fixture(scope="session")
def lab(data_folder: Path, mnist: ImageData, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Return one running app for all tests that leave it running; its clock can be set."""
    assert mnist
    folder = tmp_path_factory.mktemp("lab")
    _, environment = moved_clock(folder)
    shared = Lab(data_folder, folder, folder / "app.log", **environment)
    yield shared
    shared.end()


@pytest.fixture
def new_lab(data_folder: Path, mnist: ImageData, tmp_path: Path) -> Iterator[Callable[..., Lab]]:
    """Return a function that starts an app of the test's own, with its store in a folder."""
    assert mnist
    started: list[Lab] = []

    def start(folder: Path | None = None) -> Lab:
        started.append(Lab(data_folder, folder or tmp_path, tmp_path / "app.log"))
        return started[-1]

    yield start
    for lab in started:
        lab.end()
