"""An earlier version's store on a disk that has no room for a backup, or that may not be written."""

import lzma
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.runs import StoreFull, StoreReadOnly
from tests.core.runs.conftest import open_store
from tests.faults.lab import remount

pytestmark = pytest.mark.faults
EARLIER = Path(__file__).parents[1] / "earlier_version" / "inkling.db.xz"


def put(folder: Path) -> Path:
    """Put the earlier version's store into the folder."""
    path = folder / "inkling.db"
    path.write_bytes(lzma.decompress(EARLIER.read_bytes()))
    return path


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize("room_after", [0, 300_000], ids=["no room", "a little room"])
def test_without_room_for_the_backup_nothing_is_upgraded_and_with_room_it_is(small_disk, room_after):
    path = put(small_disk)
    before, size = dump(path), path.stat().st_size
    filler = small_disk / "filler"
    with filler.open("wb") as file:
        file.write(b"x" * (4 * 2**20 - size - room_after - 200_000))
    with pytest.raises(StoreFull, match=r"no room to upgrade the run store: .* Nothing was changed"):
        open_store(path)
    assert dump(path) == before
    assert not list(small_disk.glob("*version*")) + list(small_disk.glob(".*"))
    filler.unlink()
    remount(small_disk, "size=64m")
    with closing(open_store(path)) as store:
        assert len(store.list()) == 2
    assert list(small_disk.glob("inkling.db.version-1"))


def test_an_earlier_store_that_may_only_be_read_is_refused_in_words_until_it_may_be_written(small_disk):
    remount(small_disk, "size=64m")
    path = put(small_disk)
    remount(small_disk, "ro")
    with pytest.raises(StoreReadOnly, match=r"of an earlier version .* copy it to a writable disk"):
        open_store(path)
    remount(small_disk, "rw")
    open_store(path).close()
    remount(small_disk, "ro")
    store = open_store(path)
    assert store.is_read_only
    assert len(store.list()) == 2
    store.close()
