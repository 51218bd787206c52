"""A lab's id and key: one for all processes on a store, whole or not at all."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from core.runs import Store, StoreFull, StoreReadOnly, lab
from core.runs.lab import LabKeyRefused, lab_of
from core.runs.schema import LAB
from tests.core.runs.conftest import open_store

BEGIN = """
import sys
from core.runs import Store
from core.runs.lab import lab_of
from core.runs.schema import LAB
sys.stdin.readline()
found = lab_of(Store(sys.argv[1]).database)
print(found.id, found.key.hex(), found.is_kept)
"""


def test_the_key_is_made_once_and_found_by_who_opens_the_store_later(store: Store, store_path: Path) -> None:
    made = lab_of(store.database)
    assert made.is_kept
    assert len(made.key) == 32
    assert re.fullmatch("[0-9a-f]{8}", made.id)
    assert lab_of(store.database) == made
    assert lab_of(open_store(store_path).database) == made
    assert lab._made(store.database) == lab._read(store.database)  # as who has found none a moment before
    assert made.key.hex() not in repr(made)


def test_two_stores_have_nothing_in_common(store: Store, tmp_path: Path) -> None:
    one, other = lab_of(store.database), lab_of(open_store(tmp_path / "other.db").database)
    assert one.id != other.id
    assert one.key != other.key


def test_processes_that_begin_at_once_agree(store_path: Path) -> None:
    arguments = [sys.executable, "-c", BEGIN, f"sqlite:///{store_path}"]
    processes = [
        subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for process in processes:  # all have imported everything before the first may begin
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    told = {process.communicate(timeout=120)[0] for process in processes}
    assert len(told) == 1
    assert told.pop().endswith(" True\n")


def test_a_key_that_could_not_be_written_to_the_end_is_not_there_at_all(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(lab, "insert", lambda _table: (_ for _ in ()).throw(RuntimeError("killed")))
        with pytest.raises(RuntimeError, match="killed"):
            lab_of(store.database)
    assert lab._read(store.database) == {}
    assert lab_of(store.database).is_kept


@pytest.mark.parametrize("value", ["", "ab", "0" * 63, "0" * 65, "x" * 64, "é" * 64])
def test_a_key_that_is_not_whole_is_refused_with_its_remedy(store: Store, value: str) -> None:
    lab_of(store.database)
    with store.database.write() as connection:
        connection.execute(update(LAB).where(LAB.c.name == "key").values(value=value))
    with pytest.raises(LabKeyRefused, match="damaged in the run store") as caught:
        lab_of(store.database)
    assert "backup" in caught.value.remedy


@pytest.mark.parametrize("name", ["id", "key"])
def test_half_a_lab_is_refused_and_not_made_anew(store: Store, name: str) -> None:
    lab_of(store.database)
    with store.database.write() as connection:
        connection.execute(delete(LAB).where(LAB.c.name == name))
    with pytest.raises(LabKeyRefused):
        lab_of(store.database)


@pytest.mark.parametrize("why", [StoreReadOnly, StoreFull])
def test_a_store_that_takes_none_has_one_that_passes_unless_it_has_one(
    store: Store, monkeypatch: pytest.MonkeyPatch, why: type[Exception]
) -> None:
    def refused(_database: object) -> dict[str, str]:
        raise why("no room", "make some")

    monkeypatch.setattr(lab, "_made", refused)
    passing = lab_of(store.database)
    assert not passing.is_kept
    assert len(passing.key) == 32
    assert lab_of(store.database) != passing  # whoever wants it to last keeps it
    monkeypatch.undo()
    made = lab_of(store.database)
    monkeypatch.setattr(lab, "_made", refused)
    assert lab_of(store.database) == made
