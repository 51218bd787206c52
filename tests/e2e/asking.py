"""Whether the server still has something to answer that a page has asked of it."""

from playwright.sync_api import Page, WebSocket
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


class Asking:
    """Listens to a page from now on: `is_asked` while something that went to the server is not answered to the end."""

    def __init__(self, page: Page) -> None:
        self.is_asked = False
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        if not socket.url.endswith("/_stcore/stream"):
            return
        socket.on("framesent", lambda _frame: setattr(self, "is_asked", True))
        socket.on("framereceived", self._hear)

    def _hear(self, frame: str | bytes) -> None:
        if isinstance(frame, bytes) and ForwardMsg.FromString(frame).WhichOneof("type") == "script_finished":
            self.is_asked = False
