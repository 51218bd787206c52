"""Many short runs through the app: `python -m benchmarks.soak [--runs 300]`.

Prints, as they go by, how many processes, open files and megabytes the app has: flat means that nothing leaks. USS is
the memory that a process has for itself: what would be free if it alone ended. Linux only.
"""

import argparse
import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.app_process import App, running_app
from benchmarks.page_load import Watcher
from core.config import RunConfig

SHORT = RunConfig(train_size=2000, epochs=1, eval_every=0)
LONG = RunConfig(epochs=100)
BATCH = 50


@dataclass(frozen=True)
class Process:
    """One process of the app: its part in it, its own memory and its open files."""

    part: str
    uss_mb: float
    open_files: int


def processes(app: App) -> list[Process]:
    """Return the web process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, waiting = [], [(app.process.pid, 0)]
    while waiting:
        pid, depth = waiting.pop(0)
        waiting += [(child, depth + 1) for child in children.get(pid, [])]
        try:
            found.append(_process(pid, depth))
        except OSError:
            continue  # it has just ended
    return found


def _process(pid: int, depth: int) -> Process:
    """Return what /proc says; the app starts the runner, that a forkserver, and that the workers."""
    folder = Path(f"/proc/{pid}")
    part = ("web", "runner", "forkserver", "worker")[min(depth, 3)]
    if b"resource_tracker" in (folder / "cmdline").read_bytes():
        part = "tracker"
    lines = (folder / "smaps_rollup").read_text().splitlines()
    private_kb = sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
    return Process(part, private_kb / 1024, len(list((folder / "fd").iterdir())))


def row(app: App, done: int) -> str:
    """Return one line of the table."""
    found = processes(app)

    def mb(part: str) -> str:
        sizes = [p.uss_mb for p in found if p.part == part]
        return " + ".join(f"{size:.0f}" for size in sizes) or "–"

    files = {part: sum(p.open_files for p in found if p.part == part) for part in ("web", "runner")}
    return (
        f"| {done} | {len(found)} | {files['web']} | {files['runner']} | {mb('web')} | {mb('runner')} "
        f"| {mb('forkserver')} | {mb('worker')} |"
    )


def soak(app: App, runs: int) -> None:
    """Print the table."""
    asyncio.run(Watcher("").watch(app, 0, 0))  # the first visitor starts the engine
    time.sleep(8)  # what is imported later has been by then
    print("| runs done | processes | files: web | files: runner | MB: web | runner | forkserver | workers |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    for done in range(0, runs, BATCH):
        count = min(BATCH, runs - done)
        ids = [app.store.create(SHORT, owner=f"soak-{done}") for _ in range(count)]
        deadline = time.monotonic() + 300
        while not app.store.get(ids[-1]).has_ended or app.store.count_by_state().get("queued"):
            assert time.monotonic() < deadline, "the runs do not end"
            if app.store.get(ids[count // 2]).has_ended:
                asyncio.run(Watcher(ids[0]).watch(app, 0, 0))  # a visitor looks in
            time.sleep(0.1)
        time.sleep(1.5)
        print(row(app, done + count), flush=True)
    ids = [app.store.create(LONG, pace="steps:50") for _ in range(2)]
    while any(app.store.get(run_id).step < 100 for run_id in ids):
        time.sleep(0.1)
    print(row(app, runs).replace(f"| {runs} |", "| two at work |", 1))
    for run_id in ids:
        app.store.order(run_id, command="stop")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=300)
    options = parser.parse_args()
    with running_app() as app:
        soak(app, options.runs)


if __name__ == "__main__":
    main()
