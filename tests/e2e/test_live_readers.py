"""Readers that are slow, dead, or say rubbish: they slow nobody, and nothing is left of them."""

import asyncio
import json
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from benchmarks.page_client import live_address, watching
from core.config.run_config import RunConfig
from core.figures.binary_message import unpack
from core.live.hub import MOST_UNHEARD
from core.protocol.events import Event, Finished, Steps
from core.runs import Store
from tests.browser import App, end_app, start_app
from tests.core.runs.conftest import started, weights
from tests.polling import run_aside, until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="asks Linux what a process holds"),
]

GROWTH_MB = 60.0
LONGEST_S = 30.0


class Told(threading.Thread):
    """A run that says something ten times a second until it is over."""

    def __init__(self, store: Store) -> None:
        super().__init__(daemon=True)
        self.store, self.is_over = store, threading.Event()
        self.run_id = store.create(RunConfig(), queue=False)
        self.attempt = store.claim(self.run_id)
        self.step, self.told_at = 0, {0: time.monotonic()}
        self.say(started(total_steps=10**6))

    def say(self, *events: Event) -> None:
        assert self.attempt is not None
        self.store.append(self.run_id, self.attempt, events)

    def run(self) -> None:
        while not self.is_over.wait(0.1):
            self.step += 1
            values = weights(self.step).arrays["linear.bias"][:1] ** 2
            self.say(Steps(self.step, values, values, 0.1, 1.0, 100.0), weights(self.step, keep=False))
            self.told_at[self.step] = time.monotonic()
        self.say(Finished(self.step, "stopped", 1.0))
        self.store.leases.give_back(self.run_id)


@pytest.fixture(scope="module")
def house(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Return an app of one's own."""
    app = start_app(data_folder, tmp_path_factory.mktemp("readers") / "inkling.db")
    yield app
    end_app(app)


@pytest.fixture
def told(house: App) -> Iterator[Told]:
    """Return a run that goes on."""
    store = Store(f"sqlite:///{house.store}")
    run = Told(store)
    run.start()
    yield run
    run.is_over.set()
    run.join()
    store.close()


async def raw_reader(app: App, run: Told) -> socket.socket:
    """Return a socket that watches the run, with as little room in the kernel as there can be; it reads nothing."""
    loop, place = asyncio.get_running_loop(), urlsplit(app.url)
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.setblocking(False)
    await loop.sock_connect(reader, ("127.0.0.1", place.port))
    head = ("GET /live HTTP/1.1", f"Host: {place.netloc}", "Upgrade: websocket", "Connection: Upgrade")
    key = ("Sec-WebSocket-Key: aW5rbGluZyBpbmtsaW5nIQ==", "Sec-WebSocket-Version: 13", "", "")
    await loop.sock_sendall(reader, "\r\n".join(head + key).encode())
    said = watching(f"run:{run.run_id}").encode()
    assert len(said) < 126
    await loop.sock_sendall(reader, bytes([0x81, 0x80 | len(said), 0, 0, 0, 0]) + said)  # masked by zeros
    return reader


async def read_slowly(app: App, run: Told, taken: list[int]) -> None:
    """Read a hundred bytes ten times a second, for ever; note how many bytes there were."""
    while True:
        reader = await raw_reader(app, run)
        with reader, suppress(OSError):
            while data := await asyncio.get_running_loop().sock_recv(reader, 100):
                taken.append(len(data))
                await asyncio.sleep(0.1)


async def read_nothing(app: App, run: Told) -> None:
    """Be dead, for ever, as a laptop that sleeps; come back now and then."""
    while True:
        with await raw_reader(app, run):
            await asyncio.sleep(LONGEST_S + 5)


async def say_rubbish(app: App) -> None:
    """Say what nobody understands, as fast as it is taken."""
    rubbish = ["{", b"\xff" * 1000, '{"heard": "x"}', '{"heard": -7}', '{"watch": [1]}', "[" * 5000]
    while True:
        with suppress(ConnectionClosed, OSError):
            async with connect(live_address(app.url), max_queue=1) as link:
                for _ in range(200):
                    for words in rubbish:
                        await link.send(words)


async def follow(app: App, run: Told, count: int, delays_s: list[float]) -> None:
    """Follow the run as a page does for so many messages."""
    async with connect(live_address(app.url)) as link:
        await link.send(watching(f"run:{run.run_id}"))
        known = wholes = 0
        for number in range(1, count + 1):
            message = await link.recv()
            now = time.monotonic()
            await link.send(json.dumps({"heard": number}))
            if not message:
                continue
            assert isinstance(message, bytes)
            header, payload = unpack(message)
            sizes = dict(map(tuple, header["parts"]))
            if "loss" in sizes:
                start = sum(size for key, size in header["parts"][: list(sizes).index("loss")])
                loss = unpack(payload[start : start + sizes["loss"]])[0]
                wholes += bool(loss.get("whole"))
            step = run.step
            delays_s.append(now - run.told_at.get(step, now))
            known += 1
        assert known > count / 2
        assert wholes <= 2, "it was behind"


def held(app: App) -> tuple[int, float]:
    """Return (how many sockets the app holds open, its memory in MB)."""
    status = Path(f"/proc/{app.process.pid}/status").read_text()
    memory = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    sockets = 0
    for file in Path(f"/proc/{app.process.pid}/fd").iterdir():
        with suppress(OSError):  # it is closed
            sockets += str(file.readlink()).startswith("socket:")
    return sockets, int(memory.split()[1]) / 1000


@pytest.mark.long
@pytest.mark.parametrize("count", [60, 5_000])
def test_readers_that_take_little_slow_nobody_and_leave_nothing(house: App, told: Told, count: int) -> None:
    delays_s: list[float] = []
    taken: list[int] = []

    async def play() -> None:
        await follow(house, told, 20, [])
        before = held(house)
        others = [read_slowly(house, told, taken) for _ in range(3)]
        others += [read_nothing(house, told) for _ in range(3)] + [say_rubbish(house) for _ in range(2)]
        tasks = [asyncio.create_task(other) for other in others]
        await follow(house, told, count, delays_s)
        assert not any(task.done() for task in tasks), [task for task in tasks if task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        held_before.append(before)

    held_before: list[tuple[int, float]] = []
    run_aside(play, within_s=300 + count)
    ((before, memory_mb),) = held_before
    assert statistics.median(delays_s) < 1
    assert taken, "the slow ones read"
    until(lambda: held(house)[0] <= before, "their sockets to be closed")
    assert held(house)[1] < memory_mb + GROWTH_MB


def test_who_does_not_say_what_was_heard_is_sent_no_more(house: App, told: Told) -> None:
    """Whatever kernels and proxies would hold: so many messages are on their way, and then none."""
    got: list[object] = []

    async def play() -> None:
        async with connect(live_address(house.url)) as link:
            await link.send(watching(f"run:{told.run_id}"))

            async def take() -> None:
                while True:
                    got.append(await link.recv())

            taking = asyncio.create_task(take())
            await follow(house, told, 6 * MOST_UNHEARD, [])
            assert not taking.done()
            taking.cancel()

    run_aside(play)
    assert len(got) == MOST_UNHEARD
