"""What a page says to the server: both of its sockets, the live one of which can be cut."""

import json
import re
import time
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, WebSocketRoute
from streamlit.proto.BackMsg_pb2 import BackMsg


def see_tab(page: Page, *, hidden: bool) -> None:
    """Have the page take its tab for one that nobody sees, or that is seen again."""
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


@dataclass
class Links:
    """Both of the page's sockets; made before the page is opened."""

    page: Page
    is_cut: bool = False
    live: list[WebSocketRoute] = field(default_factory=list)
    asked: list[float] = field(
        default_factory=list
    )  # when the page asked for a run of its script, or a fragment's
    rested: list[float] = field(
        default_factory=list
    )  # when it asked for what stands behind an answer on Draw
    fragments: list[str] = field(default_factory=list)  # of which each of `asked` was, "" of the whole page
    said: list[dict[str, Any]] = field(default_factory=list)  # what it says it watches
    loses: int = 0  # so many of what it asks for from now on never reach the server

    def __post_init__(self) -> None:
        self.page.route_web_socket(re.compile("/live$"), self._live)
        self.page.route_web_socket(re.compile("_stcore/stream"), self._streamlit)

    def _live(self, socket: WebSocketRoute) -> None:
        if self.is_cut:
            socket.close()
            return
        server = socket.connect_to_server()
        self.live.append(socket)

        def hear(message: str | bytes) -> None:
            if "watch" in (said := json.loads(message)):
                self.said.append(said)
            server.send(message)

        socket.on_message(hear)

    def _streamlit(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def hear(message: str | bytes) -> None:
            assert isinstance(message, bytes)
            request = BackMsg.FromString(message)
            if request.WhichOneof("type") == "rerun_script":
                if b'"rested"' in message:
                    self.rested.append(time.monotonic())
                else:
                    self.asked.append(time.monotonic())
                    self.fragments.append(request.rerun_script.fragment_id)
                if self.loses:
                    self.loses -= 1
                    return
            server.send(message)

        socket.on_message(hear)

    def watches(self, *topics: str) -> bool:
        """Return whether the page watches these and no others."""
        return bool(self.said) and set(self.said[-1]["watch"]) == {*topics}

    def cut(self) -> None:
        self.is_cut = True
        for socket in self.live:
            socket.close()
