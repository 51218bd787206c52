"""What a tick carries: within its bytes however much is new, and nothing of components that have no news."""

from collections.abc import Callable

import numpy as np
import pytest

from core.figures.binary_message import unpack
from core.figures.run_curves import Chart, Curves
from core.figures.weight_images import WeightImages
from core.live.messages import HtmlPatch
from core.protocol.events import Evaluated, Started, Steps
from pages.components import live_updates

EventBatch = dict[str, Chart | WeightImages | HtmlPatch]


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> Callable[[EventBatch], dict[str, bytes]]:
    """Return what makes one viewer's messages of one tick."""
    streams: dict[str, object] = {}
    monkeypatch.setattr(live_updates, "viewer_stream", lambda key, kind: streams.setdefault(key, kind(key)))
    return live_updates._messages


def begun() -> Curves:
    """Return the curves of a run that has begun."""
    curves = Curves("run-1")
    curves.add([Started(0, 90_000, 600, 60_000, "test", 10_000, 7850, "closed-form", 1)])
    return curves


def everything_new(curves: Curves, seed: int) -> EventBatch:
    """Return news in which nothing is as it was: 800 noisy steps, 20 other answers, weights without any order."""
    noise = np.random.default_rng(seed)
    values = noise.random(800, np.float32)
    curves.add([Steps(1 + 800 * seed, values, values, 0.1, 1.0, 500.0)])
    for step in range(800 * seed + 200, 800 * seed + 801, 200):
        curves.add([Evaluated(step, "test", noise.random(), noise.random(), np.zeros(20, np.int64))])
    names = {f"said{i}": f"Ankle boot {seed}" for i in range(20)}
    tones = {f"tone{i}@class": "yn"[seed % 2] for i in range(20)}
    figures = {f"value{i}": f"{noise.random():.3f}" for i in range(4)}
    return {
        "head": HtmlPatch(
            "head", {"line": f"step {noise.random()} of 90,000 · epoch 3 of 150 " * 2, **figures}
        ),
        "weights": WeightImages(
            noise.normal(0, 0.1 + seed / 50, (10, 784)), (1, 28, 28), [*"0123456789"], step=800 * seed
        ),
        "loss": curves.loss_chart(),
        "accuracy": curves.accuracy_chart(),
        "strip": HtmlPatch("strip", {**names, **tones}),
    }


def test_a_tick_in_which_everything_changes_keeps_to_its_bytes(messages) -> None:
    curves = begun()
    messages(everything_new(curves, 0))  # the whole page
    for seed in range(1, 8):
        sent = messages(everything_new(curves, seed))
        assert set(sent) == {"head", "weights", "loss", "accuracy", "strip"}
        assert sum(map(len, sent.values())) <= live_updates.TICK_BYTES - live_updates.TICK_OWN_BYTES + 64
        assert len(sent["weights"]) > 900, "the images move in every tick"


def test_components_without_news_say_so_twice_and_are_then_left_out(messages) -> None:
    news = everything_new(begun(), 0)
    messages(news)
    for _ in range(live_updates.IDLE_TOLD):
        assert all(unpack(message)[0]["idle"] for message in messages(news).values())
    assert messages(news) == {}
    head = HtmlPatch("head", {"line": "another line"})
    assert list(messages({**news, "head": head})) == ["head"]
