"""A link on which a test holds back what the server says, for the browser tests."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, WebSocketRoute
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.polling import until


class SlowLink:
    """The page's websocket; while held, nothing that the server says reaches the page, or nothing that the page says.

    What the page says is heard in order, and all at once, when it is released.
    """

    def __init__(self, page: Page) -> None:
        self._page, self._is_held, self._is_page_held = page, False, False
        self._held: list[tuple[WebSocketRoute, str | bytes]] = []
        page.route_web_socket(re.compile("_stcore/stream"), self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        def hear(message: str | bytes) -> None:
            if self._is_held:
                self._held.append((socket, message))
            else:
                socket.send(message)

        def say(message: str | bytes) -> None:
            if self._is_page_held:
                self._held.append((server, message))
            else:
                server.send(message)

        server = socket.connect_to_server()
        server.on_message(hear)
        socket.on_message(say)

    def hold(self) -> None:
        self._is_held = True

    def hold_page(self) -> None:
        self._is_page_held = True

    def heard(self, kind: str) -> list[ForwardMsg]:
        """Return the messages of this kind that are held."""
        told = [ForwardMsg.FromString(data) for _, data in self._held if isinstance(data, bytes)]
        return [message for message in told if message.WhichOneof("type") == kind]

    def release(self) -> None:
        self._is_held = self._is_page_held = False
        for socket, message in self._held:
            socket.send(message)
        self._held.clear()

    def wait_for(self, condition: Callable[[], object], what: str) -> None:
        """Return once the condition is true; messages go to and fro meanwhile."""
        until(lambda: self._page.evaluate("true") and condition(), what)

    def wait_for_answer(self) -> None:
        """Return once the server has drawn the page once more."""
        done = len(self.heard("script_finished"))
        self.wait_for(lambda: len(self.heard("script_finished")) > done, "the page drawn once more")
