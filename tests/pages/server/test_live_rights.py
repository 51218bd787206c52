"""What a page watches on the live channel ends with the right to it: images that are shared no longer."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.types import Message

from core.access.rules import OPERATOR, Actor, Role
from core.config.run_config import RunConfig
from core.datasets.user_datasets import add_images
from core.figures.binary_message import unpack
from core.runs import Store, StoreError
from core.runs.dataset_rights import LINK, PRIVATE
from core.runs.operators import dismiss_operators, make_operator
from core.runs.own_datasets import OwnDatasets
from pages.server import live_socket, visitor
from pages.server.cookies import cookie_name, signed
from pages.server.identity import Identity
from pages.server.live_socket import live_route
from tests.polling import run_aside

ADA, BOB = "a" * 16, "b" * 16
DOOR = Identity(Starlette(routes=[live_route("")]))
Told = list[dict[str, Any]]
Play = Callable[[Callable[..., None], Told], Awaitable[None]]


@pytest.fixture(autouse=True)
def asked_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_socket, "AGAIN_S", 0.05)
    monkeypatch.setattr(live_socket, "EASE_S", 0.0)
    live_socket.hub.cache_clear()


@pytest.fixture
def hers(store: Store) -> tuple[str, str]:
    """Return Ada's dataset, shared, and her run on it, which waits."""
    as_ada = store.acting_as(Actor(Role.VISITOR, ADA))
    made = OwnDatasets(as_ada).create("Hers", ["left", "right"], (1, 28, 28))
    add_images(made.name, np.full((20, 1, 28, 28), 200, np.uint8), [0, 1] * 10)
    OwnDatasets(as_ada).share(made.name, LINK)
    return made.name, as_ada.create(RunConfig(dataset=made.name), queue=False)


def converse(who: str, play: Play, *cookies: str) -> None:
    """Have the visitor's page talk on a live socket. cookies: that the browser has beside the visitor's."""

    async def talk() -> None:
        said: asyncio.Queue[Message] = asyncio.Queue()
        told: Told = []

        async def send(message: Message) -> None:
            if message.get("bytes"):
                told.append(unpack(message["bytes"])[0])

        def watch(*topics: str) -> None:
            said.put_nowait(
                {"type": "websocket.receive", "text": json.dumps({"watch": topics, "language": "en"})}
            )

        said.put_nowait({"type": "websocket.connect"})
        cookie = "; ".join([f"{cookie_name()}={signed(who)}", *cookies]).encode()
        scope = {"type": "websocket", "path": "/live", "headers": [(b"cookie", cookie)], "query_string": b"",
                 "subprotocols": []}  # fmt: skip
        channel = asyncio.create_task(DOOR(scope, said.get, send))
        try:
            await play(watch, told)
        finally:
            said.put_nowait({"type": "websocket.disconnect", "code": 1000})
            await channel

    run_aside(talk)


async def until(condition: Callable[[], object]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


def keys(news: dict[str, Any]) -> set[str]:
    return {key for key, _length in news["parts"]}


def test_a_page_is_told_when_the_images_are_shared_no_longer(store: Store, hers: tuple[str, str]) -> None:
    name, run_id = hers

    async def play(watch: Callable[..., None], told: Told) -> None:
        watch(f"run:{run_id}")
        await until(lambda: told)
        assert "strip" in keys(told[0])
        OwnDatasets(store).share(name, PRIVATE)
        await until(lambda: told[-1]["marks"]["page"] == "refused")
        assert told[-1]["topic"] == f"run:{run_id}"
        count = len(told)
        watch(f"run:{run_id}", f"curves:{run_id}")  # as a page does that has not seen it, and one that has
        await until(lambda: len(told) > count)
        assert {news["topic"] for news in told[count:]} == {f"curves:{run_id}"}
        assert not any("strip" in keys(news) for news in told[count:])

    converse(BOB, play)


def test_an_owner_watches_on(store: Store, hers: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    name, run_id = hers
    asked: list[int] = []
    readable = live_socket._readable

    def counted(*given: Any) -> Any:
        asked.append(1)
        return readable(*given)

    monkeypatch.setattr(live_socket, "_readable", counted)

    async def play(watch: Callable[..., None], told: Told) -> None:
        watch(f"run:{run_id}")
        await until(lambda: told)
        OwnDatasets(store).share(name, PRIVATE)
        before = len(asked)
        await until(lambda: len(asked) > before + 3)
        store.acting_as(OPERATOR).rename(run_id, "Still hers")
        store.acting_as(OPERATOR).delete(run_id)
        await until(lambda: told[-1]["marks"]["page"] == "gone")
        assert "refused" not in {news["marks"]["page"] for news in told}

    converse(ADA, play)


def test_who_is_an_operator_no_more_sees_no_more(store: Store, hers: tuple[str, str]) -> None:
    name, run_id = hers
    OwnDatasets(store).share(name, PRIVATE)
    make_operator(store.database, BOB)

    async def play(watch: Callable[..., None], told: Told) -> None:
        watch(f"run:{run_id}")
        await until(lambda: told)
        assert "strip" in keys(told[0])
        dismiss_operators(store.database)
        visitor._operators.clear()  # as some seconds later
        await until(lambda: told[-1]["marks"]["page"] == "refused")

    converse(BOB, play)


def test_what_the_server_tells_of_itself_needs_no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(_scope: object) -> Store:
        raise StoreError("The run store cannot be read.", "Look at its folder.")

    monkeypatch.setattr(live_socket, "store_of", unreadable)

    async def play(watch: Callable[..., None], told: Told) -> None:
        watch("demo:mnist-fast", "server:x")
        await until(lambda: {news["topic"] for news in told} == {"demo:mnist-fast", "server:x"})

    converse(BOB, play)
