"""What the live channel tells: few bytes however much is new, all that was said when that is wanted, troubles too."""

from typing import Any

import numpy as np
import pytest

from benchmarks.page_client import last_step
from core.figures.binary_message import unpack
from core.figures.run_curves import Chart, Curves
from core.figures.weight_images import WeightImages
from core.live.hub import Topic
from core.live.messages import HtmlPatch
from core.live.news import A_DRAWING_S, FEW_VIEWERS, LEAST_TILE_BYTES, MESSAGE_BYTES, Moment, MomentSource
from core.protocol.events import Evaluated, Started, Steps
from core.runs import StoreBusy
from tests.core.live.test_messages import ChartClient, TileClient

TOPIC = Topic("run", "run-1")
KEYS = {"head", "weights", "loss", "accuracy", "strip"}

Shown = dict[str, Chart | WeightImages | HtmlPatch]


class Scene:
    """A run of which everything that is told may be changed; its source says how it stands."""

    def __init__(self) -> None:
        self.curves = Curves("run-1")
        self.curves.add([Started(0, 90_000, 600, 60_000, "test", 10_000, 7850, "closed-form", 1)])
        self.shown: Shown = {}
        self.marks = {"page": "running"}
        self.error: Exception | None = None
        self.source = MomentSource(TOPIC, self._now)

    def _now(self) -> Moment:
        if self.error:
            raise self.error
        return Moment(self.shown, self.marks)

    def turn_over(self, seed: int, count: int = 800) -> None:
        """Let nothing be as it was: noisy steps, 20 other answers, weights without any order."""
        noise = np.random.default_rng(seed)
        values, first = noise.random(count, np.float32), self.curves.last_step + 1
        self.curves.add([Steps(first, values, values, 0.1, 1.0, 500.0)])
        for step in range(first + count // 4 - 1, first + count, count // 4):
            self.curves.add([Evaluated(step, "test", noise.random(), noise.random(), np.zeros(20, np.int64))])
        names = {f"said{i}": f"Ankle boot {seed}" for i in range(20)}
        tones = {f"tone{i}@class": "yn"[seed % 2] for i in range(20)}
        figures = {f"value{i}": f"{noise.random():.3f}" for i in range(4)}
        line = f"step {noise.random()} of 90,000 · epoch 3 of 150 " * 2
        labels, step = [*"0123456789"], self.curves.last_step
        images = noise.normal(0, 0.1 + seed / 50, (10, 784))
        self.shown = {
            "head": HtmlPatch("head", {"line": line, **figures}),
            "weights": WeightImages(images, (1, 28, 28), labels, step=step),
            "loss": self.curves.loss_chart(),
            "accuracy": self.curves.accuracy_chart(),
            "strip": HtmlPatch("strip", {**names, **tones}),
        }

    def change(self, viewers: int = 1) -> bytes | None:
        return self.source.look(wants_whole=False, viewers=viewers).change

    def told(self, viewers: int = 1) -> "Told":
        change = self.change(viewers)
        assert change is not None
        return Told(change)

    def whole(self) -> "Told":
        whole = self.source.look(wants_whole=True, viewers=1).whole
        assert whole is not None
        return Told(whole)


class Told:
    """One message: its header, and the messages of the components in it."""

    def __init__(self, message: bytes) -> None:
        self.header, payload = unpack(message)
        self.parts, start = {}, 0
        for key, length in self.header["parts"]:
            self.parts[key] = payload[start : start + length]
            start += length
        assert start == len(payload)
        self.size = len(message)


class PartsClient:
    """What pages/static/parts.js does with messages."""

    def __init__(self) -> None:
        self.html, self.values = "", {}

    def take(self, message: bytes) -> None:
        header, _ = unpack(message)
        if header.get("whole"):
            self.html, self.values = header["html"], {}
        self.values |= header["set"]


class PageClient:
    """A page's components."""

    def __init__(self) -> None:
        self.charts = {"loss": ChartClient(), "accuracy": ChartClient()}
        self.parts = {"head": PartsClient(), "strip": PartsClient()}
        self.tiles = TileClient()

    def take(self, told: Told) -> None:
        for key, message in told.parts.items():
            client: Any = self.charts.get(key) or self.parts.get(key) or self.tiles
            client.take(message)

    def shows(self) -> dict[str, Any]:
        """Return what is on the page: the curves, the codes of the images with their scale, texts and attributes."""
        curves = {key: chart.points for key, chart in self.charts.items()}
        texts = {key: (parts.html, parts.values) for key, parts in self.parts.items()}
        return {**curves, **texts, "weights": self.tiles.codes.tolist(), "limit": self.tiles.limit}


@pytest.fixture
def scene() -> Scene:
    made = Scene()
    made.turn_over(0, count=200)
    return made


def test_a_message_in_which_everything_changes_keeps_to_its_bytes(scene: Scene) -> None:
    scene.told()  # everything, as the first message
    for seed in range(1, 8):
        scene.turn_over(seed)
        news = scene.told()
        assert set(news.parts) == KEYS
        assert news.size <= MESSAGE_BYTES
        assert len(news.parts["weights"]) > LEAST_TILE_BYTES, "the images move in every message"


def test_what_has_no_news_is_left_out_and_nothing_new_is_no_message(scene: Scene) -> None:
    scene.told()
    while (change := scene.change()) is not None:  # the images whose changes did not fit
        assert set(Told(change).parts) == {"weights"}
    scene.shown = {**scene.shown, "head": HtmlPatch("head", {"line": "another line"})}
    assert set(scene.told().parts) == {"head"}
    assert scene.change() is None


def test_a_mark_that_changes_is_told_with_nothing_else(scene: Scene) -> None:
    scene.told()
    scene.marks = {"page": "finished"}
    news = scene.told()
    assert (news.header["marks"], news.parts) == ({"page": "finished"}, {})
    assert scene.change() is None


def test_whoever_joins_late_is_told_what_the_messages_before_added_up_to(scene: Scene) -> None:
    watching = PageClient()
    watching.take(scene.told())
    for seed in range(1, 5):
        scene.turn_over(seed, count=28)  # few enough for every point to be sent
        watching.take(scene.told())
    scene.turn_over(6, count=28)
    news = scene.source.look(wants_whole=True, viewers=2)
    assert news.change is not None
    assert news.whole is not None
    watching.take(Told(news.change))
    joined = PageClient()
    joined.take(Told(news.whole))
    assert joined.tiles.codes.any()
    assert shows_alike(joined, watching)
    exact = scene.shown["weights"]
    assert isinstance(exact, WeightImages)
    assert not np.allclose(codes(joined), codes_of(exact), atol=1), "some differences did not fit yet"
    while (change := scene.change()) is not None:
        for client in (watching, joined):
            client.take(Told(change))
    assert shows_alike(joined, watching), "and both follow from there"
    assert np.allclose(codes(joined), codes_of(exact), atol=1)


def codes(client: PageClient) -> np.ndarray:
    return client.tiles.codes.reshape(-1)


def codes_of(pictures: WeightImages) -> np.ndarray:
    """Return the codes of a page that is told of these images alone."""
    client, alone = PageClient(), Scene()
    alone.shown = {"weights": pictures}
    client.take(alone.told())
    return codes(client)


def shows_alike(one: PageClient, other: PageClient) -> bool:
    mine, theirs = one.shows(), other.shows()
    for key in ("loss", "accuracy"):
        for name, points in mine.pop(key).items():
            (x, y), (other_x, other_y) = points, theirs[key][name]
            if x != other_x or not np.allclose(y, other_y, atol=2e-3):  # codes of other scales
                return False
        theirs.pop(key)
    return mine == theirs


def test_a_store_that_fails_says_so_and_what_was_shown_stays(scene: Scene) -> None:
    scene.told()
    while scene.change() is not None:
        pass
    scene.error = StoreBusy("The store is busy.", "Wait a moment.")
    troubled = scene.told()
    assert (troubled.header["trouble"], troubled.parts) == (str(scene.error), {})
    assert scene.change() is None, "said once"
    assert set(scene.whole().parts) == KEYS, "who joins now is told what was read last"
    scene.error = None
    assert scene.told().header["trouble"] == ""


def test_a_store_that_fails_from_the_start_is_told_too_and_everything_follows(scene: Scene) -> None:
    scene.error = StoreBusy("The store is busy.", "Wait a moment.")
    assert scene.whole().header["trouble"] == str(scene.error)
    scene.error = None
    client = PageClient()
    client.take(scene.told())
    assert client.charts["loss"].points["batch"][0][-1] == 200


def test_pages_of_many_are_drawn_anew_over_a_while(scene: Scene) -> None:
    assert scene.told(viewers=FEW_VIEWERS).header["spread"] == 0
    scene.turn_over(1)
    assert scene.told(viewers=FEW_VIEWERS + 1).header["spread"] == pytest.approx(9 * A_DRAWING_S)
    scene.marks = {"page": "over"}
    assert scene.told(viewers=300).header["spread"] == pytest.approx(300 * A_DRAWING_S)


def test_the_benchmark_reads_the_last_step_of_a_message_that_carries_fewer_points_than_there_were(
    scene: Scene,
) -> None:
    assert scene.change() is not None
    scene.turn_over(1)
    told = scene.change()
    assert told is not None
    assert last_step(told) == scene.curves.last_step
