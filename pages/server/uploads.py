"""Uploads that are held in memory: bounded for each visitor and in all, and let go of soon after their page is left.

One that comes too slowly is refused: what it will take is counted from its beginning.

Streamlit holds what was uploaded, used or not, as long as a session may come back: two minutes after its tab is gone.
"""

import asyncio
from collections.abc import Iterator
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from core.config.app_settings import SettingsError
from core.config.units import MB
from core.i18n.translation import _
from core.runs import StoreError
from pages.server.base_path import prefix_of
from pages.server.identity import lab, visitor_in
from pages.server.newcomers import address_of
from pages.server.plain_page import read_by_asker
from pages.server.services import allowed

LEFT_S: Final = 15.0  # after its tab is gone, a session may come back: a phone that changes its network
PATIENCE_S: Final = 30.0  # for an upload that brings nothing
SLOWEST: Final = 10_000  # bytes a second after that, on average
TOO_SLOW: Final = 408
MOST_OF_VISITOR: Final = 429
MOST_OF_ALL: Final = 507
FileKey = tuple[str, str]  # session, file


def refusals() -> dict[int, str]:
    """Return what is said where there is no room, by the status of the answer."""
    return {
        TOO_SLOW: _("The file came too slowly. Choose it again, on a better connection if you can."),
        MOST_OF_VISITOR: _(
            "At most {most:size} of uploads are held for one visitor, and with this file yours would be more. Remove "
            "one that you no longer need, or open another page: a few seconds later what you uploaded is gone.",
            most=allowed().held_uploads_mb_per_visitor * MB,
        ),
        MOST_OF_ALL: _(
            "Inkling holds as many uploads as it may at the moment, {most:size} of all visitors together. Try again "
            "in a minute.",
            most=allowed().held_uploads_mb * MB,
        ),
    }


class RoomForUploads:
    """ASGI middleware that refuses uploads for which there is no room, before they are read; base_path: of the app."""

    def __init__(self, app: ASGIApp, base_path: str = "") -> None:
        prefix = prefix_of(base_path)
        self._app = app
        self._uploads = f"{prefix}/_stcore/upload_file/"
        self._stream = f"{prefix}/_stcore/stream"
        self._coming: dict[FileKey, int] = {}
        self._whose: dict[FileKey, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "websocket" and path == self._stream:
            try:
                await self._app(scope, receive, send)
            finally:
                asyncio.get_running_loop().call_later(LEFT_S, let_go_of_left)
        elif scope["type"] == "http" and scope["method"] == "PUT" and path.startswith(self._uploads):
            await self._take(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        session, _slash, file = scope["path"].removeprefix(self._uploads).partition("/")
        key, size, whose = (session, file), bytes_to_come(scope), await _whose(scope)
        if status := self._lack(key, size, whose):
            with read_by_asker(scope):
                answer = JSONResponse(refusals()[status], status)
            await answer(scope, receive, send)
            return
        self._whose[key] = whose
        self._coming[key] = size
        try:
            await self._app(scope, _in_time(scope, receive), send)
        finally:
            del self._coming[key]

    def _lack(self, key: FileKey, size: int, whose: str) -> int:
        """Return the status that refuses so many bytes more, 0 where there is room; for a single file there is."""
        held = dict(_held()) | self._coming
        self._whose = {known: name for known, name in self._whose.items() if known in held}
        own = sum(held[known] for known, name in self._whose.items() if name == whose)
        if key in self._coming or (own and own + size > allowed().held_uploads_mb_per_visitor * MB):
            return MOST_OF_VISITOR
        total = sum(held.values())
        return MOST_OF_ALL if total and total + size > allowed().held_uploads_mb * MB else 0


def _in_time(scope: Scope, receive: Receive) -> Receive:
    """Return what receives an upload and refuses it once it is too slow: the room that it takes is others', too."""
    loop = asyncio.get_running_loop()
    began, received = loop.time(), 0

    async def received_in_time() -> Message:
        nonlocal received
        try:
            async with asyncio.timeout_at(began + PATIENCE_S + received / SLOWEST):
                message = await receive()
        except TimeoutError:
            with read_by_asker(scope):
                raise HTTPException(TOO_SLOW, refusals()[TOO_SLOW]) from None
        received += len(message.get("body", b""))
        return message

    return received_in_time


def let_go_of_left() -> None:
    """Let go of the uploads of all sessions whose tab is gone."""
    if runtime.exists():
        server = runtime.get_instance()
        for session in {session for (session, _file), _size in _held()}:
            if not server.is_active_session(session):
                server.uploaded_file_mgr.remove_session_files(session)


def _held() -> Iterator[tuple[FileKey, int]]:
    """Yield the session and the id of each file that Streamlit holds, and its size in bytes."""
    manager = runtime.get_instance().uploaded_file_mgr if runtime.exists() else None
    if isinstance(manager, MemoryUploadedFileManager):
        for session, files in manager.file_storage.copy().items():
            yield from (((session, file), len(record.data)) for file, record in files.copy().items())


def bytes_to_come(scope: Scope) -> int:
    """Return how many bytes come at most: as the request says, else as many as a file may have.

    What comes in chunks is as long as its chunks are, whatever length it says beside.
    """
    headers = Headers(scope=scope)
    told = "" if "transfer-encoding" in headers else headers.get("content-length", "")
    return int(told) if told.isascii() and told.isdecimal() else int(allowed().upload_mb * MB)


async def _whose(scope: Scope) -> str:
    """Return who sends a request: the visitor of its cookie, else where it comes from."""
    try:
        await asyncio.to_thread(lab)
        name, _is_current = visitor_in(Headers(scope=scope).getlist("cookie"))
    except (StoreError, SettingsError):
        name = ""
    return name or address_of(scope)
