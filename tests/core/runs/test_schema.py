"""Older stores are brought forward: a file as the first version wrote it, and the way migrations are run."""

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import inspect, text

from core.config.run_config import RunConfig
from core.protocol.events import Evaluated, Finished, Started, Steps
from core.runs import schema
from core.runs.schema import METADATA
from tests.core.runs.conftest import open_store

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


def test_its_tables_have_every_column_that_this_version_has(first_version):
    store = open_store(first_version)
    with store.database.read() as connection:
        found = inspect(connection)
        for table in METADATA.sorted_tables:
            assert {column["name"] for column in found.get_columns(table.name)} == set(table.c.keys())
        assert connection.scalar(text("SELECT version FROM store_version")) == schema.VERSION


def test_migrations_run_in_order_once_and_in_one_transaction(first_version, monkeypatch):
    ran = []

    def to_second(connection):
        ran.append(2)
        connection.execute(text("ALTER TABLE runs ADD COLUMN mood TEXT DEFAULT 'calm'"))

    def to_third(connection):
        ran.append(3)
        connection.execute(text("UPDATE runs SET mood = 'glad'"))

    base = schema.VERSION
    monkeypatch.setattr(schema, "VERSION", base + 2)
    monkeypatch.setitem(schema.MIGRATIONS, base + 1, to_second)
    monkeypatch.setitem(schema.MIGRATIONS, base + 2, to_third)
    for _ in range(2):
        store = open_store(first_version)
        with store.database.read() as connection:
            assert connection.scalar(text("SELECT mood FROM runs LIMIT 1")) == "glad"
    assert ran == [2, 3]


def test_a_migration_that_fails_leaves_the_file_as_it_was(first_version, monkeypatch):
    def broken(connection):
        connection.execute(text("DELETE FROM runs"))
        raise RuntimeError("half way")

    before = schema.VERSION
    monkeypatch.setattr(schema, "VERSION", before + 1)
    monkeypatch.setitem(schema.MIGRATIONS, before + 1, broken)
    with pytest.raises(RuntimeError, match="half way"):
        open_store(first_version)
    monkeypatch.setattr(schema, "VERSION", before)
    assert len(open_store(first_version).list()) == 2
