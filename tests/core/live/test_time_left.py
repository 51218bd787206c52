"""Time left falls steadily: told from what real runs said, recorded on a busy machine."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.live.time_left import StepTime, time_left, time_left_text
from core.protocol.events import Steps
from core.runs import Store
from tests.core.runs.conftest import open_store, started, steps, told

# {run: its pace, updates, seconds, and its chunks of steps: [first, last, training time so far, seconds since Started]}
RECORDED = json.loads((Path(__file__).parent / "recorded_runs.json").read_text())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "inkling.db")
    yield opened
    opened.close()


def told_times(store: Store, name: str) -> list[tuple[float, float]]:
    """Return [(seconds since the run started, seconds left as told then)] of a recorded run."""
    run, step_time, times = RECORDED[name], StepTime(), []
    run_id, _attempt = told(store, started(total_steps=run["total_steps"]))
    store.order(run_id, pace=run["pace"])
    row = store.get(run_id)
    for first, last, elapsed_s, at_s in run["chunks"]:
        losses = np.zeros(last - first + 1, np.float32)
        step_time.add([Steps(first, losses, losses, 0.1, elapsed_s, 1.0)])
        left_s = time_left(replace(row, step=last), step_time.seconds)
        if left_s is not None:
            times.append((at_s, left_s))
    store.leases.give_back(run_id)
    return times


@pytest.mark.parametrize("name", RECORDED)
def test_time_left_falls_steadily(store: Store, name: str) -> None:
    times, took_s = told_times(store, name), RECORDED[name]["took_s"]
    assert times[0][0] < 2.5, "told soon"
    for (before_s, left_before_s), (now_s, left_s) in pairwise(times):
        expected_s = left_before_s - (now_s - before_s)
        assert left_s < 1.1 * expected_s + 1.0, f"rises at {now_s} s"  # the first evaluation between
        assert left_s > 0.9 * expected_s - 0.3, f"falls too fast at {now_s} s"
    for at_s, left_s in times:
        assert left_s == pytest.approx(took_s - at_s, rel=0.4, abs=1.0), f"not what came, at {at_s} s"


def test_a_slow_run_tells_from_its_first_step_the_time_it_will_take(store: Store) -> None:
    at_s, left_s = told_times(store, "softmax, slow")[0]
    assert at_s < 0.2
    assert at_s + left_s == pytest.approx(10, abs=0.5)


def test_a_run_begun_again_is_timed_anew() -> None:
    step_time = StepTime()
    step_time.add([started(), steps(1, 10)])
    assert step_time.seconds is None
    step_time.add([steps(11, 20), steps(21, 140)])
    assert step_time.seconds == pytest.approx(0.01)
    step_time.add([started(step=140), steps(141, 150)])
    assert step_time.seconds is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "about 5 s left"),
        (7.4, "about 5 s left"),
        (9.8, "about 10 s left"),
        (17.4, "about 15 s left"),
        (18.0, "less than a minute left"),
        (54.9, "less than a minute left"),
        (55.0, "about 1 min left"),
        (1_230.0, "about 20 min left"),
        (3_569.0, "about 59 min left"),
        (3_571.0, "about 1 hour left"),
        (20_000.0, "about 6 hours left"),
    ],
)
def test_time_left_is_told_in_words(seconds: float, text: str) -> None:
    assert time_left_text(seconds) == text
