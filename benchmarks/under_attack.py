"""What viewers notice while somebody attacks the app: their delays, its memory and open files, before and after too.

The attackers run in a process of their own, as the viewers' delays would otherwise hold what it costs them. They open
their pages first, which a crowd without any malice does too, and begin when all have.
"""

import asyncio
import multiprocessing
import statistics
import time
import urllib.request
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from multiprocessing.connection import Connection
from typing import TypeVar

from benchmarks.app_process import App, begun
from benchmarks.live import SETTLED_S, Follower, Teller, ToldRun, opened_page
from benchmarks.page_client import AppAddress
from benchmarks.soak import processes

T = TypeVar("T")

TOGETHER = 8  # viewers that open the page at one time
LOOK_S = 0.5
MEMORY_BACK_S = (
    150.0  # Streamlit keeps a session, and what it uploaded, for two minutes after its page is gone
)
Attack = Callable[[AppAddress, Connection], None]


def cookie(app: AppAddress) -> str:
    """Return the cookie that the app gives a new visitor."""
    request = urllib.request.Request(app.url, headers={"accept": "text/html"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(answer.headers["set-cookie"]).partition(";")[0]


class Watch:
    """The most memory and files that the app has while one looks."""

    def __init__(self, app: App) -> None:
        self._app, self.most_mb, self.most_files = app, 0.0, 0

    def look(self) -> float:
        """Look once; return the megabytes of all its processes."""
        found = processes(self._app)
        mb = sum(process.uss_mb for process in found)
        self.most_mb = max(self.most_mb, mb)
        self.most_files = max(self.most_files, *(p.open_files for p in found if p.part == "web"))
        return mb

    async def go_on(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(LOOK_S)


async def phase(app: App, name: str, followers: list[Follower], work: Awaitable[T]) -> T:
    """Print one line of the table: what the viewers noticed while the work was done. Return what came of it."""
    for follower in followers:
        follower.begin()
    watch, began = Watch(app), time.perf_counter()
    looking = asyncio.create_task(watch.go_on())
    done = await work
    took = time.perf_counter() - began
    looking.cancel()
    delays = sorted(delay for follower in followers for delay in follower.delays_ms)
    p95 = delays[int(0.95 * (len(delays) - 1))]
    print(
        f"| {name} | {took:.0f} | {statistics.median(delays):.0f} | {p95:.0f} | {delays[-1]:.0f} "
        f"| {watch.most_mb:.0f} | {watch.most_files} |",
        flush=True,
    )
    return done


async def attacked(app: App, viewers: int, seconds: float, attack: Attack) -> None:
    """Print the table, and then what the attackers were told.

    `attack` can be pickled. Given the app and a pipe, it waits for a word, opens its pages, says so, waits for another,
    attacks, and sends what it was told as a list of sentences.
    """
    (training,) = await begun(app, 1)
    run = ToldRun(app, 0)
    teller = Teller([run])
    teller.start()
    followers: list[Follower] = []
    room = asyncio.Semaphore(TOGETHER)
    processes_apart = multiprocessing.get_context("spawn")
    pipe, theirs = processes_apart.Pipe()
    attackers = processes_apart.Process(target=attack, args=(AppAddress(app.url), theirs))
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:

        async def opened() -> None:
            async with room:
                follower, socket = await opened_page(app, run, stack)
                followers.append(follower)
                following.append(tasks.create_task(follower.follow(socket)))

        following: list[asyncio.Task[None]] = []
        await asyncio.gather(*(opened() for _ in range(viewers)))
        await asyncio.to_thread(attackers.start)
        await asyncio.sleep(SETTLED_S)
        print("| viewers | seconds | median ms | p95 ms | slowest ms | MB of all processes | files: web |")
        print("|---|---:|---:|---:|---:|---:|---:|")
        await phase(app, "before", followers, asyncio.sleep(seconds))
        pipe.send("open")
        await phase(app, "attackers open pages", followers, asyncio.to_thread(pipe.recv))
        await asyncio.sleep(SETTLED_S)
        pipe.send("attack")
        told = await phase(app, "attacked", followers, asyncio.to_thread(pipe.recv))
        attackers.join()
        await phase(app, "after", followers, asyncio.sleep(seconds))
        await asyncio.sleep(MEMORY_BACK_S)
        await phase(app, "later", followers, asyncio.sleep(seconds))
        for task in following:
            task.cancel()
    teller.is_over.set()
    app.store.order(training, command="stop")
    for line in sorted(set(told)):
        print(f"- {line}")
