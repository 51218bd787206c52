"""What following a run costs: `python -m benchmarks.live [--clients 30] [--seconds 20] [--runs 1]`.

Clients hold a Streamlit session and a live socket each, as a page does, on one process of the app. What they follow is
told to the store here, ten times a second as a worker would, so that it is known when each event was written; a run
that really trains shares the cores. Prints how long after its writing a client has been told of an event, and what
that takes.
"""

import argparse
import asyncio
import json
import os
import statistics
import threading
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.app_process import App, running_app
from benchmarks.page_load import RUN, Session, begun
from core.figures.binary_message import unpack
from core.protocol.events import Evaluated, Started, Steps, Weights

TELL_S = 0.1
STEPS = 12  # told at once
TOGETHER = 8  # clients that open the page at one time
SETTLED_S = 8.0  # what is imported later has been by then


class Teller(threading.Thread):
    """A run that says what a paced one says: steps, weights that drift, an evaluation every 240 steps."""

    def __init__(self, app: App) -> None:
        super().__init__(daemon=True)
        self.store, self.told_at = app.store, {0: time.perf_counter()}  # last step -> when it was written
        self.run_id = self.store.create(RUN, queue=False)
        self.attempt = self.store.claim(self.run_id)
        self.is_over = threading.Event()

    def run(self) -> None:
        noise = np.random.default_rng(0)
        arrays = {"linear.weight": np.zeros((10, 784), np.float32), "linear.bias": np.zeros(10, np.float32)}
        total = RUN.epochs * 600
        news: list[object] = [Started(0, total, 600, 60_000, "test", 10_000, 7850, "closed-form", 1)]
        due = time.perf_counter()
        for first in range(1, total, STEPS):
            last = first + STEPS - 1
            arrays["linear.weight"] += noise.normal(0, 0.002, (10, 784)).astype(np.float32)
            values = noise.random(STEPS, np.float32)
            news += [
                Steps(first, values, values, 0.1, last / 120, 12_000.0),
                Weights(last, dict(arrays), False),
            ]
            if last % 240 == 0:
                strip = noise.integers(0, 10, 20)
                news.append(Evaluated(last, "test", float(values[0]), float(values[1]), strip))
            self.store.append(self.run_id, self.attempt, news)  # type: ignore[arg-type]
            self.told_at[last] = time.perf_counter()
            news = []
            due += TELL_S
            if self.is_over.wait(max(0.0, due - time.perf_counter())):
                break
        self.store.leases.give_back(self.run_id)


@dataclass
class Follower:
    """A client that follows a run: what it was sent, and how late."""

    teller: Teller
    delays_ms: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    step: int = 0

    async def follow(self, socket: ClientConnection) -> None:
        """Take what is told, until cancelled."""
        await socket.send(watching(f"run:{self.teller.run_id}"))
        async for message in socket:
            assert isinstance(message, bytes)
            now, step = time.perf_counter(), last_step(message)
            self.sizes.append(len(message))
            for told in range(self.step + STEPS, step + 1, STEPS):
                self.delays_ms.append(1000 * (now - self.teller.told_at.get(told, now)))
            self.step = max(step, self.step)

    def begin(self) -> None:
        """Forget what was before."""
        self.delays_ms.clear()
        self.sizes.clear()


def live_address(app: App) -> str:
    """Return where the app's live channel is."""
    return app.url.replace("http", "ws") + "/live"


def watching(*topics: str) -> str:
    """Return what a page says to watch these topics and no others."""
    return json.dumps({"watch": topics, "language": "en"})


def last_step(message: bytes) -> int:
    """Return the last training step whose loss is in the message, 0 if there is none."""
    if not message:
        return 0
    header, payload = unpack(message)
    start = 0
    for key, length in header["parts"]:
        if key == "loss":
            loss, _ = unpack(payload[start : start + length])
            keys = loss.get("keys") or [series["key"] for series in loss["series"]]
            if "batch" in keys:
                count, first, *high = loss["a"][2 * keys.index("batch")]
                return int(high[0] if high else first + count - 1)
        start += length
    return 0


def cpu_s(pid: int) -> float:
    """Return the processor time that the process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def load(app: App, clients: int, runs: int, seconds: float) -> str:
    """Return the table's line for so many clients of so many runs."""
    (training,) = await begun(app, 1)
    tellers = [Teller(app) for _ in range(runs)]
    for teller in tellers:
        teller.start()
    followers = [Follower(tellers[i % runs]) for i in range(clients)]
    room = asyncio.Semaphore(TOGETHER)
    async with AsyncExitStack() as stack:
        tasks = []

        async def opened(follower: Follower) -> None:
            async with room:
                session = Session(follower.teller.run_id)
                await session.draw(await stack.enter_async_context(session.connected(app)))
                socket = await stack.enter_async_context(connect(live_address(app)))
                tasks.append(asyncio.create_task(follower.follow(socket)))

        await asyncio.gather(*map(opened, followers))
        await asyncio.sleep(SETTLED_S)
        for follower in followers:
            follower.begin()
        began, server_s, own_s = time.perf_counter(), cpu_s(app.process.pid), time.process_time()
        await asyncio.sleep(seconds)
        took = time.perf_counter() - began
        server, own = cpu_s(app.process.pid) - server_s, time.process_time() - own_s
        line = summary(followers, took, server, own)
        for task in tasks:
            assert not task.done(), task
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for teller in tellers:
        teller.is_over.set()
    app.store.order(training, command="stop")
    return line


def summary(followers: list[Follower], took: float, server_s: float, own_s: float) -> str:
    """Return one line of the table."""
    delays = sorted(delay for follower in followers for delay in follower.delays_ms)
    sizes = [size for follower in followers for size in follower.sizes]
    watched_s = took * len(followers)
    return (
        f"| {len(followers)} | {len(sizes) / watched_s:.1f} | {statistics.median(delays):.0f} "
        f"| {delays[int(0.95 * (len(delays) - 1))]:.0f} | {delays[-1]:.0f} | {statistics.mean(sizes) / 1000:.1f} "
        f"| {sum(sizes) / watched_s / 1000:.1f} | {100 * server_s / took:.0f}% | {100 * own_s / took:.0f}% |"
    )


def main() -> None:
    """Print the table's line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--clients", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args()
    with running_app() as app:
        line = asyncio.run(load(app, options.clients, options.runs, options.seconds))
    print(
        "| clients | messages a second each | median ms | p95 ms | slowest ms | mean KB | KB a second each "
        "| server's CPU | load's CPU |"
    )
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    print(line)


if __name__ == "__main__":
    main()
