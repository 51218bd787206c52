"""A client that only reads the messages ends up with what the server has, for few bytes."""

import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from core.figures.binary_message import decode_arrays, unpack
from core.figures.palette import diverging_lut
from core.figures.run_curves import Curves
from core.figures.weight_images import LEVELS, WeightImages
from core.live.messages import ChartStream, HtmlPatch, PartsStream, TileStream
from core.protocol.events import Evaluated, Started, Steps
from tests.core.figures.conftest import SmallRun

DIGITS = [str(digit) for digit in range(10)]


@dataclass
class ChartClient:
    """What pages/static/chart.js does with messages."""

    number: int = -1
    id: str = ""
    head: dict[str, Any] = field(default_factory=dict)
    points: dict[str, list[list[float]]] = field(default_factory=dict)

    def take(self, message: bytes) -> str:
        header, payload = unpack(message)
        mine = header["id"] == self.id
        if mine and header["n"] <= self.number:
            return "old"
        if not header.get("whole") and (not mine or header["n"] != self.number + 1 or header.get("idle")):
            return "missed"
        self.number, self.id = header["n"], header["id"]
        if header.get("whole"):
            self.head, self.points = header, {s["key"]: [[], []] for s in header["series"]}
        arrays = decode_arrays(header["a"], payload)
        for i, key in enumerate(header.get("keys", list(self.points))):
            self.points[key][0] += arrays[2 * i].tolist()
            self.points[key][1] += arrays[2 * i + 1].tolist()
        return "new"


def grown(run: SmallRun, *, until: int, curves: Curves | None = None, since: int = 0) -> Curves:
    if curves is None:
        curves = Curves("run-1")
        curves.add([Started(0, 120, 60, 6000, "test", 10_000, 7850, "closed-form", 1)])
    part = slice(since, until)
    curves.add([Steps(since + 1, run.losses[part], run.accuracies[part], 0.1, 1.0, 1.0)])
    curves.add([Evaluated(until, "test", float(run.losses[until - 1]), 0.5)])
    return curves


def test_a_client_fed_message_by_message_holds_every_point(small_run: SmallRun) -> None:
    stream, client, curves = ChartStream(), ChartClient(), None
    for since in range(0, 120, 20):
        curves = grown(small_run, until=since + 20, curves=curves, since=since)
        assert client.take(stream.message(curves.loss_chart())) == "new"
    assert curves is not None
    for series in curves.loss_chart().series:
        x, y = client.points[series.key]
        assert x == series.x.tolist()
        assert y == pytest.approx(series.y, abs=1e-4)


def test_nothing_new_costs_a_few_bytes_and_says_so(small_run: SmallRun) -> None:
    stream, client, curves = ChartStream(), ChartClient(), grown(small_run, until=60)
    client.take(stream.message(curves.loss_chart()))
    message = stream.message(curves.loss_chart())
    assert len(message) < 45
    assert client.take(message) == "old"


def test_a_lost_message_is_noticed_and_a_reset_makes_it_good(small_run: SmallRun) -> None:
    stream, client, curves = ChartStream(), ChartClient(), grown(small_run, until=60)
    client.take(stream.message(curves.loss_chart()))
    stream.message(grown(small_run, until=90, curves=curves, since=60).loss_chart())  # lost on the way
    assert client.take(stream.message(curves.loss_chart())) == "missed", "the idle one gives it away"
    late = stream.message(grown(small_run, until=120, curves=curves, since=90).loss_chart())
    assert client.take(late) == "missed"
    stream.reset()
    assert client.take(stream.message(curves.loss_chart())) == "new"
    assert client.points["batch"][0] == list(range(1, 121))


def test_a_client_that_was_mounted_anew_asks_for_everything(small_run: SmallRun) -> None:
    stream, curves = ChartStream(), grown(small_run, until=60)
    stream.message(curves.loss_chart())
    update = stream.message(grown(small_run, until=90, curves=curves, since=60).loss_chart())
    assert ChartClient().take(update) == "missed"


def test_a_client_whose_server_began_anew_takes_the_new_numbers(small_run: SmallRun) -> None:
    client, curves = ChartClient(), grown(small_run, until=60)
    old = ChartStream()
    for until in (80, 100):
        client.take(old.message(curves.loss_chart()))
        curves = grown(small_run, until=until, curves=curves, since=until - 20)
    new = ChartStream()
    new.message(curves.loss_chart())  # went to a browser that was not listening yet
    curves = grown(small_run, until=120, curves=curves, since=100)
    assert client.take(new.message(curves.loss_chart())) == "missed", (
        "number 2 as well, but not of its stream"
    )
    new.reset()
    assert client.take(new.message(curves.loss_chart())) == "new"
    assert client.points["batch"][0] == list(range(1, 121))


