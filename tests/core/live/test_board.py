"""The board of a class: what a client that only reads its messages ends up with, and how little it is told."""

import time
import zlib
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from core.access.rules import SYSTEM, Actor, Role
from core.classroom.classrooms import Classrooms
from core.classroom.lead import Lead
from core.classroom.members import Members
from core.config.run_config import RunConfig
from core.figures.binary_message import unpack
from core.live import board_feed, board_stream
from core.live.board_feed import SIDE, Board, BoardFeed
from core.live.board_stream import BYTES_PER_S, BoardStream
from core.protocol.events import Diverged, Evaluated, Finished
from core.runs import Store
from tests.core.runs.conftest import open_store, started, steps, weights


@pytest.fixture
def store(tmp_path) -> Store:
    return open_store(tmp_path / "inkling.db")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> "Clock":
    clock = Clock(time.monotonic())
    for module in (board_feed, board_stream):
        monkeypatch.setattr(module.time, "monotonic", lambda: clock.now)
    return clock


NO_RUN = {"r": "", "t": "", "s": 0, "m": 0, "a": -1}


@dataclass
class Clock:
    now: float


@dataclass
class Client:
    """What pages/static/board.js does with messages."""

    tiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    images: dict[str, np.ndarray] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)

    def take(self, message: bytes) -> None:
        header, payload = unpack(message)
        self.sizes.append(len(message))
        if header.get("idle"):
            return
        if header.get("whole"):
            self.tiles = {member: self.tiles.get(member, {}) for member in header["tiles"]}
        for member, fields in header["tiles"].items():
            self.tiles[member] = {**self.tiles.get(member, {}), **fields}
        for member in header.get("gone", []):
            del self.tiles[member]
        self.counts = header["counts"]
        codes = np.frombuffer(zlib.decompress(payload, -15), np.int8) if payload else np.zeros(0, np.int8)
        for member, count in header.get("images", []):
            self.images[member], codes = codes[: count * SIDE**2], codes[count * SIDE**2 :]
        assert codes.size == 0


def start(store: Store, members: int) -> tuple[str, list[str]]:
    """Return (the id of a new class, its members' ids)."""
    classroom, _key = Classrooms(store).start("7b")
    joined = []
    for number in range(members):
        visitor = Members(store.acting_as(Actor(Role.VISITOR, f"{number:016x}")))
        joined.append(visitor.join(classroom.code, f"Pupil {number}").member.id)
    return classroom.id, joined


def train(store: Store, owner: str, upto: int = 3, config: RunConfig | None = None) -> tuple[str, int]:
    run_id = store.create(config or RunConfig(), owner=owner)
    attempt = store.claim(run_id)
    assert attempt
    store.append(
        run_id, attempt, [started(), steps(1, upto), weights(upto), Evaluated(upto, "test", 1.0, 0.875)]
    )
    return run_id, attempt


def test_a_client_fed_message_by_message_holds_what_the_board_is(store: Store, clock: Clock) -> None:
    classroom, (ada, bob, eve) = start(store, 3)
    run_id, attempt = train(store, ada)
    feed, stream, client = BoardFeed(classroom), BoardStream("board"), Client()
    client.take(stream.message(feed.refresh(store)))
    assert client.counts == {"joined": 3, "training": 1, "done": 0}
    title = "Softmax, MNIST, learning rate 0.1, 5 epochs"
    run = {"r": run_id, "t": title, "s": 3, "m": 30, "a": 8750, "e": 0}
    assert client.tiles[ada] == {"n": "Pupil 0", "k": "running", **run}
    assert client.tiles[bob] == {"n": "Pupil 1", "k": "none", "e": 0, **NO_RUN}
    assert {*client.images} == {ada}
    clock.now += 1.1
    store.append(
        run_id,
        attempt,
        [steps(4, 30), weights(30), Evaluated(30, "test", 0.5, 0.92), Finished(30, "finished", 1.0)],
    )
    Members(store).remove(classroom, eve)
    client.take(stream.message(feed.refresh(store)))
    assert client.tiles[ada] | {"k": "finished", "s": 30, "a": 9200} == client.tiles[ada]
    assert {*client.tiles} == {ada, bob}
    assert client.counts == {"joined": 2, "training": 0, "done": 1}
    late = Client()
    late.take(stream.whole(feed.refresh(store)))
    assert (late.tiles, late.counts) == (client.tiles, client.counts)
    assert all(np.array_equal(late.images[member], client.images[member]) for member in late.images)


def test_of_a_run_that_is_taken_off_the_board_a_client_keeps_nothing(store: Store, clock: Clock) -> None:
    classroom, (ada,) = start(store, 1)
    run_id, _attempt = train(store, ada)
    feed, stream, client = BoardFeed(classroom), BoardStream("board"), Client()
    client.take(stream.message(feed.refresh(store)))
    assert client.tiles[ada]["r"] == run_id
    Lead(store).take_off_board(classroom, run_id)
    clock.now += 1.1
    client.take(stream.message(feed.refresh(store)))
    assert client.tiles[ada] == {"n": "Pupil 0", "k": "none", "e": 0, **NO_RUN}
    assert client.counts == {"joined": 1, "training": 0, "done": 0}
    again, _attempt = train(store, ada)
    clock.now += 1.1
    client.images.clear()
    client.take(stream.message(feed.refresh(store)))
    assert client.tiles[ada]["r"] == again
    assert {*client.images} == {ada}


