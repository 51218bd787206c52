"""What a stranger reaches who speaks the protocols by hand: with forged cookies, others' buttons, their session."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benchmarks.page_client import Session, live_address, watching
from core.access.rules import Actor, Role
from core.config.run_config import RunConfig
from core.datasets.user_datasets import add_images
from core.figures.binary_message import unpack
from core.runs import Store
from core.runs.own_datasets import OwnDatasets
from core.search import Searches, SearchPlan, default_dimension
from tests.browser import App
from tests.polling import run_aside, until
from tests.visitors import cookie_of

pytestmark = pytest.mark.e2e
TITLE = "Secret letters of Ada's"
NAME = "Ada's own run"


@dataclass(frozen=True)
class Hers:
    """Ada's private dataset, her run on it, which waits, her run in training, and her search."""

    owner: str
    dataset: str
    run: str
    live: str
    search: str


def cookies(store: Store, owner: str) -> dict[str, str]:
    """Return what browsers send that are not the owner's, by what it is."""
    own = cookie_of(store, owner)
    return {
        "a stranger's": cookie_of(store, secrets.token_hex(8)),
        "none": "",
        "no signature": own.partition(".")[0],
        "another's signature": own.replace(owner, owner[::-1]),
        "a damaged signature": own[:-3] + ("abc" if own[-3:] != "abc" else "abd"),
        "another key": cookie_of(store, owner, key=secrets.token_bytes(32)),
        "signed for a page without cookies": cookie_of(store, owner, "passing"),
        "another lab's": own.replace("inkling_", "inkling_0"),
        "of the earlier kind": f"inkling_visitor={owner}.{secrets.token_hex(16)}",
    }


@pytest.fixture
def hers(app: App, store: Store) -> Iterator[Hers]:
    owner = secrets.token_hex(8)
    as_ada = store.acting_as(Actor(Role.VISITOR, owner))
    made = OwnDatasets(as_ada).create(TITLE, ["left", "right"], (1, 28, 28))
    add_images(made.name, np.full((20, 1, 28, 28), 200, np.uint8), [0, 1] * 10, app.data)
    plan = SearchPlan(RunConfig(validation_size=100), (default_dimension("l2"),), "random", "none", 3, 1)
    search = Searches(as_ada).create(plan, name="Ada's search")
    Searches(as_ada).stop(search)
    long = RunConfig(train_size=1000, batch_size=50, epochs=200, eval_every=1000)
    live = as_ada.create(long, pace="steps:5", name=NAME)
    run_aside(lambda: Session(live, headers={"Cookie": cookie_of(store, owner)}).visit(app))  # type: ignore[arg-type]
    until(lambda: store.get(live).step > 2, "the run's first steps")
    run = as_ada.create(RunConfig(dataset=made.name), queue=False, name=NAME)
    yield Hers(owner, made.name, run, live, search)
    store.order(live, command="stop")


# ---- the live channel


async def told(socket: ClientConnection, *upto: str) -> set[str]:
    """Return which topics are told of until these have been."""
    found: set[str] = set()
    while not found.issuperset(upto):
        message = await asyncio.wait_for(socket.recv(), 60)
        if message:
            assert isinstance(message, bytes)
            found.add(unpack(message)[0]["topic"])
    return found


def test_the_live_channel_tells_a_strip_to_its_owner_alone(app: App, store: Store, hers: Hers) -> None:
    """Others come before the owner: the look that tells the owner of it would tell them, too."""
    images = f"run:{hers.run}"
    by_link = (f"curves:{hers.run}", f"state:{hers.run}", f"search:{hers.search}")
    found: dict[str, set[str]] = {}

    async def play() -> None:
        async with AsyncExitStack() as stack:

            async def watched(cookie: str) -> ClientConnection:
                headers = {"Cookie": cookie} if cookie else {}
                opened = connect(live_address(app.url), additional_headers=headers)
                socket = await stack.enter_async_context(opened)
                await socket.send(watching(images, *by_link))
                return socket

            others = {who: await watched(cookie) for who, cookie in cookies(store, hers.owner).items()}
            found.update({who: await told(socket, *by_link) for who, socket in others.items()})
            await told(await watched(cookie_of(store, hers.owner)), images, *by_link)
            for who, socket in others.items():
                await socket.send(
                    watching("server:libraries")
                )  # what was told before comes before the answer
                found[who] |= await told(socket, "server:libraries")

    run_aside(play)
    assert {who for who, topics in found.items() if images in topics} == set()


# ---- Streamlit's protocol


