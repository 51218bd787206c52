"""Leases: one holder, seen by all, gone with its process and with nothing else."""

import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.runs import leases
from core.runs.leases import BeatLeases, FileLeases, Leases
from tests.core.runs.conftest import open_store
from tests.polling import until

HOLDER = """
import sys
from pathlib import Path
from core.runs.leases import FileLeases
leases = FileLeases(Path(sys.argv[1]))
print(leases.take("run"), flush=True)
sys.stdin.read()
"""


@pytest.fixture(params=["files", "beats"])
def pair(request, tmp_path: Path, monkeypatch) -> tuple[Leases, Leases]:
    """Return the leases of one store as two processes have them, of either kind."""
    monkeypatch.setattr(leases, "BEAT_S", 0.02)
    monkeypatch.setattr(leases, "STALE_S", 600)
    if request.param == "files":
        return FileLeases(tmp_path / "leases"), FileLeases(tmp_path / "leases")
    path = tmp_path / "inkling.db"
    return BeatLeases(open_store(path).database), BeatLeases(open_store(path).database)


def test_a_lease_has_one_holder_until_it_is_given_back(pair):
    mine, theirs = pair
    assert not theirs.is_held("run")
    assert mine.take("run")
    assert mine.is_held("run")
    assert theirs.is_held("run")
    assert not theirs.take("run", wait_s=0.05)
    assert theirs.take("another", wait_s=0.05)
    mine.give_back("run")
    assert not theirs.is_held("run")
    assert theirs.take("run")
    assert mine.is_held("run")
    theirs.give_back("run")
    theirs.give_back("another")


def test_asking_does_not_take(pair):
    mine, theirs = pair
    for _ in range(50):
        assert not theirs.is_held("run")
        assert mine.take("run", wait_s=0)
        assert theirs.is_held("run")
        mine.give_back("run")


def test_a_lease_ends_the_moment_its_process_is_killed(tmp_path):
    arguments = [sys.executable, "-c", HOLDER, str(tmp_path)]
    holder = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "True\n"
    watcher = FileLeases(tmp_path)
    assert watcher.is_held("run")
    holder.kill()
    holder.communicate()
    assert not watcher.is_held("run")
    assert (tmp_path / "run").exists()
    watcher.sweep()
    assert not (tmp_path / "run").exists()
    assert watcher.take("run")


def test_sweeping_leaves_held_leases_alone(tmp_path):
    mine, theirs = FileLeases(tmp_path), FileLeases(tmp_path)
    assert mine.take("run")
    mine.sweep()
    theirs.sweep()
    assert theirs.is_held("run")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Return the watchers' clock, which moves only when `now` is set; the holder's beat goes by the real one."""
    moved = SimpleNamespace(now=1000.0, monotonic=lambda: moved.now, sleep=time.sleep)
    monkeypatch.setattr(leases, "time", moved)
    monkeypatch.setattr(leases, "BEAT_S", 0.02)
    return moved


def test_a_counter_that_stands_still_has_lost_its_holder(tmp_path, monkeypatch, clock):
    path = tmp_path / "inkling.db"
    dead, watcher = BeatLeases(open_store(path).database), BeatLeases(open_store(path).database)
    monkeypatch.setattr(dead, "_beat", lambda: None)
    assert dead.take("run")
    assert watcher.is_held("run"), "at first sight it gets the benefit of the doubt"
    clock.now += 0.9 * leases.STALE_S
    assert watcher.is_held("run")
    clock.now += 0.2 * leases.STALE_S
    assert not watcher.is_held("run")
    assert watcher.take("run")
    watcher.give_back("run")


def test_a_counter_that_moves_is_held_for_as_long_as_it_moves(tmp_path, clock):
    path = tmp_path / "inkling.db"
    mine, watcher = BeatLeases(open_store(path).database), BeatLeases(open_store(path).database)
    assert mine.take("run")
    beats = set()

    def is_new_beat() -> bool:
        assert watcher.is_held("run")
        known = len(beats)
        beats.add(watcher._watched["run"][0])
        return len(beats) > known

    for _ in range(10):
        until(is_new_beat, "the next beat")
        clock.now += 0.9 * leases.STALE_S
    mine.give_back("run")
