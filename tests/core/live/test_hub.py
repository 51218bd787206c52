"""Whoever watches is told everything once, then what is new; a slow viewer delays nobody and is brought up to date."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from core.live import hub as hub_module
from core.live.hub import Hub, News, Topic, Viewer
from tests.polling import run_aside

RUN, OTHER = Topic("run", "a"), Topic("run", "b")


@dataclass
class Counter:
    """A source with news at each look: the number of the look; everything is "0..n"."""

    looks: int = 0
    wholes: int = 0
    fails: bool = False
    failures: int = 0

    def look(self, *, wants_whole: bool, viewers: int) -> News:  # noqa: ARG002
        if self.fails:
            self.failures += 1
            raise OSError("the source broke")
        self.looks += 1
        self.wholes += wants_whole
        return News(b"%d" % self.looks, b"0..%d" % self.looks if wants_whole else None)


@dataclass
class Client:
    """Takes what is sent, when its gate is open, and knows up to which look it has been told."""

    told: list[bytes] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    knows: int = 0
    viewer: Viewer | None = None  # who is told what has been heard; None: nobody is

    async def take(self, message: bytes) -> None:
        await self.gate.wait()
        self.told.append(message)
        if self.viewer is not None:
            self.viewer.heard(len(self.told))
        if not message:
            return
        whole, _, change = message.rpartition(b"..")
        if whole:
            self.knows = int(change)
        else:
            assert int(message) == self.knows + 1, "a change fits what is known"
            self.knows += 1


@pytest.fixture
def sources() -> dict[Topic, Counter]:
    return {RUN: Counter(), OTHER: Counter()}


async def until(condition: Callable[[], object]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


def watching(
    hub: Hub, client: Client, *topics: Topic, is_open: bool = True
) -> tuple[Viewer, asyncio.Task[None]]:
    viewer = client.viewer = Viewer(hub, client.take)
    viewer.watch(topics)
    if is_open:
        client.gate.set()
    return viewer, asyncio.get_running_loop().create_task(viewer.send())


def test_one_look_serves_all_and_who_joins_late_is_told_everything_first(sources) -> None:
    async def play() -> None:
        hub, first, late = Hub(sources.__getitem__), Client(), Client()
        watching(hub, first, RUN)
        await until(lambda: first.knows >= 3)
        watching(hub, late, RUN)
        await until(lambda: late.knows >= 6 and first.knows >= 6)
        assert first.told[0] == b"0..1"
        assert late.told[0].startswith(b"0..")
        assert all(b".." not in message for message in (*first.told[1:], *late.told[1:]))
        assert sources[RUN].looks - max(first.knows, late.knows) <= 1, "no look for each of them"
        assert sources[RUN].wholes <= 3

    run_aside(play)


def test_who_takes_nothing_delays_nobody_and_is_told_everything_later(sources) -> None:
    async def play() -> None:
        hub, quick, slow = Hub(sources.__getitem__), Client(), Client()
        watching(hub, quick, RUN)
        watching(hub, slow, RUN, is_open=False)
        await until(lambda: quick.knows >= 8)
        assert slow.told == []
        slow.gate.set()
        await until(lambda: slow.knows >= 12)
        wholes = [message for message in slow.told if b".." in message]
        assert len(wholes) == 2, "when it joined, and when it could take more again"
        assert len(slow.told) < slow.knows - 4, "what was in between is dropped"

    run_aside(play)


def test_who_loses_a_topic_is_told_a_last_word_and_no_more(sources) -> None:
    async def play() -> None:
        hub, client, other = Hub(sources.__getitem__), Client(), Client()
        viewer, _task = watching(hub, client, RUN)
        watching(hub, other, RUN)
        await until(lambda: client.knows >= 2)
        viewer.lose(RUN, b"")
        told = len(client.told)
        await until(lambda: len(client.told) > told)
        seen = other.knows
        await until(lambda: other.knows >= seen + 4)
        assert client.told[told:] == [b""]
        assert viewer.topics == frozenset()

    run_aside(play)


def test_who_hears_nothing_is_sent_little_and_then_everything_at_once(sources) -> None:
    async def play() -> None:
        hub, quick, slow = Hub(sources.__getitem__), Client(), Client()
        watching(hub, quick, RUN)
        viewer, _task = watching(hub, slow, RUN)
        slow.viewer = None  # what it is sent stays in the network
        await until(lambda: quick.knows >= 2 * hub_module.MOST_UNHEARD)
        assert len(slow.told) == hub_module.MOST_UNHEARD
        viewer.heard(10**9)  # more than there was: not believed
        await until(lambda: len(slow.told) > hub_module.MOST_UNHEARD)
        assert slow.told[hub_module.MOST_UNHEARD].startswith(b"0..")
        await until(lambda: quick.knows >= 5 * hub_module.MOST_UNHEARD)
        assert len(slow.told) == 2 * hub_module.MOST_UNHEARD

    run_aside(play)


def test_who_leaves_off_with_much_unheard_is_told_once_it_watches_again(sources) -> None:
    async def play() -> None:
        hub, quick, slow = Hub(sources.__getitem__), Client(), Client()
        watching(hub, quick, RUN)
        viewer, _task = watching(hub, slow, RUN)
        slow.viewer = None
        await until(lambda: len(slow.told) == hub_module.MOST_UNHEARD and quick.knows > len(slow.told) + 2)
        viewer.watch([])
        viewer.heard(len(slow.told))  # a tab says so a moment after it is hidden, and then hears nothing
        seen = quick.knows
        await until(lambda: quick.knows > seen + 2)
        slow.viewer = viewer
        viewer.watch([RUN])
        await until(lambda: slow.knows > seen + 2)

    run_aside(play)


def test_what_nobody_watches_is_looked_at_no_more_and_begins_anew(sources) -> None:
    async def play() -> None:
        hub, client = Hub(sources.__getitem__), Client()
        viewer, _task = watching(hub, client, RUN, OTHER)
        await until(lambda: sources[RUN].looks >= 2 and sources[OTHER].looks >= 2)
        viewer.watch([])
        await until(lambda: hub.topics == ())
        looks = sources[RUN].looks
        await asyncio.sleep(3 * hub.pause_s)
        assert sources[RUN].looks == looks

    run_aside(play)


def test_a_source_that_breaks_is_asked_again(sources, caplog: pytest.LogCaptureFixture) -> None:
    async def play() -> None:
        hub, client = Hub(sources.__getitem__), Client()
        sources[RUN].fails = True
        watching(hub, client, RUN)
        await until(lambda: sources[RUN].failures >= 4)
        assert caplog.text.count("could not be told") == 1, "ten looks a second, one line"
        sources[RUN].fails = False
        await until(lambda: client.knows >= 2)

    run_aside(play)


def test_a_viewer_who_is_sent_nothing_hears_a_beat_and_one_who_takes_nothing_is_given_up(
    sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "BEAT_S", 0.05)
    monkeypatch.setattr(hub_module, "SEND_S", 0.2)

    async def play() -> None:
        hub, idle, dead = Hub(sources.__getitem__), Client(), Client()
        watching(hub, idle)
        _viewer, sending = watching(hub, dead, RUN, is_open=False)
        await until(lambda: idle.told.count(b"") >= 2)
        await until(sending.done)
        assert isinstance(sending.exception(), TimeoutError)

    run_aside(play)


def test_the_pause_between_looks_grows_with_viewers_and_with_what_looking_takes(sources) -> None:
    async def play() -> None:
        hub = Hub(sources.__getitem__)
        viewer = Viewer(hub, Client().take)
        assert hub.pause_s == hub_module.FASTEST_S
        viewer.watch([RUN])
        channel = hub._channels[RUN]
        channel.viewers |= {Viewer(hub, Client().take) for _ in range(299)}
        assert hub.pause_s == pytest.approx(0.2)
        channel.viewers = {viewer}
        channel.look_s = 0.12
        assert hub.pause_s == pytest.approx(0.2)
        channel.look_s = 10.0
        assert hub.pause_s == hub_module.SLOWEST_S

    run_aside(play)
