"""The live channel's end on the server: one WebSocket a page, on which a browser says what it watches and is told."""

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.routing import WebSocketRoute
from starlette.types import Scope
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.web.server.server_util import is_url_from_allowed_origins
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from core.access.guard import NO_SUBJECT
from core.access.rules import Action
from core.classroom.classrooms import Classrooms
from core.classroom.errors import ClassroomError
from core.datasets import DatasetError
from core.demo.news import demo_moment
from core.demo.screen import SCREENS
from core.i18n.catalogue import languages
from core.live.class_news import board_moment, class_moment
from core.live.hub import Hub, Source, Topic, Viewer
from core.live.news import Moment, MomentSource, refusal
from core.live.run_news import run_moment, state_moment
from core.live.run_snapshot import LoadImages
from core.live.search_news import search_moment
from core.live.sweep_news import sweep_moment
from core.runs import NotAllowed, Store, StoreError
from core.runs.own_datasets import OwnDatasets
from core.search import Searches
from pages.server.background import is_under_way, progress_of
from pages.server.base_path import prefix_of
from pages.server.cookies import passing_name
from pages.server.demo_shows import show_named
from pages.server.identity import visitor_of
from pages.server.run_feeds import board_feed, current, feed
from pages.server.services import image_data, system_store
from pages.server.visitor import store_of
from pages.server.warmup import libraries_loaded
from pages.server.workload import workload

SHARED_S: Final = 0.05  # so old may be what another topic's look has just read
MOST_TOPICS: Final = 8
MOST_BYTES: Final = 2_000
MOST_RUBBISH: Final = 50  # messages that mean nothing, before who says them is shown out
AGAIN_S: Final = 3.0  # after which it is asked again whether a page may still read what it watches
EASE_S: Final = 0.1  # after each word of a browser, before the next is heard
POLICY_VIOLATION: Final = 1008
_NAME: Final = re.compile(r"[A-Za-z0-9_:-]{1,64}")

MOMENTS: Final[dict[str, Callable[[str], Moment]]] = {
    "run": lambda run_id: _run_moment(run_id, image_data),
    "curves": lambda run_id: _run_moment(run_id, None),  # a run without the images that it is tested on
    "state": lambda run_id: state_moment(
        run_id, lambda name: current(name, system_store(), SHARED_S), system_store()
    ),
    "sweep": lambda group_id: sweep_moment(group_id, system_store(), feed),
    "search": lambda search_id: search_moment(search_id, system_store()),
    "class": lambda classroom_id: class_moment(classroom_id, system_store()),
    "board": lambda classroom_id: board_moment(board_feed(classroom_id), system_store()),
    "demo": lambda name: demo_moment(show_named(name)) if name in SCREENS else Moment(),
    "work": lambda name: Moment(
        marks={"is_done": str(not is_under_way(name)), "progress": progress_of(name)}
    ),
    "server": lambda _name: Moment(marks={"torch": str(libraries_loaded())}),
}

# What the others tell is of the server, not of a person's things.
READS: Final[dict[str, Callable[[Store, str], None]]] = {
    "run": lambda store, run_id: _check_images(store, run_id),
    "curves": lambda store, run_id: store.check(Action.READ_RUN, run_id),
    "state": lambda store, run_id: store.check(Action.READ_RUN, run_id),
    "sweep": lambda store, _group_id: store.check(Action.LIST_RUNS, NO_SUBJECT),
    "search": lambda store, search_id: Searches(store).check(Action.READ_SEARCH, search_id),
    "class": lambda store, classroom_id: Classrooms(store).check(Action.READ_CLASS, classroom_id),
    "board": lambda store, classroom_id: Classrooms(store).check(Action.READ_CLASS, classroom_id),
}


def _check_images(store: Store, run_id: str) -> None:
    run, _feed = current(run_id, system_store(), AGAIN_S)
    OwnDatasets(store).check(Action.READ_DATASET, run.dataset)


def _run_moment(run_id: str, load_images: LoadImages | None) -> Moment:
    return run_moment(
        run_id,
        lambda name: current(name, system_store(), SHARED_S),
        system_store(),
        load_images,
        has_torch=libraries_loaded(),
        workload=workload(),
    )


@cache
def hub() -> Hub:
    """Return this process's hub."""
    return Hub(_source_of)


def _source_of(topic: Topic) -> Source:
    return MomentSource(topic, lambda: MOMENTS[topic.kind](topic.name))


