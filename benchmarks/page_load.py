"""What drawing a page costs: `python -m benchmarks.page_load [--clients 30] [--seconds 20]`.

Clients that speak Streamlit's websocket protocol open the Train page of a live run and have it drawn anew every three
seconds, as the change of a run's status has it. Prints bytes and milliseconds: from the request to the last message of
its answer. What a run's news cost is measured by benchmarks/live.py.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.app_process import App, running_app
from core.config.run_config import RunConfig

RUN = RunConfig(epochs=50, eval_every=200)
PACE = "steps:120"
EVERY_S = 3.0


@dataclass
class Session:
    """One client: what the page holds for it, and what each drawing cost."""

    run_id: str
    query: str = ""  # of the page's address; empty = the run alone
    widgets: dict[str, str] = field(default_factory=dict)  # label -> id of buttons and select boxes
    page_hash: str = ""
    draw_ms: list[float] = field(default_factory=list)
    draw_bytes: list[int] = field(default_factory=list)

    @asynccontextmanager
    async def connected(self, app: App) -> AsyncIterator[ClientConnection]:
        """Hold a connection to the page."""
        address = app.url.replace("http", "ws") + "/_stcore/stream"
        async with connect(address, subprotocols=["streamlit"], max_size=None) as socket:  # type: ignore[list-item]
            yield socket

    async def stay(self, app: App, delay_s: float, seconds: float) -> None:
        """Open the page and have it drawn for `seconds`, at least once."""
        await asyncio.sleep(delay_s)
        async with self.connected(app) as socket:
            end = time.perf_counter() + seconds
            while True:
                due = time.perf_counter() + EVERY_S
                await self.draw(socket)
                if due > end:
                    return
                await asyncio.sleep(max(0.0, due - time.perf_counter()))

    async def press(self, socket: ClientConnection, label: str) -> None:
        """Press the button whose label begins so."""
        button = next(id_ for name, id_ in self.widgets.items() if name.startswith(label))
        await self.draw(socket, WidgetState(id=button, trigger_value=True))

    async def choose(self, socket: ClientConnection, label: str, option: str) -> None:
        """Choose an option of the select box with this label."""
        await self.draw(socket, WidgetState(id=self.widgets[label], string_value=option))

    async def draw(self, socket: ClientConnection, widget: WidgetState | None = None) -> None:
        """Have the page drawn, and note the milliseconds and bytes until it was."""
        request = BackMsg()
        request.rerun_script.query_string = self.query or f"run={self.run_id}"
        if widget is not None:
            request.rerun_script.widget_states.widgets.append(widget)
        request.rerun_script.page_script_hash = self.page_hash
        started, size = time.perf_counter(), 0
        await socket.send(request.SerializeToString())
        while True:
            data = await asyncio.wait_for(socket.recv(), 60)
            assert isinstance(data, bytes)
            size += len(data)
            message = ForwardMsg.FromString(data)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.page_hash = message.new_session.page_script_hash
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
                self.run_id = parse_qs(self.query).get("run", [""])[0]
            elif kind == "delta":
                self._note(message.delta.new_element)
            elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                break
        self.draw_ms.append(1000 * (time.perf_counter() - started))
        self.draw_bytes.append(size)

    def _note(self, element: Element) -> None:
        """Note what may be pressed or chosen."""
        kind = element.WhichOneof("type")
        if kind in ("button", "selectbox"):
            widget = getattr(element, kind)
            self.widgets[widget.label] = widget.id


async def begun(app: App, count: int) -> list[str]:
    """Return runs that train at a fixed pace; the first visitor starts the engine that takes them."""
    runs = [app.store.create(RUN, pace=PACE) for _ in range(count)]
    await Session(runs[0]).stay(app, 0, 0)  # the server's first visitor pays for its imports
    deadline = time.monotonic() + 60
    while any(app.store.get(run_id).status != "running" for run_id in runs):
        assert time.monotonic() < deadline, "the runs do not begin"
        await asyncio.sleep(0.1)
    return runs


async def load(app: App, clients: int, seconds: float) -> list[Session]:
    """Return the sessions once all have ended."""
    runs = await begun(app, 2)
    sessions = [Session(runs[i % len(runs)]) for i in range(clients)]
    delays = (EVERY_S * i / clients for i in range(clients))
    await asyncio.gather(*(s.stay(app, delay, seconds) for s, delay in zip(sessions, delays, strict=True)))
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
