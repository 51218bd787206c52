"""What can be wrong with a store's place, each told with a remedy: locked, full, read-only, damaged, absent."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest

from core.config.run_config import RunConfig
from core.runs import Store, StoreBusy, StoreDamaged, StoreError, StoreFull, StoreTooNew, StoreUnreachable
from core.runs.database import Database
from core.runs.disk_reserve import RESERVE_BYTES
from core.runs.schema import STORE_VERSION
from tests.core.runs.conftest import open_store, started, steps, told, weights


def lock(path: Path) -> sqlite3.Connection:
    """Hold the write lock of the store until the returned connection is closed."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    return connection


def overwrite(path: Path, content: bytes) -> None:
    """Overwrite the file in place, as a program gone wild would."""
    with path.open("r+b") as file:
        file.write(content * (1 + path.stat().st_size // len(content)))


def test_the_store_is_in_wal_mode_with_foreign_keys_and_gives_room_back(store):
    with store.database.read() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "auto_vacuum")
        ]
    assert found == ["wal", 1, 2]


def test_reading_goes_on_under_anothers_write_lock_and_writing_says_busy(store, store_path):
    run_id, _ = told(store, started(), steps(1, 5))
    impatient = open_store(store_path, busy_s=0.1)
    with closing(lock(store_path)):
        assert impatient.get(run_id).step == 5
        assert len(impatient.events_since(run_id).events) == 2
        with pytest.raises(
            StoreBusy,
            match=r"locked by another process for more than 0\.1 s\. Nothing was changed\. Try again",
        ):
            impatient.rename(run_id, "x")
    impatient.rename(run_id, "x")
    assert store.get(run_id).name == "x"


def test_a_new_connection_reads_under_anothers_write_lock(store, store_path):
    run_id = store.create(RunConfig())
    store.database.close()  # as every thread's first
    with closing(lock(store_path)):
        assert store.get(run_id).id == run_id
        assert open_store(store_path, busy_s=0.1).get(run_id).id == run_id


@pytest.mark.parametrize("content", [b"garbage ", b"\0", b"SQLite format 3\0 not quite"])
def test_a_file_overwritten_with_garbage_is_set_aside_not_deleted(store_path, content):
    first = open_store(store_path)
    first.create(RunConfig(), name="lost")
    first.close()
    overwrite(store_path, content)
    damaged = store_path.read_bytes()
    second = open_store(store_path)
    assert second.list() == []
    assert second.create(RunConfig())
    aside = [path for path in store_path.parent.glob("inkling.db.damaged-*") if "-wal" not in path.name]
    assert len(aside) == 1
    assert aside[0].read_bytes() == damaged
    assert len(second.notices) == 1
    assert aside[0].name in second.notices[0]
    assert "Nothing was deleted" in second.notices[0]


def test_a_truncated_file_is_set_aside_at_the_latest_when_the_lost_part_is_read(store_path):
    first = open_store(store_path)
    for _ in range(3):
        told(first, started(), weights(1), weights(2))
    first.close()
    os.truncate(store_path, store_path.stat().st_size // 2)
    damaged = store_path.read_bytes()
    second = open_store(store_path)
    with suppress(StoreDamaged):
        for row in second.list():
            second.snapshot(row.id, 2)
    assert second.list() == []
    aside = next(path for path in store_path.parent.glob("inkling.db.damaged-*") if "-wal" not in path.name)
    assert aside.read_bytes() == damaged


def test_damage_met_while_working_is_told_once_and_then_a_new_store_works(store, store_path):
    for seed in range(30):
        told(store, started(), weights(seed))
    other = open_store(store_path)
    store.close()
    other.close()
    overwrite(store_path, b"garbage ")
    with pytest.raises(StoreDamaged, match="is damaged"):
        store.list()
    run_id = store.create(RunConfig(), name="new")
    assert [row.name for row in store.list()] == ["new"]
    assert other.get(run_id).name == "new", "every process moves on to the new file"
    assert any("was damaged. It was kept as" in notice for notice in store.notices)


def test_a_file_that_somebody_removed_is_begun_anew_by_every_process(store, store_path):
    store.create(RunConfig())
    other = open_store(store_path)
    for suffix in ("", "-wal", "-shm"):
        Path(f"{store_path}{suffix}").unlink(missing_ok=True)
    run_id = store.create(RunConfig(), name="new")
    assert [row.id for row in other.list()] == [run_id]


def test_a_store_of_a_later_version_is_refused_and_left_alone(store, store_path):
    with store.database.write() as connection:
        connection.execute(STORE_VERSION.update().values(version=999))
    with pytest.raises(StoreTooNew, match=r"has version 999, .* Update Inkling"):
        open_store(store_path)
    assert not list(store_path.parent.glob("*.damaged-*"))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("no url at all", "not a usable database URL"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("quantum://ada:secret@host/db", "not a usable database URL"),
        ("sqlite:////proc/nowhere/inkling.db", "cannot be opened"),
    ],
)
def test_a_url_that_leads_nowhere_is_refused_with_a_remedy_and_without_its_password(url, words):
    from core.config.app_settings import Settings
    from core.runs import Store

    with pytest.raises(StoreUnreachable, match=words) as caught:
        Store(url, settings=Settings())
    assert "INKLING_STORE" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_many_processes_may_begin_the_same_store_at_once(store_path):
    program = (
        "import sys; from core.runs import Store; from core.config.run_config import RunConfig\n"
        "sys.stdin.read(1); Store(sys.argv[1]).create(RunConfig())"
    )
    arguments = [sys.executable, "-c", program, f"sqlite:///{store_path}"]
    processes = [subprocess.Popen(arguments, stdin=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b".")
        process.stdin.flush()
    errors = [process.communicate()[1] for process in processes]
    assert errors == [b""] * 4
    assert len(open_store(store_path).list()) == 4


def test_the_reserve_is_put_by_once_and_used_when_the_disk_is_full(store, store_path):
    store.keep_disk_reserve()
    reserve = Path(f"{store_path}.reserve")
    assert reserve.stat().st_size == RESERVE_BYTES
    attempts = []

    def write() -> str:
        attempts.append(reserve.exists())
        if reserve.exists():
            raise StoreFull("full", "free some")
        return "written"

    assert store.database.write_with_reserve(write) == "written"
    assert attempts == [True, False]
    with pytest.raises(StoreFull):
        store.database.write_with_reserve(lambda: (_ for _ in ()).throw(StoreFull("full", "free some")))
    store.keep_disk_reserve()
    assert reserve.exists()


def test_a_file_that_could_not_be_opened_once_is_tried_for_writing_again(tmp_path, monkeypatch):
    """As when another process begins a new file in the place of a damaged one at that moment."""
    path = tmp_path / "inkling.db"
    store = Store(f"sqlite:///{path}")
    path.unlink()
    path.touch()
    bring_up, told = Database._bring_up, [StoreUnreachable("disk I/O error", "Try again.")]

    def fail_once(database: Database) -> None:
        if told:
            raise told.pop()
        bring_up(database)

    monkeypatch.setattr(Database, "_bring_up", fail_once)
    with pytest.raises(StoreError):
        store.list()
    assert store.list() == []
    store.create(RunConfig())
    assert not store.is_read_only
    store.close()
