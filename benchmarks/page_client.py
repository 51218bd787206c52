"""What a page says and hears, without a browser: Streamlit's websocket protocol, and the live channel's."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from core.figures.binary_message import decode_arrays, unpack


@dataclass
class AppAddress:
    """Where an app is: all that a client in another process needs of it."""

    url: str


@dataclass(frozen=True)
class Component:
    """A component as the page shows it: its id, its script's name, the fragment it stands in, and its data."""

    id: str
    script: str  # such as "inkling_live"
    fragment: str
    data: dict[str, Any]
    message: bytes  # data that are bytes


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
    options: dict[str, list[str]] = field(default_factory=dict)  # label -> what a select box offers
    components: dict[str, Component] = field(default_factory=dict)  # by the last part of their keys
    troubles: list[str] = field(default_factory=list)  # what the page says is wrong
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
        button = next((id_ for name, id_ in self.widgets.items() if name.startswith(label)), "")
        if not button:
            raise LookupError(f"The page has no button “{label}”.")
        await self.draw(socket, WidgetState(id=button, trigger_value=True))

    async def choose(self, socket: ClientConnection, label: str, option: str) -> None:
        """Choose an option of the select box with this label."""
        await self.draw(socket, WidgetState(id=self.widgets[label], string_value=option))

    async def pick(self, socket: ClientConnection, label: str, option: str) -> None:
        """Pick an option of the row of buttons with this label."""
        state = WidgetState(id=self.widgets[label])
        state.string_array_value.data.append(option)
        await self.draw(socket, state)

    async def go(self, socket: ClientConnection, page: str, query: str = "") -> None:
        """Open another page of the app in this tab, "" for the first one; what was chosen on this page stays here."""
        self.page, self.page_hash, self.query = page, "", query or self.query
        self.chosen.clear()
        self.widgets.clear()
        await self.draw(socket)
        self.page = ""  # a server may send this tab to another

    async def draw(
        self, socket: ClientConnection, widget: WidgetState | None = None, fragment: str = ""
    ) -> None:
        """Have the page, or a fragment of it, drawn, and note the milliseconds and bytes until it was."""
        request = BackMsg()
        request.rerun_script.fragment_id = fragment
        request.rerun_script.query_string = self.query or (f"run={self.run_id}" if self.run_id else "")
        is_trigger = widget is not None and (widget.trigger_value or bool(widget.json_trigger_value))
        if widget is not None and not is_trigger:
            self.chosen[widget.id] = widget
        request.rerun_script.widget_states.widgets.extend(self.chosen.values())
        if widget is not None and is_trigger:
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
                self.id = message.new_session.initialize.session_id
                self.troubles.clear()
                if not fragment:
                    self.components.clear()
            elif kind == "navigation":
                self.page_hash = message.navigation.page_script_hash
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
                self.run_id = parse_qs(self.query).get("run", [""])[0]
            elif kind == "delta":
                self.note(message.delta)
            elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                break
        self.draw_ms.append(1000 * (time.perf_counter() - started))
        self.draw_bytes.append(size)

    def heard(self, data: bytes) -> None:
        """Take note of what the server says."""

    def note(self, delta: Delta) -> str:
        """Note what may be pressed or chosen, and what is wrong; return the name of the component, if it is one."""
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind in ("button", "selectbox", "button_group", "file_uploader"):
            widget = getattr(element, kind)
            self.widgets[widget.label] = widget.id
            if kind == "selectbox":
                self.options[widget.label] = [*widget.options]
        elif kind == "exception" or (kind == "alert" and element.alert.format == Alert.ERROR):
            self.troubles.append(element.exception.message or element.alert.body)
        elif kind == "bidi_component":
            name = element.bidi_component.id.rpartition("-")[2]
            self.components[name] = component_of(delta)
            return name
        return ""


def component_of(delta: Delta) -> Component:
    """Return the component that the page shows now."""
    shown = delta.new_element.bidi_component
    data = shown.mixed.json or shown.json
    return Component(
        shown.id, shown.component_name, delta.fragment_id, json.loads(data) if data else {}, shown.bytes
    )


def trigger(component: Component, event: str, value: object) -> WidgetState:
    """Return what a browser says once a component's script has told of an event."""
    told = json.dumps([{"event": event, "value": value}])
    return WidgetState(id=_make_trigger_id(component.id, "events"), json_trigger_value=told)


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
