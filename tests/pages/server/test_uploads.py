"""How slowly an upload may come, without a server; what is held in all is tried in a browser."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Message

from pages.server import uploads
from pages.server.services import allowed
from pages.server.uploads import TOO_SLOW, RoomForUploads, refusals
from tests.asgi import Answer, ask

PATH = "/_stcore/upload_file/session/file"
SIZE = 4_000


async def told_size(request: Request) -> PlainTextResponse:
    """Answer with how many bytes have come."""
    return PlainTextResponse(str(len(await request.body())))


def upload(receive: Callable[[], Awaitable[Message]]) -> Answer:
    inner = Starlette(routes=[Route(PATH, told_size, methods=["PUT"])])
    headers = {"content-length": str(SIZE)}
    return ask(RoomForUploads(inner), PATH, method="PUT", headers=headers, receive=receive)


def coming(chunk: int, pause_s: float) -> Callable[[], Awaitable[Message]]:
    """Return what brings so many bytes after each pause, until all have come."""
    left = SIZE

    async def receive() -> Message:
        nonlocal left
        await asyncio.sleep(pause_s)
        left -= chunk
        return {"type": "http.request", "body": bytes(chunk), "more_body": left > 0}

    return receive


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PATIENCE_S", 0.5)


@pytest.mark.parametrize(
    "receive", [coming(SIZE, 3600), coming(1, 0.01)], ids=["nothing comes", "a byte now and then"]
)
def test_an_upload_that_is_too_slow_is_refused_in_words(
    receive: Callable[[], Awaitable[Message]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "SLOWEST", 1e6)
    answer = upload(receive)
    assert (answer.status, answer.text) == (TOO_SLOW, refusals()[TOO_SLOW])


def test_one_that_brings_enough_may_take_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "SLOWEST", 100)  # ten seconds for each 1,000 bytes
    assert upload(coming(1_000, 0.25)).text == str(SIZE)


def test_what_comes_in_chunks_is_counted_as_a_whole_file_whatever_length_it_tells() -> None:
    most = int(allowed().upload_mb * 1e6)
    for headers, counted in (
        ({"content-length": "7"}, 7),
        ({"transfer-encoding": "chunked"}, most),
        ({"transfer-encoding": "chunked", "content-length": "7"}, most),
        ({"content-length": "-7"}, most),
    ):
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        assert uploads.bytes_to_come({"type": "http", "headers": pairs}) == counted, headers
