"""One look at each thing that is watched, and the same bytes to all who watch it.

For each topic that somebody watches an asyncio task asks a source what is new, in a thread, and hands it to every
viewer. Who joins or falls behind is given everything in one message; what a slow viewer could not take meanwhile is
dropped, and delays nobody else.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from time import thread_time
from typing import Final, Protocol

LOG: Final = logging.getLogger(__name__)

FASTEST_S: Final = 0.1  # between two looks at a topic
SLOWEST_S: Final = 0.5
A_VIEWER_S: Final = 0.2 / 300  # for each who watches: 0.2 s between two looks for three hundred
A_TOPIC_S: Final = 0.4 / 30  # for each topic: a class that trains wants the cores for its runs
SHARE_OF_A_CORE: Final = 0.6  # that looking may take, while no look waits longer than SLOWEST_S for it
BEAT_S: Final = (
    10.0  # a viewer who is sent nothing so long is sent an empty message, so that both ends know of a break
)
SEND_S: Final = 30.0  # a viewer who takes nothing so long is gone
MOST_UNHEARD: Final = 8  # messages of a topic on their way to a viewer, wherever they are held up


@dataclass(frozen=True)
class Topic:
    """What can be watched: "run", its id, and the language in which it is said."""

    kind: str
    name: str
    language: str = "en"


@dataclass(frozen=True)
class News:
    """What a look found: what has changed since the look before (None: nothing), and everything, if that was asked."""

    change: bytes | None = None
    whole: bytes | None = None


class Source(Protocol):
    """What tells of one topic. It is asked from one thread at a time and keeps what it has told."""

    def look(self, *, wants_whole: bool, viewers: int) -> News:
        """Return what is new, for so many viewers. What may go wrong with the topic is news, too: do not raise it."""


class Viewer:
    """One socket: of each topic at most one message waits to be sent to it.

    Networks and what lies between hold a lot for a slow reader. So that this is not old news, the viewer says how much
    it has heard.
    """

    def __init__(self, hub: "Hub", send: Callable[[bytes], Awaitable[None]]) -> None:
        self._hub, self._send = hub, send
        self._waiting: dict[Topic, bytes] = {}
        self._behind: set[Topic] = set()
        self._topics: frozenset[Topic] = frozenset()
        self._is_sending = False
        self._wake = asyncio.Event()
        self._sent = self._heard = 0  # messages
        self._has_heard = asyncio.Event()

    def heard(self, count: int) -> None:
        """Take in that the viewer has heard so many messages in all."""
        self._heard = min(max(self._heard, count), self._sent)
        self._has_heard.set()

    def watch(self, topics: Iterable[Topic]) -> None:
        """Watch these and no others from now on. Everything is told of each, also of what was watched before."""
        topics = frozenset(topics)
        for topic in self._topics - topics:
            self._hub.leave(topic, self)
            self._waiting.pop(topic, None)
        self._topics, self._behind = topics, set(topics)
        for topic in topics:
            self._hub.join(topic, self)

    @property
    def topics(self) -> frozenset[Topic]:
        """What is watched now."""
        return self._topics

    def lose(self, topic: Topic, last_word: bytes) -> None:
        """Watch the topic no more, having told the last word."""
        self._hub.leave(topic, self)
        self._topics -= {topic}
        self._behind.discard(topic)
        self._waiting[topic] = last_word
        self._wake.set()

    def wants_whole(self, topic: Topic) -> bool:
        """Whether everything is to be told: just joined, or behind and ready for more."""
        return topic in self._behind and not self._is_sending

    def tell(self, topic: Topic, news: News) -> None:
        """Have the news sent, unless an earlier message still waits: then everything is told once that is gone."""
        if topic in self._behind:
            if self._is_sending or news.whole is None:
                return
            self._behind.discard(topic)
            self._waiting[topic] = news.whole
        elif news.change is None:
            return
        elif topic in self._waiting:
            del self._waiting[topic]
            self._behind.add(topic)
            return
        else:
            self._waiting[topic] = news.change
        self._wake.set()

    async def send(self) -> None:
        """Send what there is, until the connection is gone.  Raises: what sending raises, TimeoutError."""
        while True:
            try:
                async with asyncio.timeout(BEAT_S):
                    await self._wake.wait()
            except TimeoutError:
                await self._in_time(self._send_one(b""))
                continue
            self._wake.clear()
            while self._waiting:
                await self._in_time(self._send_next())

    async def _in_time(self, sending: Awaitable[None]) -> None:
        self._is_sending = True
        async with asyncio.timeout(SEND_S):
            await sending
        self._is_sending = False

    async def _send_next(self) -> None:
        """Send what waits first once enough has been heard; it may be old by then, and gone."""
        while self._waiting and self._sent - self._heard >= MOST_UNHEARD * max(1, len(self._topics)):
            self._has_heard.clear()
            await self._has_heard.wait()
        if self._waiting:
            await self._send_one(self._waiting.pop(next(iter(self._waiting))))

    async def _send_one(self, message: bytes) -> None:
        self._sent += 1
        await self._send(message)


@dataclass(eq=False)
class _Channel:
    """A topic that somebody watches."""

    topic: Topic
    source: Source
    viewers: set[Viewer] = field(default_factory=set)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    look_s: float = 0.0  # of a processor's time, what a look took lately
    is_broken: bool = False  # the last look failed

    def tell(self, news: News) -> None:
        for viewer in self.viewers:
            viewer.tell(self.topic, news)


class Hub:
    """All topics that are watched in this process. Its methods are called in the event loop alone.

    source_of: returns what tells of a topic.
    """

    def __init__(self, source_of: Callable[[Topic], Source]) -> None:
        self._source_of = source_of
        self._channels: dict[Topic, _Channel] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        # One: two would wait for each other (of 30 runs the news came after 191 ms at p95, not 148).
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="live")

    @property
    def topics(self) -> tuple[Topic, ...]:
        """What is watched now."""
        return tuple(self._channels)

    def join(self, topic: Topic, viewer: Viewer) -> None:
        """Have the viewer told of the topic, first of all there is."""
        channel = self._channels.get(topic)
        if channel is None:
            channel = self._channels[topic] = _Channel(topic, self._source_of(topic))
            task = asyncio.get_running_loop().create_task(self._look_on(channel))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        channel.viewers.add(viewer)
        channel.changed.set()

    def leave(self, topic: Topic, viewer: Viewer) -> None:
        """Tell the viewer no more of the topic; a topic that nobody watches is looked at no more."""
        channel = self._channels.get(topic)
        if channel is not None:
            channel.viewers.discard(viewer)
            if not channel.viewers:
                channel.changed.set()

    @property
    def pause_s(self) -> float:
        """The time between two looks at a topic: longer with many viewers, or where looking takes long."""
        viewers = sum(len(channel.viewers) for channel in self._channels.values())
        work_s = sum(channel.look_s for channel in self._channels.values())
        wanted = max(A_VIEWER_S * viewers, A_TOPIC_S * len(self._channels), work_s / SHARE_OF_A_CORE)
        return min(SLOWEST_S, max(FASTEST_S, wanted))

    async def _look_on(self, channel: _Channel) -> None:
        loop = asyncio.get_running_loop()
        try:
            while channel.viewers:
                channel.changed.clear()
                wants_whole = any(viewer.wants_whole(channel.topic) for viewer in channel.viewers)
                channel.tell(await loop.run_in_executor(self._thread, self._look, channel, wants_whole))
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.pause_s):
                        await channel.changed.wait()
        finally:
            del self._channels[channel.topic]

    @staticmethod
    def _look(channel: _Channel, wants_whole: bool) -> News:
        began = thread_time()
        try:
            news = channel.source.look(wants_whole=wants_whole, viewers=len(channel.viewers))
        except Exception:  # one topic's fault must not silence it for good: the next look may go well
            if not channel.is_broken:  # there are ten looks a second
                LOG.exception("what is new of %s could not be told", channel.topic)
            channel.is_broken = True
            return News()
        else:
            channel.is_broken = False
            return news
        finally:
            channel.look_s += 0.2 * (thread_time() - began - channel.look_s)
