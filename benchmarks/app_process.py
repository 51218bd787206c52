"""The app in a process of its own for a benchmark, on a passing store, over the usual images."""

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.page_client import AppAddress, Session
from core.config.app_settings import Settings
from core.config.run_config import RunConfig
from core.datasets.data_dir import data_folder
from core.runs import Store

ROOT = Path(__file__).resolve().parents[1]
PORT = int(os.environ.get("INKLING_BENCHMARK_PORT", "8790"))
RUN = RunConfig(epochs=50, eval_every=200)
PACE = "steps:120"
BROWSER_FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@dataclass
class App(AppAddress):
    """A running app: its address, its process, its store opened here too, and when it was started."""

    process: subprocess.Popen[bytes]
    store: Store
    started: float  # time.perf_counter()


@contextlib.contextmanager
def running_app(settings: Settings | None = None) -> Iterator[App]:
    """Start the app (on a passing store unless `settings` name one), wait until it answers, and end it."""
    with tempfile.TemporaryDirectory(prefix="inkling-benchmark-") as folder:
        settings = settings or passing_settings(folder)
        environment = os.environ | {"INKLING_DATA": settings.data, "INKLING_STORE": settings.store}
        for bound in ("NEW_VISITORS", "TABS_PER_ADDRESS"):
            environment[f"INKLING_{bound}"] = "1000000"  # all of them come from here, without cookies
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(PORT)]
        started = time.perf_counter()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, cwd=ROOT, env=environment, **quiet)  # type: ignore[call-overload]
        url = f"http://localhost:{PORT}"
        try:
            wait_for(url)
            store = Store(settings=settings)
            yield App(url, process, store, started)
            store.close()
        finally:
            process.terminate()
            process.wait(15)


def passing_settings(folder: str) -> Settings:
    """Return settings with a store in `folder` and the usual images."""
    return Settings(data=str(data_folder(None)), store=f"sqlite:///{Path(folder) / 'inkling.db'}")


def wait_for(url: str, within_s: float = 60.0) -> None:
    """Return once the app answers its health check."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.02)
    raise TimeoutError(f"the app at {url} did not answer within {within_s:g} s")


async def begun(app: App, count: int) -> list[str]:
    """Return runs that train at a fixed pace; the first visitor starts the engine that takes them."""
    runs = [app.store.create(RUN, pace=PACE) for _ in range(count)]
    await Session(runs[0]).visit(app)  # the server's first visitor pays for its imports
    deadline = time.monotonic() + 60
    while any(app.store.get(run_id).status != "running" for run_id in runs):
        assert time.monotonic() < deadline, "the runs do not begin"
        await asyncio.sleep(0.1)
    return runs
