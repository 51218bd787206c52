"""Uploads that are held in memory: bounded for each visitor and in all, and let go of soon after their page is left.

One that comes too slowly is refused: what it will take is counted from its beginning.

Streamlit holds what was uploaded, used or not, as long as a session may come back: two minutes after its tab is gone.
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from core.config.app_settings import SettingsError
from core.config.units import MB
from core.i18n.translation import _
from core.runs import StoreError
from pages.server.base_path import prefix_of
from pages.server.client_address import address_of
from pages.server.cookies import lab, visitor_in
from pages.server.plain_page import read_by_asker
from pages.server.services import allowed

LEFT_S: Final = 15.0  # after its tab is gone, a session may come back: a phone that changes its network
PATIENCE_S: Final = 30.0  # for an upload that brings nothing
SLOWEST: Final = 10_000  # bytes a second after that, on average
TOO_SLOW: Final = 408
NOT_FOUND: Final = 404
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
    """ASGI middleware that refuses uploads for which there is no room, if it can before they are read.

    base_path: of the app.
    """

    def __init__(self, app: ASGIApp, base_path: str = "") -> None:
        prefix = prefix_of(base_path)
        self._app = app
        self._uploads = f"{prefix}/_stcore/upload_file/"
        self._stream = f"{prefix}/_stcore/stream"
        self._announced: dict[FileKey, int] = {}  # of those that come
        self._come: dict[FileKey, int] = {}
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
        elif scope["type"] == "http" and path.startswith(self._uploads) and not await self._may_remove(scope):
            await Response(status_code=NOT_FOUND)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _may_remove(self, scope: Scope) -> bool:
        """Return whether what a request asks of an upload is not to remove another visitor's."""
        owner = self._whose.get(self._key(scope))
        return scope["method"] != "DELETE" or owner is None or owner == await _whose(scope)

    def _key(self, scope: Scope) -> FileKey:
        session, _slash, file = scope["path"].removeprefix(self._uploads).partition("/")
        return session, file

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        key, size, whose = self._key(scope), bytes_to_come(scope), await _whose(scope)
        if status := self._lack(key, size, whose):
            with read_by_asker(scope):
                answer = JSONResponse(refusals()[status], status)
            await answer(scope, receive, send)
            return
        self._whose[key] = whose
        self._announced[key], self._come[key] = size, 0
        try:
            with suppress(ClientDisconnect):  # nobody waits for an answer
                await self._app(scope, self._in_bounds(key, scope, receive), send)
        finally:
            del self._announced[key], self._come[key]

    def _lack(self, key: FileKey, size: int, whose: str) -> int:
        """Return the status that refuses so many bytes more, 0 where there is room; for a single file there is."""
        held = dict(_held()) | self._announced
        self._whose = {known: name for known, name in self._whose.items() if known in held}
        own = sum(held[known] for known, name in self._whose.items() if name == whose)
        if key in self._announced or (own and own + size > allowed().held_uploads_mb_per_visitor * MB):
            return MOST_OF_VISITOR
        total = self._total()
        return MOST_OF_ALL if total and total + size > allowed().held_uploads_mb * MB else 0

    def _total(self) -> int:
        """Return how many bytes are held of all visitors. What is only announced takes nobody's room."""
        return sum((dict(_held()) | self._come).values())

    def _in_bounds(self, key: FileKey, scope: Scope, receive: Receive) -> Receive:
        """Return what receives an upload, and refuses it once it is too slow or others have taken the room."""
        began = asyncio.get_running_loop().time()

        async def received() -> Message:
            try:
                async with asyncio.timeout_at(began + PATIENCE_S + self._come[key] / SLOWEST):
                    message = await receive()
            except TimeoutError:
                raise _refused(TOO_SLOW, scope) from None
            self._come[key] += len(message.get("body", b""))
            total = self._total()
            if total > max(self._come[key], allowed().held_uploads_mb * MB):  # a single file always has room
                raise _refused(MOST_OF_ALL, scope)
            return message

        return received


def _refused(status: int, scope: Scope) -> HTTPException:
    with read_by_asker(scope):
        return HTTPException(status, refusals()[status])


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
