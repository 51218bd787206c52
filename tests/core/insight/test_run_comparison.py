"""What a comparison says, on runs that were really trained and on curves small enough to reckon by hand."""

from dataclasses import replace

import numpy as np
import pytest

from core.config.run_config import RunConfig
from core.insight.run_comparison import (
    Curve,
    band,
    batch_curve,
    differ_only_in_seed,
    differing_settings,
    held_out_curve,
    seed_groups,
)
from core.protocol.events import Evaluated, Started, Steps

STARTED = Started(0, 6, 3, 300, "validation", 100, 7850, "autograd", 1)
EVENTS = (
    STARTED,
    Evaluated(0, "validation", 2.3, 0.1),
    Steps(1, np.array([2.0, 1.0], np.float32), np.array([0.2, 0.4], np.float32), 0.1, 1.0, 100.0),
    Evaluated(2, "validation", 1.5, 0.5),
    Steps(3, np.array([0.5] * 4, np.float32), np.array([0.8] * 4, np.float32), 0.1, 5.0, 100.0),
    Evaluated(6, "validation", 0.4, 0.9),
    Evaluated(6, "test", 9.9, 0.0),
)


def test_only_settings_that_differ_and_matter_are_named() -> None:
    softmax, cnn = RunConfig(), RunConfig(model="cnn", learning_rate=0.2)
    assert differing_settings([softmax, cnn]) == ["model", "channels", "kernel_size", "learning_rate"]
    hidden = [RunConfig(hidden_sizes=(5,)), RunConfig(hidden_sizes=(6,))]
    assert differing_settings(hidden) == []
    assert differing_settings([cnn, replace(cnn, dropout=0.5)]) == ["dropout"]
    assert differing_settings([softmax]) == []


def test_repeats_under_other_seeds_are_gathered() -> None:
    configs = [RunConfig(seed=1), RunConfig(epochs=2), RunConfig(seed=2), RunConfig(epochs=2, seed=3)]
    assert seed_groups(configs) == [[0, 2], [1, 3]]
    assert differ_only_in_seed([configs[0], configs[2]])
    assert not differ_only_in_seed(configs)
    assert not differ_only_in_seed([configs[0], configs[0]])


@pytest.mark.parametrize(
    ("axis", "expected"), [("steps", [0, 2, 6]), ("epochs", [0, 2 / 3, 2]), ("seconds", [0, 1, 5])]
)
def test_held_out_curve_leaves_the_final_test_figure_out(axis: str, expected: list[float]) -> None:
    curve = held_out_curve(EVENTS, "accuracy", axis)  # type: ignore[arg-type]
    assert curve.x == pytest.approx(expected)
    assert curve.y.tolist() == [0.1, 0.5, 0.9]


def test_batch_curve_spreads_a_chunk_s_seconds_over_its_steps_and_smooths() -> None:
    plain = batch_curve(EVENTS, "loss", "seconds", 0.0)
    assert plain.x == pytest.approx([0.5, 1, 2, 3, 4, 5])
    assert plain.y.tolist() == [2.0, 1.0, 0.5, 0.5, 0.5, 0.5]
    smooth = batch_curve(EVENTS, "loss", "steps", 0.9)
    assert smooth.y[1] == pytest.approx(2 / 11 * 2.0 + 9 / 11 * 1.0)
    assert (np.diff(smooth.y) < 0).all()
    assert len(batch_curve((STARTED,), "loss", "steps", 0.5).x) == 0


def test_band_is_mean_and_span_where_all_curves_are() -> None:
    first = Curve(np.array([0.0, 2.0, 4.0]), np.array([0.0, 2.0, 4.0]))
    second = Curve(np.array([1.0, 3.0]), np.array([3.0, 3.0]))
    found = band([first, second])
    assert found.x.tolist() == [1, 2, 3]
    assert found.mean.tolist() == [2, 2.5, 3]
    assert found.low.tolist() == [1, 2, 3]
    assert found.high.tolist() == [3, 3, 3]
    with pytest.raises(ValueError, match="at least one curve"):
        band([])
