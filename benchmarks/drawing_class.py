"""A class that draws at once: `python -m benchmarks.drawing_class [--clients 30] [--every 2] [--seconds 60]`.

Starts the app on a passing store. So many clients, without browsers, open the Draw page and draw a digit every so many
seconds; like the page in a browser, each asks for the reasons once the pen has rested, unless --no-reasons. Prints the
milliseconds from a stroke's message to the bars that answer it and from the wish for reasons to their images, and how
much of a core the web process took for each stroke, reasons included.
"""

import argparse
import asyncio
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection

from benchmarks.app_process import App, running_app
from benchmarks.drawn_digit import drawn_on
from benchmarks.page_client import Session, trigger
from pages.draw.answered import REST_MS

SPARED = 3  # as in rest.js
WARM_STROKES = 2  # of each client, before it counts


@dataclass
class Pupil:
    """One client: what it draws, what it waits for, and how long that took."""

    number: int
    asks_why: bool
    session: Session
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    told: list[tuple[str, float]] = field(default_factory=list)  # what came, and when
    answer_ms: list[float] = field(default_factory=list)
    reason_ms: list[float] = field(default_factory=list)

    async def learn(self, app: App, every_s: float, until: float) -> None:
        """Open the page and draw until then."""
        rng = np.random.default_rng(self.number)
        async with self.session.connected(app) as socket:
            self.session.heard = self.hear  # type: ignore[method-assign]
            await self.session.draw(socket)
            reading = asyncio.create_task(self._read(socket))
            due = time.perf_counter() + every_s * (1 + self.number % 30 / 30)
            while time.perf_counter() < until:
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                due = max(due, time.perf_counter()) + every_s
                took_ms = await self._stroke(socket, rng)
                self.answer_ms.append(took_ms)
                await self._rest(socket, due, (REST_MS + SPARED * took_ms) / 1000)
            reading.cancel()

    async def _read(self, socket: ClientConnection) -> None:
        while True:
            data = await socket.recv()
            assert isinstance(data, bytes)
            self.hear(data)

    def hear(self, data: bytes) -> None:
        """Note what the page shows now."""
        message = ForwardMsg.FromString(data)
        if message.WhichOneof("type") == "delta" and (name := self.session.note(message.delta)):
            self.told.append((name, time.perf_counter()))
            self.changed.set()

    async def _stroke(self, socket: ClientConnection, rng: np.random.Generator) -> float:
        """Draw a digit in place of the one before; return the milliseconds until the bars come."""
        pad = self.session.components["pad_canvas"]
        self.session.chosen[pad.id] = drawn_on(pad, rng)
        return await self._ask(socket, pad.fragment, "answer_bars")

    async def _rest(self, socket: ClientConnection, due: float, rest_s: float) -> None:
        """Ask for the reasons once the pen has rested so long, as rest.js does, unless it is to draw before."""
        if not self.asks_why or due - time.perf_counter() < rest_s:
            return
        await asyncio.sleep(rest_s)
        behind, question = (self.session.components[name] for name in ("behind", "question"))
        wish = trigger(behind, "rested", question.data["question"])
        self.reason_ms.append(await self._ask(socket, behind.fragment, "evidence", wish))

    async def _ask(
        self, socket: ClientConnection, fragment: str, wanted: str, wish: WidgetState | None = None
    ) -> float:
        """Have a fragment drawn; return the milliseconds until the wanted component comes."""
        request = BackMsg()
        request.rerun_script.query_string = self.session.query
        request.rerun_script.page_script_hash = self.session.page_hash
        request.rerun_script.fragment_id = fragment
        request.rerun_script.widget_states.widgets.extend(self.session.chosen.values())
        if wish is not None:
            request.rerun_script.widget_states.widgets.append(wish)
        self.told.clear()
        sent = time.perf_counter()
        await socket.send(request.SerializeToString())
        while True:
            for name, when in self.told:
                if name == wanted:
                    return 1000 * (when - sent)
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), 60)


def cpu_s(pid: int) -> float:
    """Return the seconds of a core that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def taught(app: App, arguments: argparse.Namespace) -> str:
    """Return what a class of so many saw, as a row of a table."""
    query = f"run={arguments.run}"
    await Session(arguments.run, query=query, page="draw").visit(app)
    await asyncio.sleep(10)  # for what the server imports after its first page
    pupils = [
        Pupil(number, not arguments.no_reasons, Session(arguments.run, query=query, page="draw"))
        for number in range(arguments.clients)
    ]
    opening = 2.0 + 0.2 * arguments.clients
    until = time.perf_counter() + opening + arguments.seconds
    tasks = [asyncio.create_task(pupil.learn(app, arguments.every, until)) for pupil in pupils]
    await asyncio.sleep(opening + WARM_STROKES * arguments.every)
    for pupil in pupils:
        pupil.answer_ms.clear()
        pupil.reason_ms.clear()
    used, since = cpu_s(app.process.pid), time.perf_counter()
    await asyncio.gather(*tasks)
    used, took = cpu_s(app.process.pid) - used, time.perf_counter() - since
    answers = np.array([ms for pupil in pupils for ms in pupil.answer_ms])
    reasons = np.array([ms for pupil in pupils for ms in pupil.reason_ms])
    cells = [
        f"{arguments.clients}",
        f"{len(answers)}",
        *quantiles(answers),
        f"{len(reasons)}",
        *quantiles(reasons),
    ]
    return f"| {' | '.join([*cells, f'{1000 * used / len(answers):.0f}', f'{used / took:.2f}'])} |"


def quantiles(times: np.ndarray) -> list[str]:
    """Return median and 95th percentile as cells."""
    return [f"{np.percentile(times, q):.0f}" if len(times) else "" for q in (50, 95)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=30)
    parser.add_argument("--every", type=float, default=2.0, help="seconds between two strokes of a client")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--run", default="cnn-mnist")
    parser.add_argument("--no-reasons", action="store_true")
    arguments = parser.parse_args()
    with running_app() as app:
        row = asyncio.run(taught(app, arguments))
    print(
        "| clients | strokes | answer p50 ms | p95 | reasons | p50 ms | p95 | ms of a core a stroke | cores |"
    )
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    print(row)


if __name__ == "__main__":
    main()
