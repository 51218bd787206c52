"""Older stores are brought forward: a file as the first version wrote it, and the way migrations are run."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from core.config.run_config import RunConfig
from core.protocol.events import Evaluated, Finished, Started, Steps
from core.runs import StoreTooNew, StoreVersionUnknown, UpgradeFailed, schema_upgrade
from core.runs.schema import METADATA, SCHEMA_REVISION
from tests.core.runs.conftest import open_store

NEWEST = schema_upgrade.VERSION
FIRST_VERSION = Path(__file__).with_name("store-version-1.sql")


@pytest.fixture
def first_version(store_path: Path) -> Path:
    """Return a file as the first version of Inkling wrote it."""
    with closing(sqlite3.connect(store_path)) as connection:
        connection.executescript(FIRST_VERSION.read_text())
    return store_path


def test_a_store_of_the_first_version_opens_with_everything_in_it(first_version):
    store = open_store(first_version)
    finished, queued = store.list(sort="number", descending=False)
    assert (finished.name, finished.owner, finished.tags, finished.status) == (
        "first",
        "ada",
        ("old",),
        "finished",
    )
    assert finished.config == RunConfig(train_size=600, epochs=1, eval_every=3)
    assert (finished.step, finished.test_accuracy, finished.best_step) == (6, 0.75, 6)
    assert finished.learning_rate_changes == ((3, 0.05),)
    events = store.events_since(finished.id).events
    assert [type(event) for event in events if not isinstance(event, Steps)][:2] == [Started, Evaluated]
    assert isinstance(events[-1], Finished)
    assert store.snapshots(finished.id) == [0, 6]
    weights = store.snapshot(finished.id, 6)
    np.testing.assert_array_equal(weights["linear.weight"], np.full((10, 784), 0.5, np.float32))
    np.testing.assert_array_equal(store.logits(finished.id), np.eye(4, 10, dtype=np.float32))
    assert (queued.name, queued.status, queued.queue_position) == ("second", "queued", 1)
    attempt = store.claim(queued.id)
    assert attempt
    store.append(queued.id, attempt, [Finished(0, "stopped", 0.0)])


def tables(path: Path) -> dict[str, str]:
    """Return how SQLite was told to make each table and index, without the space between its words."""
    with closing(sqlite3.connect(path)) as connection:
        made = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: " ".join(sql.split()) for name, sql in made}


def versions(path: Path) -> tuple[list[tuple[int]], list[tuple[str]]]:
    """Return what the store says: the oldest version that can use it, and the last migration done."""
    with closing(sqlite3.connect(path)) as connection:
        oldest = connection.execute("SELECT version FROM store_version").fetchall()
        return oldest, connection.execute("SELECT version_num FROM schema_revision").fetchall()


def backups(path: Path) -> list[str]:
    return sorted(file.name for file in path.parent.glob("inkling.db.version-*"))


def test_upgrading_an_old_store_and_making_a_new_one_give_the_same_schema(first_version, tmp_path):
    old, new = open_store(first_version), open_store(tmp_path / "new.db")
    for store in (old, new):
        with store.database.read() as connection:
            options = {"version_table": SCHEMA_REVISION.name, "compare_type": True}
            assert compare_metadata(MigrationContext.configure(connection, opts=options), METADATA) == []
    assert set(tables(first_version)) == set(tables(tmp_path / "new.db")), "indexes and tables by name"
    assert versions(first_version) == versions(tmp_path / "new.db")


def test_the_numbers_that_a_new_store_gets_are_those_of_the_migrations():
    config = Config()
    config.set_main_option("script_location", str(schema_upgrade.FOLDER))
    history = list(ScriptDirectory.from_config(config).walk_revisions())
    assert [script.revision for script in history] == [
        f"{version:04}" for version in range(schema_upgrade.VERSION, 0, -1)
    ]
    assert max(script.module.oldest for script in history) == schema_upgrade.OLDEST
    assert all(1 <= script.module.oldest <= int(script.revision) for script in history)


def test_an_upgrade_keeps_the_store_as_it_was_beside_it_says_so_and_is_done_once(first_version):
    before = list(dump(first_version))
    store = open_store(first_version)
    assert backups(first_version) == ["inkling.db.version-1"]
    assert list(dump(first_version.with_name("inkling.db.version-1"))) == before
    assert len(store.notices) == 1
    assert f"from version 1 to version {NEWEST}" in store.notices[0]
    assert "kept as inkling.db.version-1." in store.notices[0]
    again = open_store(first_version)
    assert again.notices == ()
    assert backups(first_version) == ["inkling.db.version-1"]


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_a_backup_never_takes_the_place_of_an_earlier_one(first_version):
    earlier = first_version.with_name("inkling.db.version-1")
    earlier.write_text("an earlier one")
    assert "kept as inkling.db.version-1-2." in open_store(first_version).notices[0]
    assert earlier.read_text() == "an earlier one"


def test_what_was_written_and_is_not_in_the_file_itself_yet_is_in_the_backup(first_version):
    with closing(sqlite3.connect(first_version)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("UPDATE runs SET note = 'in the log'")
        writer.commit()
        assert Path(f"{first_version}-wal").stat().st_size
        open_store(first_version)
    with closing(sqlite3.connect(first_version.with_name("inkling.db.version-1"))) as backup:
        assert backup.execute("SELECT DISTINCT note FROM runs").fetchall() == [("in the log",)]


@pytest.fixture
def add_migration(tmp_path, monkeypatch) -> Callable[..., None]:
    """Return what adds a migration, as a later version of Inkling brings it, to a copy of the history."""
    folder = tmp_path / "migrations"
    shutil.copytree(schema_upgrade.FOLDER, folder)
    monkeypatch.setattr(schema_upgrade, "FOLDER", folder)

    def add(body: str, oldest: int = 1) -> None:
        version = schema_upgrade.VERSION + 1
        code = f"revision, down_revision, oldest = '{version:04}', '{version - 1:04}', {oldest}\n"
        code += f"from alembic import op\nimport sqlalchemy as sa\ndef upgrade():\n    {body}\n"
        (folder / "versions" / f"v{version:04}.py").write_text(code)
        monkeypatch.setattr(schema_upgrade, "VERSION", version)

    return add


MOOD = "op.add_column('runs', sa.Column('mood', sa.Text, server_default='calm'))"


def test_migrations_run_in_order_once(first_version, add_migration):
    add_migration(MOOD)
    add_migration("op.execute(\"UPDATE runs SET mood = mood || ' and glad'\")")
    for _ in range(2):
        store = open_store(first_version)
        with store.database.read() as connection:
            moods = connection.execute(text("SELECT DISTINCT mood FROM runs")).all()
        assert moods == [("calm and glad",)]


def test_a_table_that_is_made_anew_keeps_what_refers_to_it(first_version, add_migration):
    before = open_store(first_version)
    finished = before.list(statuses=["finished"])[0]
    told = len(before.events_since(finished.id).events)
    add_migration("\n    ".join((
        "with op.batch_alter_table('runs') as runs:",
        "    runs.alter_column('note', type_=sa.String(9000), existing_nullable=False)",
    )))  # fmt: skip
    store = open_store(first_version)
    assert "note VARCHAR(9000)" in tables(first_version)["runs"]
    assert len(store.events_since(finished.id).events) == told
    assert store.snapshots(finished.id) == [0, 6]
    with store.database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


@pytest.mark.parametrize("fault", ["raise RuntimeError('half way')", "op.execute('DELETE FROM nowhere')"])
def test_a_migration_that_fails_leaves_the_store_as_it_was_and_says_so(first_version, add_migration, fault):
    before = dump(first_version)
    add_migration(f"op.execute('DELETE FROM events'); {MOOD}; {fault}")
    with pytest.raises(
        UpgradeFailed, match=rf"from version 1 to version {NEWEST + 1} \(.*\)\. Nothing was changed"
    ):
        open_store(first_version)
    assert dump(first_version) == before
    kept = {file.name for file in first_version.parent.glob("*inkling*")}
    assert kept - {"inkling.db-wal", "inkling.db-shm"} == {"inkling.db"}


def test_a_process_that_is_killed_while_it_upgrades_leaves_the_store_as_it_was(first_version, add_migration):
    before = dump(first_version)
    add_migration("op.execute('DELETE FROM runs'); import os; os._exit(9)")
    program = (
        "import sys; from pathlib import Path; from core.runs import Store, schema_upgrade as upgrade\n"
        f"upgrade.VERSION, upgrade.FOLDER = {NEWEST + 1}, Path(sys.argv[2]); Store(sys.argv[1])"
    )
    url, folder = f"sqlite:///{first_version}", str(schema_upgrade.FOLDER)
    assert subprocess.run([sys.executable, "-c", program, url, folder]).returncode == 9
    assert dump(first_version) == before
    assert dump(first_version.with_name("inkling.db.version-1")) == before


def test_a_later_versions_store_is_used_for_as_long_as_that_version_allows(
    first_version, add_migration, monkeypatch
):
    earlier = schema_upgrade.VERSION
    add_migration(MOOD)
    open_store(first_version).close()
    monkeypatch.setattr(schema_upgrade, "VERSION", earlier)  # the version before is started again
    store = open_store(first_version)
    run_id = store.create(RunConfig(), name="by the earlier one")
    assert [row.name for row in store.list(ids=[run_id])] == ["by the earlier one"]
    assert versions(first_version) == ([(schema_upgrade.OLDEST,)], [(f"{NEWEST + 1:04}",)])

    monkeypatch.setattr(schema_upgrade, "VERSION", earlier + 1)
    add_migration("op.drop_column('runs', 'pace')", oldest=NEWEST + 2)
    open_store(first_version).close()
    monkeypatch.setattr(schema_upgrade, "VERSION", earlier + 1)
    told = rf"has version {NEWEST + 2}, but this Inkling reads versions up to {NEWEST + 1} only\. Update"
    with pytest.raises(StoreTooNew, match=told):
        open_store(first_version)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE store_version SET version = 0",
        "UPDATE store_version SET version = -7",
        "DELETE FROM store_version",
        "INSERT INTO store_version VALUES (2)",
        "DROP TABLE store_version; CREATE TABLE store_version (version); INSERT INTO store_version VALUES ('abc')",
        "DROP TABLE store_version; CREATE TABLE store_version (version); INSERT INTO store_version VALUES (NULL)",
        "UPDATE schema_revision SET version_num = ''",
        "UPDATE schema_revision SET version_num = 'ffff'",
        "DELETE FROM schema_revision",
        "DROP TABLE schema_revision; UPDATE store_version SET version = 2",
    ],
)
def test_a_version_that_none_has_is_refused_in_words_and_the_file_left_alone(first_version, damage):
    open_store(first_version).close()
    with closing(sqlite3.connect(first_version)) as connection:
        connection.executescript(damage)
    before = dump(first_version)
    with pytest.raises(
        StoreVersionUnknown, match=r"says that it has version “.*”, which no Inkling has made\."
    ):
        open_store(first_version)
    assert dump(first_version) == before
    assert backups(first_version) == ["inkling.db.version-1"]


def test_two_first_starts_at_once_upgrade_once(first_version):
    program = (
        "import sys; from core.runs import Store\n"
        "sys.stdin.read(1); print(len(Store(sys.argv[1], busy_s=60).notices))"
    )
    arguments = [sys.executable, "-c", program, f"sqlite:///{first_version}"]
    processes = [
        subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b".")
        process.stdin.flush()
    told = [process.communicate() for process in processes]
    assert [error for _, error in told] == [b""] * 3
    assert sorted(int(out) for out, _ in told) == [0, 0, 1], "one of them did it"
    assert backups(first_version) == ["inkling.db.version-1"]


def test_a_server_is_told_the_same_history_in_its_own_words(capsys):
    config = Config(attributes={"dialect": "postgresql"})
    config.set_main_option("script_location", str(schema_upgrade.FOLDER))
    command.upgrade(config, "head", sql=True)
    told = capsys.readouterr().out
    assert "CREATE TABLE IF NOT EXISTS searches" in told
    assert "INSERT INTO schema_revision (version_num) VALUES ('0001')" in told
