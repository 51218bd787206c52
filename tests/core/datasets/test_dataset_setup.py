"""Damage, crashes and company: whatever happens to the folder, loading gives the right arrays or says why."""

import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import datasets
from core.datasets import (
    CATALOG,
    DamagedArchive,
    DamagedData,
    DatasetSpec,
    ImageData,
    NoPermission,
    bundled_archives,
)
from core.datasets.atomic_files import TEMPORARY

RAW = "MNIST/raw/train-images-idx3-ubyte"


def array_file(root: Path, name: str = "train_images") -> Path:
    """Return where the array `name` of MNIST lies."""
    (path,) = (root / "arrays/mnist").glob(f"*/{name}.npy")
    return path


def truncate(path: Path) -> None:
    """Leave the first third of the file."""
    os.truncate(path, path.stat().st_size // 3)


def alter(path: Path) -> None:
    """Change one byte near the end; the size stays."""
    content = bytearray(path.read_bytes())
    content[-20] ^= 0x55
    path.write_bytes(content)


def assert_right(data: ImageData, mnist: ImageData) -> None:
    """Check every value against the complete MNIST."""
    assert np.array_equal(data.train_images, mnist.train_images[:300])
    assert np.array_equal(data.train_labels, mnist.train_labels[:300])
    assert np.array_equal(data.test_images, mnist.test_images[:100])
    assert np.array_equal(data.test_labels, mnist.test_labels[:100])


def leftovers(root: Path) -> list[Path]:
    """Return what looks half-written."""
    return [path for path in root.rglob("*") if TEMPORARY in path.name or path.suffix == ".part"]


def identity(path: Path) -> tuple[int, int, int]:
    """Return what changes when the file is written: its inode, size and time of modification (reading is free)."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def test_ensure_makes_ready_and_reports_its_progress(small_mnist: DatasetSpec, tmp_path: Path) -> None:
    reports: list[tuple[int, int, str]] = []
    assert not datasets.is_ready(small_mnist, tmp_path)
    datasets.ensure(small_mnist, tmp_path, lambda *report: reports.append(report))
    assert datasets.is_ready(small_mnist, tmp_path)
    shares = [done / total for done, total, _ in reports if total]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert any("train-images" in what for _, _, what in reports)


def test_ensure_does_nothing_the_second_time(small_mnist: DatasetSpec, tmp_path: Path) -> None:
    datasets.ensure(small_mnist, tmp_path)
    before = identity(array_file(tmp_path))
    reports: list[object] = []
    datasets.ensure(small_mnist, tmp_path, lambda *report: reports.append(report))
    assert reports == []
    assert identity(array_file(tmp_path)) == before


@pytest.mark.parametrize("damage", [truncate, alter, os.unlink], ids=["truncated", "altered", "missing"])
@pytest.mark.parametrize("which", ["raw", "array"])
def test_a_damaged_file_is_told_and_made_again(
    damage: Callable[[Path], None], which: str, small_mnist: DatasetSpec, mnist: ImageData, tmp_path: Path
) -> None:
    datasets.ensure(small_mnist, tmp_path)
    path = tmp_path / RAW if which == "raw" else array_file(tmp_path)
    damage(path)
    mended = datasets.load(small_mnist, tmp_path)
    assert_right(mended, mnist)
    assert len(mended.notes) == 1
    assert path.relative_to(tmp_path).as_posix() in mended.notes[0]
    assert str(tmp_path) not in mended.notes[0], "visitors are told of it"
    assert ("unpacked again" if which == "raw" else "rebuilt") in mended.notes[0]
    assert datasets.load(small_mnist, tmp_path).notes == ()
    assert (tmp_path / RAW).read_bytes()[16:] == mnist.train_images[:300].tobytes()
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("content", ["", "garbage", "[]", '{"format": 1}', "{}"])
def test_a_damaged_manifest_is_written_anew(
    content: str, small_mnist: DatasetSpec, mnist: ImageData, tmp_path: Path
) -> None:
    datasets.ensure(small_mnist, tmp_path)
    (tmp_path / "arrays/mnist/manifest.json").write_text(content)
    assert_right(datasets.load(small_mnist, tmp_path), mnist)
    assert len(list((tmp_path / "arrays/mnist").glob("*/"))) == 1


def test_a_manifest_without_its_arrays_is_written_anew(
    small_mnist: DatasetSpec, mnist: ImageData, tmp_path: Path
) -> None:
    datasets.ensure(small_mnist, tmp_path)
    path = tmp_path / "arrays/mnist/manifest.json"
    manifest = json.loads(path.read_text())
    manifest["arrays"].pop("test_labels")
    path.write_text(json.dumps(manifest))
    assert_right(datasets.load(small_mnist, tmp_path), mnist)


def test_a_copied_data_folder_is_checked_once_and_then_trusted(
    small_mnist: DatasetSpec, mnist: ImageData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    datasets.ensure(small_mnist, tmp_path / "a")
    shutil.copytree(tmp_path / "a", tmp_path / "b", copy_function=shutil.copyfile)  # new modification times
    copied = datasets.load(small_mnist, tmp_path / "b")
    assert_right(copied, mnist)
    assert copied.notes == ()
    monkeypatch.setattr("core.datasets.atomic_files.digest", lambda *_: pytest.fail("hashed a second time"))
    assert_right(datasets.load(small_mnist, tmp_path / "b"), mnist)


@pytest.mark.parametrize("damage", [truncate, alter, os.unlink], ids=["truncated", "altered", "missing"])
def test_a_damaged_archive_is_named_with_a_remedy_and_leaves_nothing_behind(
    damage: Callable[[Path], None], small_mnist: DatasetSpec, tmp_path: Path
) -> None:
    archive = bundled_archives.ARCHIVES / "mnist/train-images-idx3-ubyte.xz"
    damage(archive)
    with pytest.raises(DamagedArchive) as told:
        datasets.load(small_mnist, tmp_path / "data")
    assert str(archive) in told.value.message
    assert "git checkout" in told.value.remedy
    assert not (tmp_path / "data" / RAW).exists()
    assert not datasets.is_ready(small_mnist, tmp_path / "data")
    assert leftovers(tmp_path) == []


def test_an_archive_with_another_content_is_refused(small_mnist: DatasetSpec, tmp_path: Path) -> None:
    archives = bundled_archives.ARCHIVES / "mnist"
    shutil.copy(archives / "t10k-images-idx3-ubyte.xz", archives / "train-images-idx3-ubyte.xz")
    with pytest.raises(DamagedArchive, match="SHA-256"):
        datasets.load(small_mnist, tmp_path / "data")


def test_a_lost_list_of_checksums_is_told(small_mnist: DatasetSpec, tmp_path: Path) -> None:
    (bundled_archives.ARCHIVES / "SHA256SUMS").unlink()
    with pytest.raises(DamagedArchive, match="SHA256SUMS"):
        datasets.load(small_mnist, tmp_path / "data")


def test_whole_arrays_are_used_when_their_raw_file_cannot_be_mended(
    small_mnist: DatasetSpec, mnist: ImageData, tmp_path: Path
) -> None:
    datasets.ensure(small_mnist, tmp_path)
    truncate(tmp_path / RAW)
    truncate(bundled_archives.ARCHIVES / "mnist/train-images-idx3-ubyte.xz")
    data = datasets.load(small_mnist, tmp_path)
    assert_right(data, mnist)
    assert RAW in data.notes[0]
    assert "archive" in data.notes[1]


def test_a_set_of_another_size_than_the_catalog_says_is_refused(
    small_mnist: DatasetSpec, tmp_path: Path
) -> None:
    with pytest.raises(DamagedData, match=r"\(300, 28, 28\)|\(300, 1, 28, 28\)"):
        datasets.load(replace(small_mnist, train_size=299), tmp_path / "data")


def test_an_unwritable_data_folder_is_told(small_mnist: DatasetSpec) -> None:
    with pytest.raises(NoPermission) as told:
        datasets.load(small_mnist, "/sys/inkling-data")
    assert "/sys/inkling-data" in told.value.message
    assert "INKLING_DATA" in told.value.remedy


def test_a_cancelled_preparation_ends_with_what_the_callback_raised_and_can_be_taken_up(
    small_mnist: DatasetSpec, mnist: ImageData, tmp_path: Path
) -> None:
    class CancelledError(Exception):
        pass

    def cancel(_done: int, _total: int, _what: str) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        datasets.ensure(small_mnist, tmp_path, cancel)
    assert leftovers(tmp_path) == []
    assert_right(datasets.load(small_mnist, tmp_path), mnist)


def start(code: str, entry: DatasetSpec, root: Path) -> "subprocess.Popen[str]":
    """Start python on `code`; it finds `entry`, and its archives where they stand in for the project's."""
    begin = f"""
import os, pathlib, pickle, signal
from core import datasets
from core.datasets import bundled_archives
bundled_archives.ARCHIVES = pathlib.Path({str(bundled_archives.ARCHIVES)!r})
entry = pickle.loads({pickle.dumps(entry)!r})
"""
    return subprocess.Popen(
        [sys.executable, "-c", begin + code],
        env={**os.environ, "INKLING_DATA": str(root)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_process_killed_while_unpacking_leaves_nothing_that_counts(
    small_mnist: DatasetSpec, mnist: ImageData, tmp_path: Path
) -> None:
    code = """
bundled_archives.CHUNK_BYTES = 10_000
def die(done, total, what):
    if done > 100_000:
        os.kill(os.getpid(), signal.SIGKILL)
datasets.ensure(entry, progress=die)
"""
    root = tmp_path / "data"
    process = start(code, small_mnist, root)
    process.communicate(timeout=300)
    assert process.returncode == -9
    assert len(leftovers(root)) == 1
    assert not datasets.is_ready(small_mnist, root)
    assert_right(datasets.load(small_mnist, root), mnist)
    assert leftovers(root) == []


LOADS = """
import torchvision
print("ready", flush=True)
input()
data = datasets.load(entry)
print(data.fingerprint, int(data.train_images.sum(dtype="int64")), int(data.train_labels.sum()), data.notes)
"""


def told(data: ImageData) -> str:
    """Return what a process that runs LOADS says of the data."""
    total, labels = int(data.train_images.sum(dtype=np.int64)), int(data.train_labels.sum())
    return f"{data.fingerprint} {total} {labels} {data.notes}"


def load_at_once(entry: DatasetSpec, root: Path, other_processes: int) -> list[str]:
    """Return what each process says that loads `entry` at the same moment, this one first."""
    processes = [start(LOADS, entry, root) for _ in range(other_processes)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    here = told(datasets.load(entry, root))
    return [here, *(process.communicate(timeout=300)[0].strip() for process in processes)]


def test_two_processes_at_once_on_an_empty_folder_both_get_the_whole_set(
    small_mnist: DatasetSpec, mnist: ImageData, tmp_path: Path
) -> None:
    root = tmp_path / "data"
    answers = load_at_once(small_mnist, root, 1)
    data = datasets.load(small_mnist, root)
    assert_right(data, mnist)
    assert answers == [told(data)] * 2
    assert data.notes == ()
    assert len(list((root / "arrays/mnist").glob("*/"))) == 1
    assert leftovers(root) == []


@pytest.mark.long
def test_three_processes_at_once_on_an_empty_folder_all_get_the_whole_of_mnist(
    mnist: ImageData, tmp_path: Path
) -> None:
    assert load_at_once(CATALOG["mnist"], tmp_path, 2) == [told(mnist)] * 3
    assert len(list((tmp_path / "arrays/mnist").glob("*/"))) == 1
    assert leftovers(tmp_path) == []
