"""What following a run costs: `python -m benchmarks.live [--clients 30] [--seconds 20] [--runs 1]`.

Clients hold a Streamlit session and a live socket each, as a page does, on one process of the app, and have the page
drawn anew when a message says so. What they follow is told to the store here, ten times a second as a worker would, so
that it is known when each event was written; a run that really trains shares the cores. Prints how long after its
writing a client has been told of an event, what that takes, and how long drawing the page takes when the runs end.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import threading
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.app_process import RUN, App, begun, running_app
from benchmarks.page_client import Session, last_step, live_address, watching
from core.figures.binary_message import unpack
from core.protocol.events import Evaluated, Event, Finished, Started, Steps, Weights
from core.runs import StoreBusy

TELL_S = 0.1
STEPS = 12  # told at once
SAID_EVERY = 2  # messages: a page says every half second how many it has heard
TOGETHER = 8  # clients that open the page at one time
SETTLED_S = 8.0  # what is imported later has been by then
END_S = 180.0  # for the pages to be drawn anew when the runs end


class ToldRun:
    """A run that says what a paced one says: steps, weights that drift, an evaluation every 240 steps."""

    def __init__(self, app: App, seed: int) -> None:
        self.store, self.told_at = app.store, {0: time.perf_counter()}  # last step -> when it was written
        self.run_id = self.store.create(RUN, queue=False)
        self.attempt = self.store.claim(self.run_id)
        self.noise = np.random.default_rng(seed)
        self.step, total = 0, RUN.epochs * 600
        self.weights = {
            "linear.weight": np.zeros((10, 784), np.float32),
            "linear.bias": np.zeros(10, np.float32),
        }
        self._append([Started(0, total, 600, 60_000, "test", 10_000, 7850, "closed-form", 1)])

    def go_on(self) -> None:
        """Say what a tenth of a second brings."""
        first, self.step = self.step + 1, self.step + STEPS
        self.weights["linear.weight"] += self.noise.normal(0, 0.002, (10, 784)).astype(np.float32)
        values = self.noise.random(STEPS, np.float32)
        news: list[Event] = [Steps(first, values, values, 0.1, self.step / 120, 12_000.0)]
        news.append(Weights(self.step, dict(self.weights), False))
        if self.step % 240 == 0:
            strip = self.noise.integers(0, 10, 20)
            news.append(Evaluated(self.step, "test", float(values[0]), float(values[1]), strip))
        self._append(news)
        self.told_at[self.step] = time.perf_counter()

    def end(self) -> None:
        """Say the last word."""
        self._append([Finished(self.step, "finished", self.step / 120)])
        self.store.leases.give_back(self.run_id)

    def _append(self, news: list[Event]) -> None:
        while True:
            try:
                return self.store.append(self.run_id, self.attempt, news)
            except StoreBusy:  # a worker tries again, too
                pass


class Teller(threading.Thread):
    """Lets runs go on, ten times a second each, by turns, and ends them."""

    def __init__(self, runs: list[ToldRun]) -> None:
        super().__init__(daemon=True)
        self.runs, self.is_over = runs, threading.Event()

    def run(self) -> None:
        due = time.perf_counter()
        while not self.is_over.wait(max(0.0, due - time.perf_counter())):
            due = max(due + TELL_S / len(self.runs), time.perf_counter() - TELL_S)
            run = self.runs.pop(0)
            run.go_on()
            self.runs.append(run)
        for run in self.runs:
            run.end()


@dataclass
class Follower:
    """A client that follows a run: what it was sent, when, and how long it took to have the page drawn anew."""

    run: ToldRun
    session: Session
    page: ClientConnection
    told: dict[int, float] = field(default_factory=dict)  # last step -> when it was told
    sizes: list[int] = field(default_factory=list)
    step: int = 0
    heard: int = 0
    redrawn_ms: list[float] = field(default_factory=list)

    async def follow(self, socket: ClientConnection) -> None:
        """Take what is told, until cancelled."""
        await socket.send(watching(f"run:{self.run.run_id}"))
        drawn = None
        async for message in socket:
            assert isinstance(message, bytes)
            now = time.perf_counter()
            self.sizes.append(len(message))
            self.heard += 1
            if self.heard % SAID_EVERY == 0:
                await socket.send(json.dumps({"heard": self.heard}))
            if not message:
                continue
            header, step = unpack(message)[0], last_step(message)
            for told in range(self.step + STEPS, step + 1, STEPS):
                self.told[told] = now
            self.step = max(step, self.step)
            if header["marks"] != (drawn or header["marks"]):
                await asyncio.sleep(random.random() * header["spread"])  # as live.js has it
                await self.session.draw(self.page)
                self.redrawn_ms.append(self.session.draw_ms[-1])
            drawn = header["marks"]

    def begin(self) -> None:
        """Forget what was before."""
        self.told.clear()
        self.sizes.clear()

    @property
    def delays_ms(self) -> list[float]:
        """How long after its writing each event was told."""
        return [max(0.0, 1000 * (at - self.run.told_at[told])) for told, at in self.told.items()]


async def opened_page(app: App, run: ToldRun, stack: AsyncExitStack) -> tuple[Follower, ClientConnection]:
    """Return who follows the run on a page that has been drawn, and its live channel, open until the stack ends."""
    session = Session(run.run_id)
    page = await stack.enter_async_context(session.connected(app))
    await session.draw(page)
    return Follower(run, session, page), await stack.enter_async_context(connect(live_address(app.url)))


def cpu_s(pid: int) -> float:
    """Return the processor time that the process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def load(app: App, clients: int, runs: int, seconds: float) -> str:
    """Return the table's line for so many clients of so many runs."""
    (training,) = await begun(app, 1)
    told = [ToldRun(app, seed) for seed in range(runs)]
    teller = Teller([*told])
    teller.start()
    followers: list[Follower] = []
    tasks: list[asyncio.Task[None]] = []
    room = asyncio.Semaphore(TOGETHER)
    async with AsyncExitStack() as stack:

        async def opened(run: ToldRun) -> None:
            async with room:
                follower, socket = await opened_page(app, run, stack)
                followers.append(follower)
                tasks.append(asyncio.create_task(follower.follow(socket)))

        await asyncio.gather(*(opened(told[i % runs]) for i in range(clients)))
        await asyncio.sleep(SETTLED_S)
        for follower in followers:
            follower.begin()
        began, server_s, own_s = time.perf_counter(), cpu_s(app.process.pid), time.process_time()
        await asyncio.sleep(seconds)
        took = time.perf_counter() - began
        server, own = cpu_s(app.process.pid) - server_s, time.process_time() - own_s
        line = summary(followers, took, server, own)
        assert teller.is_alive()
        teller.is_over.set()
        async with asyncio.timeout(END_S):
            while not all(follower.redrawn_ms for follower in followers):
                await asyncio.sleep(0.1)
        drawn = sorted(ms for follower in followers for ms in follower.redrawn_ms)
        line += f" {drawn[int(0.95 * (len(drawn) - 1))]:.0f} | {drawn[-1]:.0f} |"
        for task in tasks:
            assert not task.done(), task
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    app.store.order(training, command="stop")
    return line


def summary(followers: list[Follower], took: float, server_s: float, own_s: float) -> str:
    """Return one line of the table."""
    delays = sorted(delay for follower in followers for delay in follower.delays_ms)
    assert delays, "nobody was told of anything"
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
        "| server's CPU | load's CPU | page drawn anew at the end, p95 ms | slowest ms |"
    )
    print("|---:" * 11 + "|")
    print(line)


if __name__ == "__main__":
    main()