def test_curves_read_afresh_are_sent_whole_even_where_they_are_longer(small_run: SmallRun) -> None:
    stream, client = ChartStream(), ChartClient()
    client.take(stream.message(grown(small_run, until=60).loss_chart()))
    client.take(stream.message(grown(small_run, until=100).loss_chart()))
    assert client.head["whole"]
    assert client.points["batch"][0] == list(range(1, 101))


def test_news_of_many_steps_is_thinned_and_stays_small() -> None:
    curves, stream, client = Curves("run-1"), ChartStream(), ChartClient()
    curves.add([Started(0, 60_000, 600, 60_000, "test", 10_000, 7850, "closed-form", 1)])
    client.take(stream.message(curves.loss_chart()))
    noise = np.random.default_rng(0).random(12_000, np.float32)
    curves.add([Steps(1, noise, noise, 0.1, 1.0, 1.0), Evaluated(12_000, "test", 0.3, 0.9)])
    message = stream.message(curves.loss_chart())
    assert len(message) < 1100
    client.take(message)
    assert max(client.points["batch"][1]) == pytest.approx(noise.max(), abs=1e-4)
    assert min(client.points["batch"][1]) == pytest.approx(noise.min(), abs=1e-4)


def test_a_whole_message_of_a_long_run_is_bounded() -> None:
    curves = Curves("run-1")
    for first in range(1, 30_001, 1000):
        noise = np.random.default_rng(first).random(1000, np.float32)
        curves.add([Steps(first, noise, noise, 0.1, 1.0, 1.0)])
    client = ChartClient()
    message = ChartStream().message(curves.loss_chart())
    client.take(message)
    assert all(len(x) <= 2000 for x, _ in client.points.values())
    assert len(message) < 14_000


@dataclass
class TileClient:
    """What pages/static/tiles.js does with messages."""

    head: dict[str, Any] = field(default_factory=dict)
    codes: np.ndarray = field(default_factory=lambda: np.zeros(0))
    limit: float = 0.0

    def take(self, message: bytes) -> np.ndarray:
        header, payload = unpack(message)
        if not header.get("idle"):
            change = np.frombuffer(zlib.decompress(payload, -15), np.int8).astype(float)
            if header.get("whole"):
                self.head, self.codes = header, np.zeros(len(change))
            known = np.floor(self.codes * (self.limit / header["limit"]) + 0.5)
            self.codes = change + np.clip(known, -LEVELS, LEVELS)
            self.limit = header["limit"]
        return self.codes.reshape(self.head["shape"]) / LEVELS * self.limit


def test_the_client_paints_the_weights_of_every_message(small_run: SmallRun) -> None:
    stream, client = TileStream(), TileClient()
    sizes = []
    for step in range(0, 121, 10):
        weights = small_run.weights[step]
        message = stream.message(WeightImages(weights, (1, 28, 28), DIGITS, step))
        sizes.append(len(message))
        shown = client.take(message)[:, 0].reshape(10, 784)
        inside = np.abs(weights) <= client.limit
        assert inside.mean() > 0.99
        assert np.abs(shown - weights)[inside].max() <= client.limit / LEVELS / 2 + 1e-6
        assert np.abs(shown).max() <= client.limit + 1e-9
    assert client.limit > 0.15, "the scale has grown with the weights"
    assert sizes[0] < 9000
    assert max(sizes[1:]) < 3500, sizes
    assert np.median(sizes[1:]) < 2500, sizes


def test_tiles_that_did_not_change_cost_a_few_bytes(small_run: SmallRun) -> None:
    stream = TileStream()
    stream.message(WeightImages(small_run.weights[5], (1, 28, 28), DIGITS))
    assert len(stream.message(WeightImages(small_run.weights[5], (1, 28, 28), DIGITS))) < 45


def test_a_whole_tile_message_carries_both_scales_and_the_class_colours(small_run: SmallRun) -> None:
    header, _ = unpack(TileStream().message(WeightImages(small_run.weights[0], (1, 28, 28), DIGITS)))
    assert header["luts"] == [diverging_lut("light").tobytes().hex(), diverging_lut("dark").tobytes().hex()]
    assert len(set(header["colours"])) == 10
    assert header["shape"] == [10, 1, 28, 28]


def test_untrained_weights_are_pale(small_run: SmallRun) -> None:
    client = TileClient()
    shown = client.take(TileStream().message(WeightImages(small_run.weights[0], (1, 28, 28), DIGITS)))
    assert 0.25 < np.abs(shown).max() / client.limit < 0.5


