"""A class that trains at once: `python -m benchmarks.crowd [--clients 30] [--within 10] [--pace "Full speed"]`.

Clients, each a visitor of their own, open the Train page of one process of the app, press Train at even moments within
some seconds and watch their run by the live channel, while a bystander has a page drawn once a second. Prints when each
was shown the first trained step, when the runs were done, and what the workers' processor time amounts to.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass

import psutil
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.app_process import App, running_app
from benchmarks.live import SAID_EVERY, cpu_s
from benchmarks.page_client import Session, last_step, live_address, watching
from benchmarks.server_process import memory_mb
from benchmarks.under_attack import cookie
from core.config.environment import from_environment
from core.config.run_config import RunConfig
from core.figures.binary_message import unpack
from core.search import Searches
from core.search.search_space import Dimension, SearchPlan

WARM_S = 15.0  # after the first visit: what is imported later has been by then
PATIENCE_S = 900.0
MEMORY_EVERY_S = 5.0  # looking at it takes a while


@dataclass
class Pupil:
    """A visitor who trains: when Train was pressed, answered, and the first trained step shown."""

    session: Session
    pressed: float = 0.0
    answered_s: float = 0.0
    first_step_s: float = 0.0

    async def train(self, app: App, pace: str, at: float, ready: asyncio.Barrier) -> None:
        """Open the page, press Train `at` seconds after all are ready, and watch until the first step is shown."""
        async with AsyncExitStack() as stack:
            page = await stack.enter_async_context(self.session.connected(app))
            await self.session.draw(page)
            if pace:
                await self.session.choose(page, "Pace", pace)
            live = await stack.enter_async_context(
                connect(live_address(app.url), additional_headers=self.session.headers, max_size=None)
            )
            await ready.wait()
            await asyncio.sleep(at)
            self.pressed = time.perf_counter()
            await self.session.press(page, "Train")
            self.answered_s = time.perf_counter() - self.pressed
            await live.send(watching(f"run:{self.session.run_id}"))
            await self._watch(page, live)

    async def _watch(self, page: ClientConnection, live: ClientConnection) -> None:
        """Take what is told of the run, and have the page drawn anew when a message says so, to the run's end."""
        heard, drawn = 0, None
        async for message in live:
            assert isinstance(message, bytes)
            heard += 1
            if heard % SAID_EVERY == 0:
                await live.send(json.dumps({"heard": heard}))
            if not message:
                continue
            if not self.first_step_s and last_step(message) >= 1:
                self.first_step_s = time.perf_counter() - self.pressed
            marks = unpack(message)[0]["marks"]
            if drawn is not None and marks != drawn:
                await self.session.draw(page)
            drawn = marks
            if "finished" in str(marks):
                return


async def bystander(app: App, run_id: str, every_s: float = 1.0) -> list[float]:
    """Have the page of a run that is done drawn again and again, until cancelled; return the milliseconds."""
    session = Session(run_id, headers={"cookie": await asyncio.to_thread(cookie, app)})
    async with session.connected(app) as page:
        try:
            while True:
                await session.draw(page)
                await asyncio.sleep(every_s)
        except asyncio.CancelledError:
            return session.draw_ms[1:]


def workers_cpu_s(app: App) -> float:
    """Return the processor time of the runner and all processes that it has begun, those that ended included."""
    total = 0.0
    for process in psutil.Process(app.process.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it has just ended, and counts with its parent
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


async def crowd(app: App, options: argparse.Namespace) -> None:
    """Let the class train, and print what it saw."""
    query = "&".join(options.settings) or "epochs=10"
    if options.search:
        rates = Dimension("learning_rate", low=0.01, high=0.5)
        plan = SearchPlan(RunConfig(epochs=5), (rates,), trials=40, parallel=2)
        Searches(app.store).create(plan, owner="somebody", name="Forty trials")
    first = Session("", query=query, headers={"cookie": await asyncio.to_thread(cookie, app)})
    await first.visit(app)
    await asyncio.sleep(WARM_S)
    pupils = [
        Pupil(Session("", query=query, headers={"cookie": await asyncio.to_thread(cookie, app)}))
        for _ in range(options.clients)
    ]
    ready = asyncio.Barrier(options.clients)
    watcher = asyncio.create_task(bystander(app, "softmax-mnist"))
    before_s, web_s, own_s = workers_cpu_s(app), cpu_s(app.process.pid), time.process_time()
    apart_s = options.within / max(options.clients - 1, 1)
    tasks = [
        asyncio.create_task(pupil.train(app, options.pace, i * apart_s, ready))
        for i, pupil in enumerate(pupils)
    ]
    peak = await until_done(app, pupils, tasks)
    used_s = workers_cpu_s(app) - before_s
    web_s, own_s = cpu_s(app.process.pid) - web_s, time.process_time() - own_s
    watcher.cancel()
    rows = [app.store.get(pupil.session.run_id) for pupil in pupils]
    assert {row.status for row in rows} == {"finished"}, [row.status for row in rows]
    took = [(row.ended_at or 0) - row.created_at for row in rows]
    total_s = max(row.ended_at or 0 for row in rows) - min(row.created_at for row in rows)
    print(f"{options.clients} press Train within {options.within:g} s")
    print_line("page answered, s", [pupil.answered_s for pupil in pupils])
    print_line("first step shown, s", [pupil.first_step_s for pupil in pupils])
    print_line("pressed to done, s", took)
    print_line("bystander's page, ms", await watcher)
    cores = from_environment().core_count
    each = f"training {used_s:.1f} s, pages {web_s:.1f} s, these clients {own_s:.1f} s"
    print(
        f"all done after {total_s:.1f} s; processor time: {each}; training over {cores} cores {used_s / cores:.1f} s"
    )
    print(f"most memory: {peak[0]} processes with {peak[1]:.0f} MB beside the app's {peak[2]:.0f} MB")


async def until_done(
    app: App, pupils: list[Pupil], tasks: list[asyncio.Task[None]]
) -> tuple[int, float, float]:
    """Wait until every run has ended; return the most memory that was in use."""
    peak, deadline = (0, 0.0, 0.0), time.monotonic() + PATIENCE_S
    while not all(task.done() for task in tasks) or not all(
        app.store.get(pupil.session.run_id).has_ended for pupil in pupils
    ):
        assert time.monotonic() < deadline, "the runs do not end"
        await asyncio.sleep(MEMORY_EVERY_S)
        peak = max(peak, await asyncio.to_thread(memory_mb, app.process.pid), key=lambda used: used[1])
    await asyncio.gather(*tasks)
    return peak


def print_line(name: str, values: Sequence[float]) -> None:
    """Print median, 95th percentile and extremes."""
    ordered = sorted(values)
    p95 = ordered[int(0.95 * (len(ordered) - 1))]
    print(
        f"{name}: median {statistics.median(ordered):.2f}, p95 {p95:.2f}, from {ordered[0]:.2f} to {ordered[-1]:.2f}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--clients", type=int, default=30)
    parser.add_argument("--within", type=float, default=10.0, help="seconds in which all press Train")
    parser.add_argument("--pace", default="", help="as the page names it, such as “Full speed”")
    parser.add_argument("--search", action="store_true", help="a search of 40 trials goes on beside")
    parser.add_argument("settings", nargs="*", help="such as model=mlp epochs=5")
    options = parser.parse_args()
    with running_app() as app:
        asyncio.run(crowd(app, options))


if __name__ == "__main__":
    main()
