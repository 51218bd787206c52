"""A tab of a browser, without a browser: a page that is drawn by its session and follows what the live channel tells.

It does what pages/static/live.js does and, on a member's page, what lead.js does: what follows a mark that has changed
is drawn anew, and where the class's teacher sends it, it goes.
"""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final

import numpy as np
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.drawn_digit import drawn_on
from benchmarks.page_client import AppAddress, Session, last_step, live_address, trigger, watching
from core.figures.binary_message import unpack

HEARD_S: Final = 0.5  # as in live.js
PUSHED_APART_S: Final = 0.7  # as in lead.js
SPARED: Final = 3  # as in rest.js
LIVE: Final = "inkling_live"  # the component that says what is followed where it stands


class WaitError(Exception):
    """What was waited for in vain."""


class LostError(Exception):
    """A connection that the server closed."""


class Tab:
    """One tab; `opened` holds it open. told: hears each component's news, (topic, component, header, when)."""

    def __init__(
        self, app: AppAddress, cookie: str, page: str = "", *, told: Callable[..., None] = lambda *_: None
    ) -> None:
        headers = {"cookie": cookie, "accept-language": "en"}
        self.session = Session("", headers=headers, page=page)
        self.steps: dict[str, list[tuple[float, int]]] = {}  # run -> when it was told of which step
        self.marks: dict[str, dict[str, str]] = {}  # topic -> as told last
        self.lead: dict[str, str] = {}  # what the teacher has all screens do
        self.pushes = 0  # that were obeyed: from then on this is another page
        self._app, self._told = app, told
        self._turn, self._news = asyncio.Lock(), asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._asking: set[str] = set()
        self._not_before: dict[str, float] = {}
        self._counts: Counter[str] = Counter()
        self.watched: dict[str, dict[str, str]] = {}  # topic -> its marks as the page was drawn
        self._spread_s = 0.0
        self._known_pushes: str | None = None
        self._failure: Exception | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Tab"]:
        """Hold the page and its live channel open."""
        headers = self.session.headers
        async with (
            self.session.connected(self._app) as self._page,
            connect(live_address(self._app.url), additional_headers=headers, max_size=None) as self._live,
        ):
            try:
                await self.go(self.session.page)
                self._begin(self._follow(self._live))
                yield self
            finally:
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def is_held(self) -> bool:
        """Whether the teacher has all screens say that one is to look up."""
        return bool(self.lead.get("held"))

    # ---- what somebody does

    async def go(self, page: str, query: str = "") -> None:
        """Open another page."""
        await self._drawn(lambda: self.session.go(self._page, page, query))

    async def press(self, label: str) -> None:
        """Press the button whose label begins so."""
        await self._drawn(lambda: self.session.press(self._page, label))

    async def choose(self, label: str, option: str) -> None:
        """Choose an option of the select box with this label."""
        await self._drawn(lambda: self.session.choose(self._page, label, option))

    async def draw_digit(self, rng: np.random.Generator) -> float:
        """Draw a digit on the pad and ask for the reasons, as the page does; return milliseconds to the answer."""
        pad, before = self.session.components["pad_canvas"], self.session.components["answer_bars"]
        began = time.perf_counter()
        await self._drawn(lambda: self.session.draw(self._page, drawn_on(pad, rng), pad.fragment))
        took_s = time.perf_counter() - began
        answer = self.session.components["answer_bars"]
        if answer is before or not any(share for _class, _value, share, _colour in answer.data["rows"]):
            raise WaitError("an answer to a drawing")
        question, behind = (self.session.components[name].data for name in ("question", "behind"))
        if question["question"] != behind["shown"]:
            await asyncio.sleep(question["restMs"] / 1000 + SPARED * took_s)
            await self._ask_component("behind", "rested", question["question"])
        return 1000 * took_s

    async def until(self, is_so: Callable[[], bool], what: str, within_s: float) -> None:
        """Wait until it is so.  Raises: WaitError, naming `what`; what ended the tab meanwhile."""
        try:
            async with asyncio.timeout(within_s):
                while not is_so():
                    if self._failure is not None:
                        raise self._failure
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise WaitError(what) from None

    # ---- what the page does by itself

    async def _drawn(self, draw: Callable[[], Coroutine[Any, Any, None] | None]) -> None:
        """Have the page drawn once it is its turn, if there is something to be drawn then; follow what it says."""
        async with self._turn:
            if (drawing := draw()) is None:
                return
            await drawing
        now = time.monotonic()
        watched: dict[str, dict[str, str]] = {}
        for name, shown in self.session.components.items():
            if shown.script == LIVE:
                self._not_before[name] = now + shown.data["gapMs"] / 1000
                watched |= shown.data["watch"]
            elif name == "lead" and shown.message:
                self._be_led(unpack(shown.message)[0])
        if watched != self.watched:
            self.watched = watched
            await self._live.send(watching(*watched))
        self._check()
        self._news.set()

    async def _ask_component(self, name: str, event: str, value: object) -> None:
        """Have the page drawn as the script of a component asks for it, if it still stands there."""

        def draw() -> Coroutine[Any, Any, None] | None:
            if shown := self.session.components.get(name):
                return self.session.draw(self._page, trigger(shown, event, value), shown.fragment)
            return None

        await self._drawn(draw)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        async def go_on() -> None:
            try:
                await work
            except Exception as error:  # told to whoever waits for something here
                self._failure = error
                self._news.set()

        task = asyncio.create_task(go_on())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _follow(self, live: ClientConnection) -> None:
        """Take what is told, and say every half second how much has been."""
        heard, said_at = 0, time.monotonic()
        async for message in live:
            assert isinstance(message, bytes)
            heard += 1
            if time.monotonic() - said_at > HEARD_S:
                said_at = time.monotonic()
                await live.send(json.dumps({"heard": heard}))
            if message:
                self._take(message, time.perf_counter())
                self._check()
                self._news.set()
        raise LostError("the live channel was closed")

    def _take(self, message: bytes, now: float) -> None:
        header, payload = unpack(message)
        topic, self._spread_s, start = header["topic"], header["spread"], 0
        self.marks[topic] = header["marks"]
        for name, length in header["parts"]:
            part = unpack(payload[start : start + length])[0]
            start += length
            if name == "lead":
                self._be_led(part)
            self._told(topic, name, part, now)
        if step := last_step(message):
            self.steps.setdefault(topic.partition(":")[2], []).append((now, step))

    def _check(self) -> None:
        """Have what follows a mark that is not as it was drawn be drawn anew."""
        for name in self.session.components:
            if name not in self._asking and self._is_old(name):
                self._asking.add(name)
                self._begin(self._draw_anew(name))

    def _is_old(self, name: str) -> bool:
        shown = self.session.components.get(name)
        if shown is None or shown.script != LIVE:
            return False
        return any(
            self.marks.get(topic, {}).get(mark, value) != value
            for topic, drawn in shown.data["watch"].items()
            for mark, value in drawn.items()
        )

    async def _draw_anew(self, name: str) -> None:
        try:
            wait_s = max(0.0, self._not_before.get(name, 0.0) - time.monotonic())
            await asyncio.sleep(wait_s + random.random() * self._spread_s)
            if self._is_old(name):
                self._counts[name] += 1
                await self._ask_component(name, "changed", self._counts[name])
        finally:
            self._asking.discard(name)
        self._check()

    def _be_led(self, part: dict[str, Any]) -> None:
        """Go where the class was sent, once for each time it was; who has just come goes where it follows."""
        self.lead |= part.get("set", {})
        pushes, known = self.lead.get("pushes"), self._known_pushes
        if pushes is None or pushes == known:
            return
        self._known_pushes = pushes
        if self.lead["pushed"] and (known is not None or self.lead.get("followed")):
            self._begin(self._be_pushed(pushes))

    async def _be_pushed(self, pushes: str) -> None:
        await asyncio.sleep(random.random() * PUSHED_APART_S)
        self.pushes += 1
        await self._ask_component("lead", "pushed", pushes)
        self.session.chosen.clear()  # it is another page's by now
