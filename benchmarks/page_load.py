"""What drawing a page costs: `python -m benchmarks.page_load [--clients 30] [--seconds 20]`.

Clients that speak Streamlit's websocket protocol open the Train page of a live run and have it drawn anew every three
seconds, as the change of a run's status has it. Prints bytes and milliseconds: from the request to the last message of
its answer. What a run's news cost is measured by benchmarks/live.py.
"""

import argparse
import asyncio
import statistics
import time

from benchmarks.app_process import App, begun, running_app
from benchmarks.page_client import Session

EVERY_S = 3.0


async def stay(session: Session, app: App, delay_s: float, seconds: float) -> None:
    """Open the page and have it drawn for `seconds`, at least once."""
    await asyncio.sleep(delay_s)
    async with session.connected(app) as socket:
        end = time.perf_counter() + seconds
        while True:
            due = time.perf_counter() + EVERY_S
            await session.draw(socket)
            if due > end:
                return
            await asyncio.sleep(max(0.0, due - time.perf_counter()))


async def load(app: App, clients: int, seconds: float) -> list[Session]:
    """Return the sessions once all have ended."""
    runs = await begun(app, 2)
    sessions = [Session(runs[i % len(runs)]) for i in range(clients)]
    delays = (EVERY_S * i / clients for i in range(clients))
    await asyncio.gather(*(stay(s, app, delay, seconds) for s, delay in zip(sessions, delays, strict=True)))
    for run_id in runs:
        app.store.order(run_id, command="stop")
    return sessions


def summary(sessions: list[Session]) -> str:
    """Return one line of the table."""
    ms = sorted(t for s in sessions for t in s.draw_ms[1:])
    first = statistics.median(s.draw_ms[0] for s in sessions)
    p95 = ms[int(0.95 * (len(ms) - 1))]
    size = statistics.median(b for s in sessions for b in s.draw_bytes)
    return (
        f"| {len(sessions)} | {len(ms)} | {first:.0f} | {statistics.median(ms):.0f} | {p95:.0f} | {ms[-1]:.0f} "
        f"| {size / 1000:.0f} |"
    )


def main() -> None:
    """Measure one client, then many."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--clients", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    with running_app() as app:
        alone = asyncio.run(load(app, 1, options.seconds))
        crowd = asyncio.run(load(app, options.clients, options.seconds))
    print("| clients | drawings | first, ms | median ms | p95 ms | slowest ms | KB |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    print(summary(alone))
    print(summary(crowd))


if __name__ == "__main__":
    main()
