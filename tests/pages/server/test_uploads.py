"""How slowly an upload may come, without a server; what is held in all is tried in a browser."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Message, Receive

from pages.server import uploads
from pages.server.services import allowed
from pages.server.uploads import MOST_OF_ALL, TOO_SLOW, RoomForUploads, refusals
from tests.asgi import Answer, ask, asked
from tests.polling import run_aside

PATH = "/_stcore/upload_file/session/file"
SIZE = 4_000


async def told_size(request: Request) -> PlainTextResponse:
    """Answer with how many bytes have come."""
    return PlainTextResponse(str(len(await request.body())))


def upload(receive: Callable[[], Awaitable[Message]]) -> Answer:
    headers = {"content-length": str(SIZE)}
    return ask(app(), PATH, method="PUT", headers=headers, receive=receive)


def app() -> RoomForUploads:
    return RoomForUploads(Starlette(routes=[Route("/{path:path}", told_size, methods=["PUT"])]))


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


async def silent() -> Message:
    await asyncio.sleep(3600)
    raise AssertionError


async def put(door: RoomForUploads, receive: Receive, number: int, announced: int) -> int:
    """Upload a file to the door, from an address of its own; return the answer's status."""
    headers = {"content-length": str(announced)}
    client = (f"192.0.2.{number}", 4000)
    answer = await asked(
        door, f"{PATH}{number}", method="PUT", headers=headers, receive=receive, client=client
    )
    return answer.status


def test_what_is_only_announced_takes_nobodys_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PATIENCE_S", 3600)
    monkeypatch.setattr(uploads, "allowed", lambda: replace(allowed(), held_uploads_mb=2 * SIZE / 1e6))

    async def play() -> None:
        door = app()
        waiting = [asyncio.ensure_future(put(door, silent, number, SIZE)) for number in range(9)]
        await asyncio.sleep(0)
        assert await put(door, coming(SIZE, 0), 100, SIZE) == 200
        for one in waiting:
            one.cancel()

    run_aside(play)


def test_what_others_have_brought_meanwhile_takes_the_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "allowed", lambda: replace(allowed(), held_uploads_mb=2 * SIZE / 1e6))

    async def play() -> None:
        door = app()
        each = [put(door, coming(SIZE // 4, 0.01), number, SIZE) for number in range(3)]
        assert sorted(await asyncio.gather(*each)) == [200, 200, MOST_OF_ALL]
        assert await put(door, coming(SIZE, 0), 100, SIZE) == 200, "and makes room again"

    run_aside(play)


def test_only_who_has_brought_a_file_removes_it() -> None:
    door = RoomForUploads(Starlette(routes=[Route("/{path:path}", told_size, methods=["PUT", "DELETE"])]))
    mine, other = ("192.0.2.7", 4000), ("192.0.2.8", 4000)
    assert ask(door, PATH, method="PUT", receive=coming(SIZE, 0), client=mine).status == 200
    assert ask(door, PATH, method="DELETE", client=other).status == 404
    assert ask(door, PATH, method="DELETE", client=mine).status == 200


def test_one_that_is_broken_off_is_no_fault() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    assert upload(gone).fault is None
