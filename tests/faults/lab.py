"""The running app with a browser on it, for faults that a visitor would see: what must hold after each."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page, expect

from core.config.app_settings import Settings
from core.protocol.events import TERMINAL, Steps
from core.runs import Store, StoreError
from tests.browser import App, end_app, start_app
from tests.faults.processes import family, gone, runner_of
from tests.polling import until
from tests.runs_in_work import stop_all
from tests.train_page import choose, expect_status, open_train, press, run_id, step_shown

LONG = (
    "train_size=1000&batch_size=50&epochs=200&eval_every=1000&seed=3"  # 4,000 steps: 13 minutes at its pace
)
SHORT = "train_size=1000&batch_size=50&epochs=2"
SETTINGS = Settings(
    cores=1,
    running=1,
    checkpoint_s=0.3,
    max_parameters=10**9,
    queue_length=300,
    queue_per_owner=300,
    kept_runs=2000,
)
SETTLED = ("finished", "stopped", "diverged", "failed", "interrupted")


class Lab:
    """A running app, its store opened here too, and every run that somebody was told is there."""

    def __init__(self, data: Path, folder: Path, log_file: Path, **environment: str) -> None:
        self.folder, self.data, self.log_file, self.environment = folder, data, log_file, environment
        self.path = folder / "inkling.db"
        self.start()
        self.store = Store(f"sqlite:///{self.path}", settings=replace(SETTINGS, data=str(data)), busy_s=10.0)
        self.acknowledged: set[str] = set()
        self.clock = folder / "offset"  # seconds by which the app's clock is wrong, if it has one to be set

    def start(self, port: int = 0) -> None:
        """Start the app, again if it was killed."""
        names = (
            "cores",
            "running",
            "checkpoint_s",
            "max_parameters",
            "queue_length",
            "queue_per_owner",
            "kept_runs",
        )
        variables = {f"INKLING_{name.upper()}": str(getattr(SETTINGS, name)) for name in names}
        self.app: App = start_app(self.data, self.path, port, self.log_file, **variables, **self.environment)

    @property
    def port(self) -> int:
        return int(self.app.url.rpartition(":")[2])

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    @property
    def runner(self) -> int:
        """The pid of the runner."""
        return runner_of(self.app.process.pid)

    def open(self, page: Page, settings: str = LONG, run: str = "") -> None:
        """Open the Train page with these settings in its address, and the run in view."""
        address = f"{self.app.url}/?{settings}" + (f"&run={run}" if run else "")
        open_train(page, address, timeout=120_000)

    def train(
        self,
        page: Page,
        settings: str = LONG,
        pace: str = "5 steps a second",
        shows: str = "running|queued|finished",
    ) -> str:
        """Open the page, press Train, and return the run once the page `shows` one of these states."""
        self.open(page, settings)
        choose(page, "Pace", pace)
        press(page, "Train")
        expect_status(page, shows)
        until(lambda: run_id(page), "the run's address")
        self.acknowledged.add(run_id(page))
        return run_id(page)

    def trained(self, page: Page, settings: str = LONG) -> str:
        """Return a run that the page shows to be under way, with a checkpoint."""
        run = self.train(page, settings)
        until(lambda: step_shown(page) > 5, "steps on the page")
        until(lambda: self.store.get(run).checkpoint_step, "a checkpoint")
        return run

    def resume(self, page: Page, run: str) -> None:
        """Press Resume on the page and see the run to its end there, to the same steps as if nothing had been."""
        press(page, "Resume")
        expect_status(page, "running|finished")
        self.store.order(run, pace="full")
        expect_status(page, "finished", 120_000)
        assert told_steps(self.store, run) == list(range(1, self.store.get(run).step + 1))

    def end(self) -> None:
        """End the app in good order; nothing of it may be left."""
        pids = family(self.app.process.pid)
        end_app(self.app)
        gone(pids)
        self.store.close()


@contextmanager
def unharmed(lab: Lab, *pages: Page) -> Iterator[None]:
    """After what happens here: no traceback anywhere, nothing stuck, half-written or forgotten."""
    before = len(lab.log)
    try:
        yield
    except BaseException:  # pytest.fail is no Exception; raised again once the next test finds free cores
        with suppress(StoreError):
            stop_all(lab.store)
        lab.acknowledged.clear()
        raise
    for page in pages:
        calm(page)
    assert "Traceback" not in lab.log[before:], lab.log[before:][-3000:]
    until(lambda: not unsettled(lab.store), lambda: f"runs to settle: {unsettled(lab.store)}")
    for run in lab.acknowledged:
        row, events = lab.store.get(run), lab.store.events_since(run).events
        ends = [isinstance(event, TERMINAL) for event in events]
        assert ends.count(True) == (row.status != "interrupted")
        assert row.status != "interrupted" or row.remedy
    leases = Path(f"{lab.path}.leases")
    until(
        lambda: {path.name for path in leases.iterdir()} <= {"runner", "bell"} if leases.exists() else True,
        "every run's lease to be given back",
    )


def unsettled(store: Store) -> list[str]:
    """Return what each run is that neither ended nor was given up, and how it stands."""
    rows = (row for row in store.list(limit=1000) if row.status not in SETTLED)
    return [f"{row.id} {row.status} {row.command} step {row.step} attempt {row.attempt}" for row in rows]


def calm(page: Page) -> None:
    """The page shows no exception box and no traceback."""
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert "Traceback" not in page.inner_text("body")


def says(page: Page, *sentences: str) -> None:
    """The page says each of the sentences (regular expressions), in its body."""
    for sentence in sentences:
        expect(page.locator("[data-testid=stMain]")).to_contain_text(re.compile(sentence))


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page if INKLING_FAULT_PICTURES names a folder to keep it in."""
    folder = os.environ.get("INKLING_FAULT_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def told_steps(store: Store, run: str) -> list[int]:
    """Return every step that the run's history tells, in order."""
    chunks = [event for event in store.events_since(run).events if isinstance(event, Steps)]
    return [step for chunk in chunks for step in range(chunk.first_step, chunk.last_step + 1)]


def remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True)


def fill(folder: Path) -> None:
    """Leave no room on the disk, and give none back meanwhile."""
    with (folder / "filler").open("ab", buffering=0) as file:
        for size in (64 * 1024, 4096):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))


# Every process of an app that gets this as its sitecustomize has a clock that a test can set: the real one, moved
# by as many seconds as a file says.
MOVED_CLOCK = """
import os, time
_real, _file = time.time, os.environ["TEST_CLOCK_FILE"]
def _moved():
    with open(_file) as file:
        return _real() + float(file.read() or 0)
time.time = _moved
"""


def moved_clock(folder: Path) -> tuple[Path, dict[str, str]]:
    """Return (the file that holds the clock's offset in seconds, the environment of an app that has this clock)."""
    offset, shim = folder / "offset", folder / "shim"
    offset.write_text("0")
    shim.mkdir()
    (shim / "sitecustomize.py").write_text(MOVED_CLOCK)
    return offset, {"TEST_CLOCK_FILE": str(offset), "PYTHONPATH": str(shim)}
