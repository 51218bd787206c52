"""What a page may say to Streamlit: that it is to be drawn, that it uploads or takes a file, that it is still there.

Streamlit hears more, from everybody: to empty the caches of all visitors, those that hold the store and the engine
among them, and to ask git about the folder that the app lies in.
"""

import logging
from typing import Final

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from pages.server.base_path import prefix_of
from pages.server.identity import visitor_of

LOG: Final = logging.getLogger("inkling.access")

HEARD: Final = {"rerun_script", "stop_script", "file_urls_request", "app_heartbeat"}
MOST_FILES: Final = 500  # at once: for each an address is made, and a message has room for a million names
OPERATIONS: Final = {"deferred_file", "dataframe_chunk"}


class PageMessages:
    """ASGI middleware behind Identity that keeps from Streamlit what no page has to say; base_path: of the app."""

    def __init__(self, app: ASGIApp, base_path: str = "") -> None:
        self._app = app
        self._session = f"{prefix_of(base_path)}/_stcore/stream"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def hear() -> Message:
            while True:
                message = await receive()
                unheard = _unheard(message.get("bytes") or b"")
                if not unheard:
                    return message
                LOG.warning("refused: %s of a page by visitor %s", unheard, visitor_of(scope)[:8])

        is_session = scope["type"] == "websocket" and scope["path"] == self._session
        await self._app(scope, hear if is_session else receive, send)


def _unheard(said: bytes) -> str:
    """Return what the message is, if Streamlit is not to hear it; what is no message at all it refuses by itself."""
    try:
        message = BackMsg.FromString(said)
    except DecodeError:
        return ""
    kind = message.WhichOneof("type") or ""
    if len(message.file_urls_request.file_names) > MOST_FILES:
        return f"{kind} of too many files"  # not said: in the log
    if kind == "backend_operation_request":
        operation = message.backend_operation_request.WhichOneof("payload") or kind
        return "" if operation in OPERATIONS else operation
    return "" if kind in HEARD else kind
