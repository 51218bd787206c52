"""What watching costs: `python -m benchmarks.page_load [--clients 30] [--seconds 20]`.

Clients that speak Streamlit's websocket protocol open the Train page of a live run and, as a browser does, ask for
its ticking fragment once a second. Prints bytes and milliseconds per tick: from the request to the last message of
its answer.
"""

import argparse
import asyncio
import statistics
import time
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


@dataclass
class Watcher:
    """One client: the fragments it was told to ask for, and what each tick cost."""

    run_id: str
    query: str = ""  # of the page's address; empty = the run alone
    fragments: dict[str, float] = field(default_factory=dict)  # id -> seconds between two ticks
    widgets: dict[str, str] = field(default_factory=dict)  # label -> id of buttons and select boxes
    page_hash: str = ""
    page_bytes: int = 0
    tick_ms: list[float] = field(default_factory=list)
    tick_bytes: list[int] = field(default_factory=list)

    async def watch(self, app: App, delay_s: float, seconds: float) -> None:
        """Open the page and tick for `seconds`."""
        await asyncio.sleep(delay_s)
        address = app.url.replace("http", "ws") + "/_stcore/stream"
        async with connect(address, subprotocols=["streamlit"], max_size=None) as socket:  # type: ignore[list-item]
            _, self.page_bytes = await self._ask(socket, "")
            end = time.perf_counter() + seconds
            while time.perf_counter() < end and self.fragments:
                due = time.perf_counter() + min(self.fragments.values())
                for fragment in list(self.fragments):
                    elapsed_s, size = await self._ask(socket, fragment)
                    self.tick_ms.append(1000 * elapsed_s)
                    self.tick_bytes.append(size)
                await asyncio.sleep(max(0.0, due - time.perf_counter()))

    async def press(self, socket: ClientConnection, label: str) -> None:
        """Press the button whose label begins so."""
        button = next(id_ for name, id_ in self.widgets.items() if name.startswith(label))
        await self._ask(socket, "", WidgetState(id=button, trigger_value=True))

    async def choose(self, socket: ClientConnection, label: str, option: str) -> None:
        """Choose an option of the select box with this label."""
        await self._ask(socket, "", WidgetState(id=self.widgets[label], string_value=option))

    async def _ask(
        self, socket: ClientConnection, fragment: str, widget: WidgetState | None = None
    ) -> tuple[float, int]:
        """Request a run of the page or of a fragment; return (seconds, bytes) until it has finished."""
        request = BackMsg()
        request.rerun_script.query_string = self.query or f"run={self.run_id}"
        if widget is not None:
            request.rerun_script.widget_states.widgets.append(widget)
        request.rerun_script.page_script_hash = self.page_hash
        request.rerun_script.fragment_id = fragment
        request.rerun_script.is_auto_rerun = bool(fragment)
        started, size = time.perf_counter(), 0
        await socket.send(request.SerializeToString())
        while True:
            data = await asyncio.wait_for(socket.recv(), 60)
            assert isinstance(data, bytes)
            size += len(data)
            message = ForwardMsg.FromString(data)
            kind = message.WhichOneof("type")
            if kind == "auto_rerun":
                self.fragments[message.auto_rerun.fragment_id] = message.auto_rerun.interval
            elif kind == "new_session":
                self.page_hash = message.new_session.page_script_hash
                if not fragment:
                    self.fragments.clear()
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
                self.run_id = parse_qs(self.query).get("run", [""])[0]
            elif kind == "delta":
                self._note(message.delta.new_element)
            elif kind == "script_finished":
                if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    return time.perf_counter() - started, size
                fragment = ""  # the tick has asked for the whole page

    def _note(self, element: Element) -> None:
        """Note what may be pressed or chosen."""
        kind = element.WhichOneof("type")
        if kind in ("button", "selectbox"):
            widget = getattr(element, kind)
            self.widgets[widget.label] = widget.id


def live_runs(app: App, count: int) -> list[str]:
    """Return runs that train at a fixed pace; the first visitor starts the engine that takes them."""
    return [app.store.create(RUN, pace=PACE) for _ in range(count)]


async def load(app: App, clients: int, seconds: float) -> list[Watcher]:
    """Return the watchers once all have watched."""
    runs = live_runs(app, 2)
    await Watcher(runs[0]).watch(app, 0, 0)  # the server's first visitor pays for its imports
    deadline = time.monotonic() + 60
    while any(app.store.get(run_id).status != "running" for run_id in runs):
        assert time.monotonic() < deadline, "the runs do not begin"
        await asyncio.sleep(0.1)
    watchers = [Watcher(runs[i % len(runs)]) for i in range(clients)]
    await asyncio.gather(*(w.watch(app, i / clients, seconds) for i, w in enumerate(watchers)))
    for run_id in runs:
        app.store.order(run_id, command="stop")
    return watchers


def summary(watchers: list[Watcher]) -> str:
    """Return one line of a table for these watchers."""
    ms = sorted(t for w in watchers for t in w.tick_ms[1:])
    sizes = sorted(s for w in watchers for s in w.tick_bytes[1:])
    p95 = ms[int(0.95 * (len(ms) - 1))]
    return (
        f"| {len(watchers)} | {len(ms)} | {statistics.median(ms):.1f} | {p95:.1f} | {ms[-1]:.0f} "
        f"| {statistics.median(sizes) / 1000:.1f} | {sizes[-1] / 1000:.1f} "
        f"| {statistics.median(w.page_bytes for w in watchers) / 1000:.0f} |"
    )


def main() -> None:
    """Measure one client, then many."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--clients", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    with running_app() as app:
        alone = asyncio.run(load(app, 1, options.seconds / 2))
        crowd = asyncio.run(load(app, options.clients, options.seconds))
    print("| clients | ticks | median ms | p95 ms | slowest ms | median KB | largest KB | whole page KB |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    print(summary(alone))
    print(summary(crowd))


if __name__ == "__main__":
    main()