def live_route(base_path: str) -> WebSocketRoute:
    """Return the route of the live channel under the address that the app has on its server ("" or "inkling")."""
    prefix = prefix_of(base_path)
    return WebSocketRoute(f"{prefix}/live", live)


async def live(socket: WebSocket) -> None:
    """Tell one page what it watches until it is gone."""
    if not await _is_welcome(socket):
        await socket.close(POLICY_VIOLATION)
        return
    try:
        await socket.accept()
    except WebSocketDisconnect:  # gone while it was being let in
        return
    viewer = Viewer(hub(), socket.send_bytes)
    sending = asyncio.create_task(viewer.send())
    hearing = asyncio.create_task(_hear(socket, viewer))
    asking = asyncio.create_task(_ask_again(socket, viewer))
    tasks = (sending, hearing, asking)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        viewer.watch(())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(RuntimeError, OSError, WebSocketDisconnect):
            await socket.close(POLICY_VIOLATION)  # of who takes nothing: what waits for it is thrown away


async def _is_welcome(socket: WebSocket) -> bool:
    """Return whether Streamlit would let this page connect: its host, and where it comes from."""
    host, origin = socket.headers.get("host"), socket.headers.get("origin")
    if not is_host_allowed(host):
        return False
    if origin is None or urlsplit(origin).netloc == host:
        return True
    return await asyncio.to_thread(is_url_from_allowed_origins, origin)  # it may ask the network who we are


async def _hear(socket: WebSocket, viewer: Viewer) -> None:
    """Hear what the page watches, as often as it says so, and how much it has heard; nothing else matters."""
    rubbish = 0
    while rubbish <= MOST_RUBBISH:
        try:
            said = await socket.receive()
        except (WebSocketDisconnect, RuntimeError):
            return
        if said["type"] == "websocket.disconnect":
            return
        told = _told(said.get("text") or "")
        if "as" in told and not visitor_of(socket.scope):
            socket.state.visitor = await asyncio.to_thread(passing_name, told.get("as"))
        topics = _topics(told)
        if isinstance(told.get("heard"), int):
            viewer.heard(told["heard"])
        elif topics is not None:
            viewer.watch(await asyncio.to_thread(_readable, topics, socket.scope))
        else:
            rubbish += 1
        await asyncio.sleep(EASE_S)


async def _ask_again(socket: WebSocket, viewer: Viewer) -> None:
    """End what the page watches once it may not read it any more: images may be shared no longer."""
    while True:
        await asyncio.sleep(AGAIN_S)
        with suppress(StoreError):  # the looks say what is wrong with the store
            watched = viewer.topics
            readable = await asyncio.to_thread(_readable, watched, socket.scope)
            for topic in (watched - {*readable}) & viewer.topics:
                viewer.lose(topic, refusal(topic))


def _readable(topics: Iterable[Topic], scope: Scope) -> list[Topic]:
    """Return those of the topics that who came on the socket may read, as somebody who asks for the thing itself.

    Of what is not there, or no more, a look tells that it is gone, and nothing else.
    """
    topics = list(topics)
    if not any(topic.kind in READS for topic in topics):  # what the server tells of itself needs no store
        return topics
    store = store_of(scope)
    return [topic for topic in topics if topic.kind not in READS or _may_read(store, topic)]


def _may_read(store: Store, topic: Topic) -> bool:
    try:
        READS[topic.kind](store, topic.name)
    except (NotAllowed, ClassroomError, DatasetError):
        return False
    except StoreError:  # the look says what is wrong with the store
        return True
    return True


def _told(said: str) -> dict[str, Any]:
    """Return a browser's message: {"watch": ["run:ab12"], "language": "en"} or {"heard": 40}; {} for rubbish.

    "as" beside "watch" is a session's passing name, signed, where no cookie came with the socket.
    """
    if len(said) > MOST_BYTES:
        return {}
    try:
        told = json.loads(said)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _topics(told: Mapping[str, Any]) -> list[Topic] | None:
    """Return what the message asks for, None for one that asks for nothing that there is."""
    names, language = told.get("watch"), told.get("language")
    if not isinstance(names, list) or len(names) > MOST_TOPICS or language not in languages():
        return None
    topics = []
    for named in names:
        kind, _, name = named.partition(":") if isinstance(named, str) else ("", "", "")
        if kind not in MOMENTS or not _NAME.fullmatch(name):
            return None
        topics.append(Topic(kind, name, language))
    return topics
