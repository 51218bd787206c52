"""Curves grow at the end, stay bounded, and keep their extremes when thinned."""

import numpy as np
import pytest

from core.figures.downsampling import Trace, decimate


def noisy(count: int) -> tuple[np.ndarray, np.ndarray]:
    x = np.arange(1.0, count + 1)
    return x, 2.3 * np.exp(-x / count) + np.random.default_rng(1).normal(0, 0.2, count)


@pytest.mark.parametrize("limit", [4, 5, 100, 1999])
@pytest.mark.parametrize("count", [2000, 2001, 12_345])
def test_decimation_keeps_the_extremes_the_end_and_the_limit(count: int, limit: int) -> None:
    x, y = noisy(count)
    kept_x, kept_y = decimate(x, y, limit)
    assert len(kept_x) <= limit
    assert len(kept_x) >= min(limit // 4, 100)
    assert kept_y.min() == y[:-1].min() or kept_y.min() == y.min()
    assert kept_y.max() == y.max()
    assert kept_x[-1] == x[-1]
    assert (np.diff(kept_x) > 0).all()
    assert np.array_equal(kept_y, y[kept_x.astype(int) - 1]), "every point is one of the originals"


def test_decimation_keeps_the_lowest_and_highest_of_every_stretch() -> None:
    x, y = noisy(1001)
    kept_x, _ = decimate(x, y, 201)
    for start in range(0, 1000, 10):  # (201 - 1) / 2 stretches of ten
        stretch = y[start : start + 10]
        assert x[start + stretch.argmin()] in kept_x
        assert x[start + stretch.argmax()] in kept_x


def test_decimation_leaves_few_points_alone_and_passes_over_gaps() -> None:
    x, y = noisy(50)
    assert decimate(x, y, 50)[1] is y
    y[10:20] = np.nan
    _, kept = decimate(x, y, 11)
    assert np.nanmax(kept) == np.nanmax(y)
    assert np.nanmin(kept) == np.nanmin(y)


def test_decimation_refuses_a_limit_that_cannot_hold_a_stretch() -> None:
    with pytest.raises(ValueError, match="got 3"):
        decimate(np.arange(9.0), np.arange(9.0), 3)


def test_a_trace_holds_what_was_appended() -> None:
    x, y = noisy(5000)
    trace = Trace()
    for part in np.split(np.arange(5000), [1, 2, 1500, 4000]):
        trace.extend(x[part], y[part])
    assert np.array_equal(trace.points[0], x)
    assert np.array_equal(trace.points[1], y)
    assert trace.thinned == 0


def test_a_trace_stays_bounded_and_says_that_it_was_thinned() -> None:
    trace = Trace(limit=1000)
    x, y = noisy(50_000)
    for start in range(0, 50_000, 100):
        trace.extend(x[start : start + 100], y[start : start + 100])
        assert len(trace) <= 1000
    assert trace.thinned > 5
    assert trace.dropped == 0
    assert trace.points[1].max() == y.max()
    assert trace.points[0][-1] == 50_000


def test_a_resumed_run_replaces_the_steps_after_its_checkpoint() -> None:
    trace = Trace()
    trace.extend(np.arange(1.0, 101.0), np.zeros(100))
    seen_x, seen_y = trace.points
    trace.extend(np.arange(51.0, 61.0), np.ones(10))
    x, y = trace.points
    assert np.array_equal(x, np.arange(1.0, 61.0))
    assert y.sum() == 10
    assert trace.dropped == 1
    assert len(seen_x) == 100, "who reads the old points goes on reading them"
    assert not seen_y.any()