def test_live_colour_weights_are_halved_until_they_fit() -> None:
    weights = np.random.default_rng(0).normal(0, 0.1, (10, 3, 32, 32)).astype(np.float32)
    client = TileClient()
    message = TileStream().message(WeightImages(weights, (3, 32, 32), DIGITS))
    shown = client.take(message)
    assert shown.shape == (10, 3, 16, 16)
    expected = weights[3, 2, 6:8, 10:12].mean()
    assert shown[3, 2, 3, 5] == pytest.approx(expected, abs=client.limit / LEVELS)
    whole = TileClient().take(
        TileStream().message(WeightImages(weights, (3, 32, 32), DIGITS, max_values=None))
    )
    assert whole.shape == weights.shape


def test_other_labels_or_shapes_start_anew(small_run: SmallRun) -> None:
    stream = TileStream()
    stream.message(WeightImages(small_run.weights[0], (1, 28, 28), DIGITS))
    renamed, _ = unpack(stream.message(WeightImages(small_run.weights[1], (1, 28, 28), [*"abcdefghij"])))
    fewer, _ = unpack(stream.message(WeightImages(small_run.weights[1][:3], (1, 28, 28), [*"abc"])))
    assert renamed["whole"]
    assert fewer["whole"]
    assert fewer["columns"] == 3


def test_labels_and_images_that_differ_in_number_are_refused() -> None:
    with pytest.raises(ValueError, match="3 weight images need as many labels, got 2"):
        WeightImages(np.zeros((3, 784)), (1, 28, 28), ["a", "b"])


def test_parts_send_the_template_once_and_then_only_what_changed() -> None:
    stream = PartsStream("head")
    template = '<b data-part="loss"></b><i data-part="bar"></i>'
    first, _ = unpack(stream.message(HtmlPatch(template, {"loss": "2.303", "bar@style": "width:0%"})))
    assert (first["html"], first["key"]) == (template, "head")
    assert first["set"] == {"loss": "2.303", "bar@style": "width:0%"}
    second, _ = unpack(stream.message(HtmlPatch(template, {"loss": "2.303", "bar@style": "width:9%"})))
    assert second == {"id": first["id"], "n": 2, "set": {"bar@style": "width:9%"}}
    third, _ = unpack(stream.message(HtmlPatch(template, {"loss": "2.303", "bar@style": "width:9%"})))
    assert third == {"id": first["id"], "n": 2, "idle": 1}
    stream.reset()
    again, _ = unpack(stream.message(HtmlPatch(template, {"loss": "2.303", "bar@style": "width:9%"})))
    assert again["whole"]
    assert again["set"]["loss"] == "2.303"


def test_differences_keep_to_the_room_and_what_was_left_out_follows(small_run: SmallRun) -> None:
    stream, client = TileStream(), TileClient()
    client.take(stream.message(WeightImages(small_run.weights[0], (1, 28, 28), DIGITS)))
    target = WeightImages(small_run.weights[120], (1, 28, 28), DIGITS, 120)
    first = stream.message(target, room=900)
    assert len(first) < 1000
    shown = client.take(first)[:, 0].reshape(10, 784)
    exact = TileClient().take(TileStream().message(target))[:, 0].reshape(10, 784)
    assert 0 < np.abs(shown - exact).max() <= 6 * client.limit / LEVELS + 1e-9, (
        "the greatest changes came first"
    )
    for _ in range(12):
        message = stream.message(target, room=900)
        assert len(message) < 1000
        shown = client.take(message)[:, 0].reshape(10, 784)
    np.testing.assert_array_equal(shown, exact)
    assert stream.idle > 0


def test_pixels_that_all_turn_over_keep_to_the_room_too_and_arrive() -> None:
    stream, client = TileStream(), TileClient()
    signs = np.random.default_rng(0).choice([-1.0, 1.0], (10, 784)).astype(np.float32)
    client.take(stream.message(WeightImages(signs, (1, 28, 28), DIGITS, limit=1.0)))
    messages = 0
    while not stream.idle:
        message = stream.message(WeightImages(-signs, (1, 28, 28), DIGITS, limit=1.0), room=400)
        assert len(message) < 500
        client.take(message)
        messages += 1
    assert 3 < messages < 60
    np.testing.assert_array_equal(client.take(message)[:, 0].reshape(10, 784), -signs)


def test_points_that_are_thinned_are_not_sent_anew() -> None:
    curves, stream, client = Curves("run-1"), ChartStream(), ChartClient()
    curves.add([Started(0, 90_000, 600, 60_000, "test", 10_000, 7850, "closed-form", 1)])
    sizes = []
    for first in range(1, 90_001, 1000):
        noise = np.random.default_rng(first).random(1000, np.float32)
        curves.add([Steps(first, noise, noise, 0.1, 1.0, 1.0)])
        message = stream.message(curves.loss_chart())
        client.take(message)
        sizes.append(len(message))
    assert curves.raw["loss"].thinned > 0
    assert max(sizes[2:]) < 900
    assert client.points["batch"][0][-1] == 90_000