def test_the_images_are_the_runs_weights_each_pixel_the_mean_of_four(store: Store) -> None:
    classroom, (ada,) = start(store, 1)
    train(store, ada, upto=7)
    codes = next(iter(BoardFeed(classroom).refresh(store).images.values())).codes
    kept = weights(7).arrays["linear.weight"].reshape(10, 14, 2, 14, 2).mean(axis=(2, 4))
    assert codes.shape == (10, SIDE, SIDE)
    scale = (codes * kept).sum() / (kept**2).sum()  # one for all ten; a code is the nearest whole number
    inside = np.abs(codes) < 15
    assert np.abs(codes - scale * kept)[inside].max() < 0.6
    assert inside.mean() > 0.99


def test_another_model_and_fewer_classes_have_images_too(store: Store) -> None:
    classroom, (ada,) = start(store, 1)
    run_id = store.create(RunConfig(model="cnn"), owner=ada)
    attempt = store.claim(run_id)
    assert attempt
    filters = np.arange(4 * 9, dtype=np.float32).reshape(4, 1, 3, 3)
    told = replace(weights(1), arrays={"conv1.weight": filters})
    store.append(run_id, attempt, [started(), steps(1, 1), told])
    assert BoardFeed(classroom).refresh(store).images[run_id].codes.shape == (4, SIDE, SIDE)


def test_sixty_members_are_told_whole_in_150_kb_and_then_within_30_kb_a_second(
    store: Store, clock: Clock
) -> None:
    classroom, members = start(store, 60)
    runs = [train(store, member) for member in members]
    feed, stream, client = BoardFeed(classroom), BoardStream("board"), Client()
    while len(client.images) < 60:
        client.take(stream.message(feed.refresh(store)))
        clock.now += 0.21
    assert len(stream.whole(feed.refresh(store))) <= 150_000
    client.sizes.clear()
    for look in range(15):  # three seconds, in which every run gets on before every look
        for run_id, attempt in runs:
            store.append(run_id, attempt, [steps(4 + look, 4 + look), weights(4 + look)])
        clock.now += 0.21
        client.take(stream.message(feed.refresh(store)))
    assert sum(client.sizes) / 3 <= 30_000
    assert sum(client.sizes) / 3 > 0.3 * BYTES_PER_S, "and images do come"


def test_a_class_is_read_once_in_a_fifth_of_a_second_whoever_looks(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    classroom, (ada,) = start(store, 1)
    run_id, attempt = train(store, ada)
    reads: list[str] = []
    entries, newest = board_feed.Boards.entries, Store.acting_as(store, SYSTEM).newest_weights
    monkeypatch.setattr(
        board_feed.Boards, "entries", lambda self, name: reads.append("board") or entries(self, name)
    )
    monkeypatch.setattr(store, "newest_weights", lambda name: reads.append("weights") or newest(name))
    feed = BoardFeed(classroom)
    for _viewer in range(30):
        feed.refresh(store)
    assert reads == ["board", "weights"]
    for look in range(4):  # 0.84 s: each finds news, none reads the weights again
        clock.now += 0.21
        store.append(run_id, attempt, [steps(4 + look, 4 + look), weights(4 + look)])
        feed.refresh(store)
    assert reads == ["board", "weights"] + ["board"] * 4
    clock.now += 0.3
    feed.refresh(store)
    assert reads[-2:] == ["board", "weights"]


def test_a_flag_says_who_is_stuck(store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    classroom, (ada, bob, eve, kim) = start(store, 4)
    run_id, attempt = train(store, ada)
    store.append(run_id, attempt, [Diverged(3, 1.0, "lost", "again")])
    store.enqueue(store.create(RunConfig(), owner=bob))
    feed, stream, client = BoardFeed(classroom), BoardStream("board"), Client()
    client.take(stream.message(feed.refresh(store)))
    assert [client.tiles[member]["k"] for member in (ada, bob, eve)] == ["diverged", "queued", "none"]
    now = time.time()
    monkeypatch.setattr(board_stream.time, "time", lambda: now + 181)
    with store.database.write() as connection:
        connection.exec_driver_sql(f"DELETE FROM seats WHERE member_id = '{kim}'")
    clock.now += 0.21
    client.take(stream.message(feed.refresh(store)))
    assert [client.tiles[member]["k"] for member in (ada, bob, eve, kim)] == [
        "diverged",
        "queued",
        "idle",
        "away",
    ]


def test_a_run_whose_weights_are_damaged_leaves_the_board_its_other_tiles(store: Store) -> None:
    classroom, (ada, bob) = start(store, 2)
    damaged, _attempt = train(store, ada)
    whole, _attempt = train(store, bob)
    with store.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE artifacts SET data = x'00' WHERE run_id = '{damaged}'")
    board: Board = BoardFeed(classroom).refresh(store)
    assert {*board.images} == {whole}
    assert len(board.entries) == 2


def test_a_board_that_was_not_read_yet_says_not_how_many_have_joined_and_one_of_an_empty_class_does() -> None:
    stream, client = BoardStream(), Client()
    client.take(stream.message(Board()))
    assert client.counts == {}
    client.take(stream.message(Board(is_read=True)))
    assert client.counts == {"joined": 0, "training": 0, "done": 0}