@dataclass
class Page(Session):
    """A page that keeps all that it is told."""

    said: bytearray = field(default_factory=bytearray)

    def heard(self, data: bytes) -> None:
        self.said += data


def test_nobody_presses_anothers_buttons(app: App, store: Store, hers: Hers) -> None:
    def orders() -> object:
        row = store.get(hers.live)
        return store.orders(hers.live, row.attempt), row.name, row.deleted_at, row.tags, row.pinned

    async def press_all(page: Page, buttons: dict[str, str]) -> None:
        async with page.connected(app) as socket:  # type: ignore[arg-type]
            await page.draw(socket)
            for button in buttons.values():
                await page.draw(socket, WidgetState(id=button, trigger_value=True))
                page.query = f"run={hers.live}"

    owners = Page(hers.live, headers={"Cookie": cookie_of(store, hers.owner)})
    run_aside(lambda: owners.visit(app))  # type: ignore[arg-type]
    words = ("Pause", "One step", "One epoch", "Stop")
    buttons = {name: id_ for name, id_ in owners.widgets.items() if name.startswith(words)}
    assert len(buttons) == len(words)
    before = orders()
    forged = cookies(store, hers.owner)
    for who in ("a stranger's", "none", "another key"):
        cookie = forged[who]
        run_aside(lambda cookie=cookie: press_all(Page(hers.live, headers={"Cookie": cookie}), buttons))  # type: ignore[misc]
        assert orders() == before, who
    run_aside(lambda: press_all(owners, {"Pause": buttons["Pause"]}))
    assert orders() != before


def test_nobody_resumes_anothers_session(app: App, store: Store, hers: Hers) -> None:
    """Its id stands in the addresses of uploads, which servers in between may log."""
    mine, query = cookie_of(store, hers.owner), f"dataset={hers.dataset}"

    async def play() -> None:
        page = Page("", query, headers={"Cookie": mine})
        async with page.connected(app) as socket:  # type: ignore[arg-type]
            await page.draw(socket)
            assert TITLE.encode() in page.said
            for who, cookie in cookies(store, hers.owner).items():
                theirs = Page("", "dataset=mnist", headers={"Cookie": cookie}, id=page.id)
                async with theirs.connected(app) as other:  # type: ignore[arg-type]
                    await theirs.draw(other)
                assert theirs.id != page.id, who
                assert TITLE.encode() not in theirs.said, who
            await page.draw(socket)  # it has not been cut off
        again = Page("", "dataset=mnist", headers={"Cookie": mine}, id=page.id)
        async with again.connected(app) as socket:  # type: ignore[arg-type]
            await again.draw(socket)
            assert again.id == page.id
            assert TITLE.encode() in again.said

    run_aside(play)


def test_nobody_empties_what_the_server_keeps_for_all(app: App) -> None:
    """The engine is among it: the next page would start a second one."""

    def count_children() -> int:
        threads = Path(f"/proc/{app.process.pid}/task").glob("*/children")
        return sum(len(thread.read_text().split()) for thread in threads)

    async def play() -> None:
        page = Page("")
        async with page.connected(app) as socket:  # type: ignore[arg-type]
            await page.draw(socket)
            until(lambda: count_children() > 0, "the engine's process")
            before = count_children()
            order = BackMsg(clear_cache=True)
            for _ in range(3):
                await socket.send(order.SerializeToString())
                await page.draw(socket)
            assert count_children() == before

    run_aside(play)


@pytest.mark.parametrize("path", ["/_stcore/stream", "/live"])
def test_a_message_of_many_megabytes_is_not_held(app: App, path: str) -> None:
    """It need not end: what has come of it would be held as long as its sender likes."""

    async def play() -> None:
        address = app.url.replace("http", "ws") + path

        async def parts() -> AsyncIterator[bytes]:
            for _ in range(9):
                yield bytes(1_000_000)
            await socket.wait_closed()

        async with connect(address) as socket:
            with pytest.raises(ConnectionClosed):
                await socket.send(parts())

    run_aside(play)


@pytest.mark.parametrize("path", ["/_stcore/stream", "/live"])
def test_small_messages_that_unpack_to_many_megabytes_end_their_socket(app: App, path: str) -> None:
    async def play() -> None:
        async with connect(app.url.replace("http", "ws") + path) as socket:

            async def bombs() -> None:
                for _ in range(200):  # each of 3 KB
                    await socket.send(bytes(3_000_000))

            with pytest.raises(ConnectionClosed):
                await bombs()

    run_aside(play)
