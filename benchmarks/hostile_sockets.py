"""One visitor opens 400 pages while others watch: `python -m benchmarks.hostile_sockets`.

Each that is let in has Train drawn again and again, as fast as it is; as many live channels are opened beside. Prints
the viewers' delays before, during and after, the memory of the app's processes, and how many sockets were let in.
Linux only.
"""

import argparse
import asyncio
from contextlib import AsyncExitStack, suppress
from functools import partial
from multiprocessing.connection import Connection

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from benchmarks.app_process import running_app
from benchmarks.page_client import AppAddress, Session, live_address, watching
from benchmarks.under_attack import attacked, cookie


def attack(sockets: int, seconds: float, app: AppAddress, pipe: Connection) -> None:
    """Open the sockets and draw for so long, as `under_attack.attacked` says."""
    pipe.recv()
    pipe.send(asyncio.run(_attack(sockets, seconds, app, pipe)))


async def _attack(sockets: int, seconds: float, app: AppAddress, pipe: Connection) -> list[str]:
    headers = {"cookie": await asyncio.to_thread(cookie, app)}
    pages, lives = [], 0
    async with AsyncExitStack() as stack:
        for _ in range(sockets):
            session = Session("softmax-mnist", headers=headers)
            with suppress(InvalidStatus):
                pages.append((session, await stack.enter_async_context(session.connected(app))))
            try:
                live = await stack.enter_async_context(
                    connect(live_address(app.url), additional_headers=headers)
                )
            except InvalidStatus:
                continue
            lives += 1
            await live.send(watching("run:softmax-mnist"))
        pipe.send("opened")
        await asyncio.to_thread(pipe.recv)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.gather(*(_draw_for_ever(session, page) for session, page in pages))
    drawn = sum(len(session.draw_ms) for session, _page in pages)
    return [
        f"{len(pages)} pages and {lives} live channels of {sockets} each were let in; pages were drawn {drawn} times"
    ]


async def _draw_for_ever(session: Session, page: object) -> None:
    while True:
        await session.draw(page)  # type: ignore[arg-type]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--viewers", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--sockets", type=int, default=400)
    options = parser.parse_args()
    with running_app() as app:
        drawing = partial(attack, options.sockets, options.seconds)
        asyncio.run(attacked(app, options.viewers, options.seconds, drawing))


if __name__ == "__main__":
    main()
