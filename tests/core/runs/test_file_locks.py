"""A disk without locks, as some network drives are: told when the store is opened, with a remedy."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.datasets import DatasetError, ensure
from core.runs import StoreUnlockable, file_locks
from core.runs.leases import FileLeases
from tests.core.runs.conftest import open_store

fcntl = pytest.importorskip("fcntl")

ROOT = Path(__file__).resolve().parents[3]
WITHOUT_LOCKS = "#include <errno.h>\nint flock(int file, int what) { errno = ENOLCK; return -1; }\n"


def refuse(*_: object) -> None:
    """Refuse to lock, as the kernel does for a drive without locks."""
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))


@pytest.mark.parametrize("kind", ["flock", "lockf"])
def test_a_store_on_a_disk_without_locks_is_refused_with_a_remedy(store_path, monkeypatch, kind):
    monkeypatch.setattr(fcntl, kind, refuse)
    with pytest.raises(
        StoreUnlockable, match=r"ENOLCK.* set INKLING_DATA to it, and INKLING_STORE as well"
    ) as told:
        open_store(store_path)
    assert str(store_path.parent) in told.value.message
    monkeypatch.undo()
    assert open_store(store_path).list() == []
    assert {path.name for path in store_path.parent.iterdir()} <= {
        "inkling.db",
        "inkling.db-wal",
        "inkling.db-shm",
    }


def test_a_python_without_locks_says_so_too(store_path, monkeypatch):
    monkeypatch.setattr(file_locks, "fcntl", None)
    monkeypatch.setattr(file_locks, "msvcrt", None)
    with pytest.raises(StoreUnlockable, match="this Python has no file locks"):
        open_store(store_path)


def test_a_disk_that_loses_its_locks_gives_no_lease_and_takes_no_run_for_dead(tmp_path, monkeypatch):
    mine, theirs = FileLeases(tmp_path), FileLeases(tmp_path)
    assert mine.take("run")
    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(StoreUnlockable):
        theirs.take("another")
    assert theirs.is_held("run")
    theirs.sweep()
    assert (tmp_path / "run").exists()


def test_datasets_say_it_too(tmp_path, monkeypatch):
    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(
        DatasetError, match=r"cannot be locked .*Set INKLING_DATA to a folder on a local disk"
    ):
        ensure("mnist", tmp_path)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="replaces a function of Linux's C library")
def test_the_command_line_says_it_in_one_line(tmp_path):
    compiler = shutil.which("cc") or pytest.skip("there is no C compiler")
    shim = tmp_path / "without_locks.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-x", "c", "-", "-o", shim], input=WITHOUT_LOCKS.encode(), check=True
    )
    environment = {**os.environ, "LD_PRELOAD": str(shim), "INKLING_DATA": str(tmp_path / "data")}
    done = subprocess.run(
        [sys.executable, "-m", "core", "runs"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"Error: The folder {tmp_path / 'data'} cannot be locked (ENOLCK")
    assert "INKLING_DATA" in line
