"""A wall clock that jumps while a run trains: nobody is taken for dead, nothing is pruned, nothing waits.

By an hour, moved under Python alone; by weeks, moved under the whole process by libfaketime (Debian's `faketime`).
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.config.environment import to_environment
from core.live.time_left import StepTime, time_left
from core.protocol.events import Steps
from core.runs import Store
from tests.browser import ROOT
from tests.faults.conftest import LONG, SHORT, SLOW, ended, running
from tests.faults.lab import moved_clock
from tests.polling import until

pytestmark = pytest.mark.faults


@pytest.mark.long
@pytest.mark.parametrize("offset_s", [-3600, 3600])
def test_a_clock_that_jumps_an_hour_disturbs_nothing(app_in, tmp_path, offset_s):
    offset, environment = moved_clock(tmp_path)
    app, store = app_in(tmp_path, environment, cores=1)
    first = store.create(LONG, pace=SLOW)
    app.submit(first)
    running(store, first, step=5)
    started_at = store.get(first).started_at
    offset.write_text(str(offset_s))
    second = store.create(SHORT)
    app.submit(second)
    at = store.get(first).step
    until(lambda: store.get(first).step > at + 50, "training to go on")
    assert store.get(first).status == "running"
    assert store.get(second).queue_position == 1
    store.order(first, command="stop")
    row = ended(store, first)
    assert row.status == "stopped"
    assert row.ended_at - started_at == pytest.approx(offset_s, abs=60), (
        "the processes did see the clock jump"
    )
    assert 0 < row.elapsed_s < 60
    assert ended(store, second).status == "finished"
    assert store.prune() == []


DAY_S = 86_400
LIBRARIES = "*-linux-gnu*/faketime/libfaketimeMT.so.1"
# libfaketime refuses the sleep of Python where it leaves the monotonic clock alone: these processes wait on a lock
SLEEP = "import threading, time; time.sleep = lambda seconds: threading.Event().wait(seconds)"


@pytest.fixture
def faked(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """Return (the file that says how wrong the clock is, the environment of a process that has this clock)."""
    found = next(Path("/usr/lib").glob(LIBRARIES), None)
    if found is None:
        why = "libfaketime is not installed; install Debian's package faketime"
        (pytest.fail if os.environ.get("INKLING_REQUIRE_FAULTS") == "1" else pytest.skip)(why)
    offset, shim = tmp_path / "faketime", tmp_path / "shim"
    offset.write_text("+0\n")
    shim.mkdir()
    (shim / "sitecustomize.py").write_text(SLEEP)
    return offset, {
        "LD_PRELOAD": str(found),
        "PYTHONPATH": str(shim),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def done_under(environment: dict[str, str], store: Store, what: str) -> str:
    """Return what a process that has the wrong clock prints, once it has done this to the store."""
    program = f"import time; from core.runs import Store; store = Store(); {what}"
    given = {**os.environ, **to_environment(store.settings), **environment}
    line = [sys.executable, "-c", program]
    return subprocess.run(
        line, cwd=ROOT, env=given, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_a_clock_that_jumps_weeks_forwards_and_back_leaves_times_order_and_what_is_kept(
    app_in, tmp_path, faked
):
    offset, environment = faked
    app, store = app_in(tmp_path, environment, cores=1, kept_days=10.0)
    old, binned = (store.create(SHORT) for _ in range(2))
    for run_id in (old, binned):
        app.submit(run_id)
        ended(store, run_id)
    store.delete(binned)
    assert store.prune() == []
    first = store.create(LONG, pace=SLOW)
    app.submit(first)
    running(store, first, step=5)
    began = time.monotonic()
    for days in (40, -40, 0):
        offset.write_text(f"{days * DAY_S:+d}\n")
        told = float(done_under(environment, store, "print(time.time()); store.prune()"))
        assert told - time.time() == pytest.approx(days * DAY_S, abs=120), (
            "the process did see the clock jump"
        )
        at = store.get(first).step
        until(lambda at=at: store.get(first).step > at + 50, "training to go on")
        row, step_time = store.get(first), StepTime()
        assert row.status == "running"
        assert 0 < row.elapsed_s < time.monotonic() - began + 60
        step_time.add(store.events_since(first).events)
        left = time_left(row, step_time.seconds)
        assert left == pytest.approx((row.total_steps - row.step) / 50, rel=0.2), (
            "by the pace, 50 steps a second"
        )
        app.submit(store.create(SHORT))
    told = [event.elapsed_s for event in store.events_since(first).events if isinstance(event, Steps)]
    assert told == sorted(told)
    rows = store.list()
    assert [row.number for row in rows] == sorted((row.number for row in rows), reverse=True)
    assert [store.get(entry.run_id).queue_position for entry in store.waiting()] == [1, 2, 3]
    assert [entry.run_id for entry in store.waiting()] == [row.id for row in reversed(rows[:3])]
    assert {old, first} < {row.id for row in rows}
    assert [row.id for row in store.list(deleted=True)] == [binned]
    store.order(first, command="stop")
    assert ended(store, first).status == "stopped"
    for row in rows[:3]:
        assert ended(store, row.id).status == "finished"
