"""A store from before there were classes: it has them when it is opened, and nothing in it is lost."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.classroom.classrooms import Classrooms
from core.classroom.members import Members
from core.runs import Store, schema_upgrade
from tests.core.classroom.conftest import open_store, starter, visitor

FIRST_VERSION = Path(__file__).parents[1] / "runs" / "store-version-1.sql"
BEFORE = 4  # the last version without classes
TABLES = {"classrooms", "teacher_keys", "teachers", "members", "seats", "guesses"}


def earlier(folder: Path, monkeypatch: pytest.MonkeyPatch, do: Callable[[Path], object]) -> None:
    """Do something with the store in the folder as the version without classes does."""
    history = folder / "history"
    shutil.copytree(schema_upgrade.FOLDER, history, dirs_exist_ok=True)
    for file in (history / "versions").glob("v*.py"):
        if int(file.name[1:5]) > BEFORE:
            file.unlink()
    with monkeypatch.context() as patch:
        patch.setattr(schema_upgrade, "VERSION", BEFORE)
        patch.setattr(schema_upgrade, "FOLDER", history)
        do(folder)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a store of the version before, in which there are runs."""
    with closing(sqlite3.connect(tmp_path / "inkling.db")) as connection:
        connection.executescript(FIRST_VERSION.read_text())
    earlier(tmp_path, monkeypatch, lambda folder: open_store(folder).close())
    return tmp_path


def rows(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return each table's rows, but for those that say which version the store has."""
    with closing(sqlite3.connect(folder / "inkling.db")) as connection:
        named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        names = sorted(name for (name,) in named if name not in ("schema_revision", "sqlite_sequence"))
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}


def in_a_class(store: Store) -> str:
    """Start a class and join it; return the member's nickname as the store has it."""
    classroom, _key = Classrooms(starter(store, "tess")).start("7b")
    Members(visitor(store)).join(classroom.code, "Ada")
    return Members(store).all(classroom.id)[0].nickname


def test_it_has_classes_and_all_that_was_in_it(folder: Path) -> None:
    before = rows(folder)
    assert not TABLES & {*before}
    assert len(before["runs"]) == 2
    store = open_store(folder)
    assert "from version 4 to version" in store.notices[0]
    after = rows(folder)
    assert {name: after[name] for name in before} == before
    assert {name: after[name] for name in TABLES} == {name: [] for name in TABLES}
    assert in_a_class(store) == "Ada"
    assert [run.name for run in store.list(sort="number", descending=False)] == ["first", "second"]


def test_the_version_before_still_uses_it_and_leaves_classes_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(folder)
    in_a_class(store)
    store.close()
    before = rows(folder)

    def rename(folder: Path) -> None:
        store = open_store(folder)
        store.rename(store.list()[0].id, "by the earlier one")
        store.close()

    earlier(folder, monkeypatch, rename)
    after = rows(folder)
    assert {name: after[name] for name in TABLES} == {name: before[name] for name in TABLES}
    assert "by the earlier one" in str(after["runs"])
