"""What a page says and hears, without a browser: Streamlit's websocket protocol, and the live channel's."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.app_process import App, AppAddress
from core.config.run_config import RunConfig
from core.figures.binary_message import decode_arrays, unpack

RUN = RunConfig(epochs=50, eval_every=200)
PACE = "steps:120"


@dataclass
class Session:
    """One client: what the page holds for it, and what each drawing cost."""

    run_id: str
    query: str = ""  # of the page's address; empty = the run alone
    headers: dict[str, str] = field(default_factory=dict)  # such as a cookie
    id: str = ""  # Streamlit's, which a browser that was cut off resumes it by
    page: str = ""  # its name in the address
    patience_s: float = 60.0
    widgets: dict[str, str] = field(default_factory=dict)  # label -> id of buttons and select boxes
    chosen: dict[str, WidgetState] = field(
        default_factory=dict
    )  # which a browser says again with every request
    page_hash: str = ""
    draw_ms: list[float] = field(default_factory=list)
    draw_bytes: list[int] = field(default_factory=list)

    @asynccontextmanager
    async def connected(self, app: AppAddress) -> AsyncIterator[ClientConnection]:
        """Hold a connection to the page."""
        address = app.url.replace("http", "ws") + "/_stcore/stream"
        protocols = ["streamlit", *(("unused", self.id) if self.id else ())]
        how: dict[str, Any] = {"subprotocols": protocols, "max_size": None}
        async with connect(address, additional_headers=self.headers, **how) as socket:
            yield socket

    async def visit(self, app: AppAddress) -> None:
        """Open the page, have it drawn, and leave."""
        async with self.connected(app) as socket:
            await self.draw(socket)

    async def press(self, socket: ClientConnection, label: str) -> None:
        """Press the button whose label begins so."""
        button = next(id_ for name, id_ in self.widgets.items() if name.startswith(label))
        await self.draw(socket, WidgetState(id=button, trigger_value=True))

    async def choose(self, socket: ClientConnection, label: str, option: str) -> None:
        """Choose an option of the select box with this label."""
        await self.draw(socket, WidgetState(id=self.widgets[label], string_value=option))

    async def pick(self, socket: ClientConnection, label: str, option: str) -> None:
        """Pick an option of the row of buttons with this label."""
        state = WidgetState(id=self.widgets[label])
        state.string_array_value.data.append(option)
        await self.draw(socket, state)

    async def draw(self, socket: ClientConnection, widget: WidgetState | None = None) -> None:
        """Have the page drawn, and note the milliseconds and bytes until it was."""
        request = BackMsg()
        request.rerun_script.query_string = self.query or f"run={self.run_id}"
        if widget is not None and not widget.trigger_value:
            self.chosen[widget.id] = widget
        request.rerun_script.widget_states.widgets.extend(self.chosen.values())
        if widget is not None and widget.trigger_value:
            request.rerun_script.widget_states.widgets.append(widget)
        if self.page:
            request.rerun_script.page_name = self.page
        else:
            request.rerun_script.page_script_hash = self.page_hash
        started, size = time.perf_counter(), 0
        await socket.send(request.SerializeToString())
        while True:
            data = await asyncio.wait_for(socket.recv(), self.patience_s)
            assert isinstance(data, bytes)
            size += len(data)
            self.heard(data)
            message = ForwardMsg.FromString(data)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.page_hash = message.new_session.page_script_hash
                self.id = message.new_session.initialize.session_id
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
                self.run_id = parse_qs(self.query).get("run", [""])[0]
            elif kind == "delta":
                self._note(message.delta.new_element)
            elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                break
        self.draw_ms.append(1000 * (time.perf_counter() - started))
        self.draw_bytes.append(size)

    def heard(self, data: bytes) -> None:
        """Take note of what the server says."""

    def _note(self, element: Element) -> None:
        """Note what may be pressed or chosen."""
        kind = element.WhichOneof("type")
        if kind in ("button", "selectbox", "button_group", "file_uploader"):
            widget = getattr(element, kind)
            self.widgets[widget.label] = widget.id


def live_address(url: str) -> str:
    """Return where the live channel of the app at `url` is."""
    return url.replace("http", "ws") + "/live"


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
            loss, points = unpack(payload[start : start + length])
            keys = loss.get("keys") or [series["key"] for series in loss["series"]]
            if "batch" in keys:
                steps = decode_arrays(loss["a"], points)[2 * keys.index("batch")]
                return int(steps[-1]) if len(steps) else 0
        start += length
    return 0


async def begun(app: App, count: int) -> list[str]:
    """Return runs that train at a fixed pace; the first visitor starts the engine that takes them."""
    runs = [app.store.create(RUN, pace=PACE) for _ in range(count)]
    await Session(runs[0]).visit(app)  # the server's first visitor pays for its imports
    deadline = time.monotonic() + 60
    while any(app.store.get(run_id).status != "running" for run_id in runs):
        assert time.monotonic() < deadline, "the runs do not begin"
        await asyncio.sleep(0.1)
    return runs
