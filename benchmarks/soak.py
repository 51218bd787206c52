"""Many short runs through the app: `python -m benchmarks.soak [--runs 300]`.

Each run is made as a visitor makes it, by a client that opens the page, presses Train and watches the run to its
end; every 25 runs it leaves and another comes. Prints, as they go by, how many processes, open files and megabytes
the app has: flat means that nothing leaks. USS is the memory that a process has for itself: what would be free if it
alone ended. Linux only.
"""

import argparse
import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect

from benchmarks.app_process import App, running_app
from benchmarks.page_client import Session, live_address, watching
from core.config.run_config import RunConfig
from core.figures.binary_message import unpack

SHORT = "train_size=2000&epochs=1&eval_every=0"
LONG = RunConfig(epochs=100)
BATCH = 25
RUN_S = 60.0  # a run that takes longer is stuck


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


def settled(app: App) -> list[Process]:
    """Return the processes once a worker waits for the next run.

    Without one, all that the forkserver has imported is its own, 300 MB: nobody shares it at that moment.
    """
    deadline = time.monotonic() + 15
    found = processes(app)
    while not any(p.part == "worker" for p in found) and time.monotonic() < deadline:
        time.sleep(0.2)
        found = processes(app)
    return found


def row(app: App, done: str, seconds: float) -> str:
    """Return one line of the table."""
    found = settled(app)

    def mb(part: str) -> str:
        sizes = [p.uss_mb for p in found if p.part == part]
        return " + ".join(f"{size:.0f}" for size in sizes) or "–"

    files = {part: sum(p.open_files for p in found if p.part == part) for part in ("web", "runner")}
    return (
        f"| {done} | {seconds:.0f} | {len(found)} | {files['web']} | {files['runner']} | {mb('web')} | {mb('runner')} "
        f"| {mb('forkserver')} | {mb('worker')} |"
    )


class Visitor(Session):
    """A client that makes runs: it presses the page's buttons and follows each run until it is over."""

    async def train(self, app: App, runs: int) -> None:
        """Open the page, choose full speed, and make `runs` runs one after another; then leave."""
        async with self.connected(app) as page, connect(live_address(app.url)) as live:
            self.query = SHORT
            await self.draw(page)
            await self.choose(page, "Pace", "Full speed")
            for _ in range(runs):
                known = self.run_id
                await self.press(page, "Train")
                assert self.run_id != known, "pressing Train made no run"
                async with asyncio.timeout(RUN_S):
                    await self._follow_to_the_end(live)
                await self.draw(page)
                assert app.store.get(self.run_id).status == "finished", app.store.get(self.run_id)

    async def _follow_to_the_end(self, live: ClientConnection) -> None:
        """Take what is told of the run until it is marked as finished; then watch nothing, as the page does."""
        await live.send(watching(f"run:{self.run_id}"))
        async for message in live:
            assert isinstance(message, bytes)
            header = unpack(message)[0] if message else {}
            if header.get("topic") == f"run:{self.run_id}" and header["marks"]["page"].startswith("finished"):
                break
        await live.send(watching())


def soak(app: App, runs: int) -> None:
    """Print the table."""
    asyncio.run(Visitor("").stay(app, 0, 0))  # the first visitor starts the engine
    time.sleep(8)  # what is imported later has been by then
    print(
        "| runs | seconds | processes | files: web | files: runner | MB: web | runner | forkserver | workers |"
    )
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    print(row(app, "0", 0.0), flush=True)
    began = time.monotonic()
    for done in range(0, runs, BATCH):
        count = min(BATCH, runs - done)
        asyncio.run(Visitor("").train(app, count))
        time.sleep(1.0)
        print(row(app, str(done + count), time.monotonic() - began), flush=True)
    ids = [app.store.create(LONG, pace="steps:50") for _ in range(2)]
    while any(app.store.get(run_id).step < 100 for run_id in ids):
        time.sleep(0.1)
    print(row(app, "two at work", time.monotonic() - began))
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
