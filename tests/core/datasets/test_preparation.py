"""Damage, crashes and company: whatever happens to the folder, loading gives the right arrays or says why."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import datasets
from core.datasets import DamagedArchive, DamagedData, DatasetSpec, ImageData, NoPermission, bundled
from core.datasets.files import TEMPORARY

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
    before = array_file(tmp_path).stat()
    reports: list[object] = []
    datasets.ensure(small_mnist, tmp_path, lambda *report: reports.append(report))
    assert reports == []
    assert array_file(tmp_path).stat() == before


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
    assert str(path) in mended.notes[0]
    assert "again" in mended.notes[0]
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
    monkeypatch.setattr("core.datasets.files.digest", lambda *_: pytest.fail("hashed a second time"))
    assert_right(datasets.load(small_mnist, tmp_path / "b"), mnist)


@pytest.mark.parametrize("damage", [truncate, alter, os.unlink], ids=["truncated", "altered", "missing"])
def test_a_damaged_archive_is_named_with_a_remedy_and_leaves_nothing_behind(
    damage: Callable[[Path], None], small_mnist: DatasetSpec, tmp_path: Path
) -> None:
    archive = bundled.ARCHIVES / "mnist/train-images-idx3-ubyte.xz"
    damage(archive)
    with pytest.raises(DamagedArchive) as told:
        datasets.load(small_mnist, tmp_path / "data")
    assert str(archive) in told.value.message
    assert "git checkout" in told.value.remedy
    assert not (tmp_path / "data" / RAW).exists()
    assert not datasets.is_ready(small_mnist, tmp_path / "data")
    assert leftovers(tmp_path) == []


def test_an_archive_with_another_content_is_refused(small_mnist: DatasetSpec, tmp_path: Path) -> None:
    archives = bundled.ARCHIVES / "mnist"
    shutil.copy(archives / "t10k-images-idx3-ubyte.xz", archives / "train-images-idx3-ubyte.xz")
    with pytest.raises(DamagedArchive, match="SHA-256"):
        datasets.load(small_mnist, tmp_path / "data")


def test_a_lost_list_of_checksums_is_told(small_mnist: DatasetSpec, tmp_path: Path) -> None:
    (bundled.ARCHIVES / "SHA256SUMS").unlink()
    with pytest.raises(DamagedArchive, match="SHA256SUMS"):
        datasets.load(small_mnist, tmp_path / "data")


def test_whole_arrays_are_used_when_their_raw_file_cannot_be_mended(
    small_mnist: DatasetSpec, mnist: ImageData, tmp_path: Path
) -> None:
    datasets.ensure(small_mnist, tmp_path)
    truncate(tmp_path / RAW)
    truncate(bundled.ARCHIVES / "mnist/train-images-idx3-ubyte.xz")
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


def start(code: str, root: Path) -> "subprocess.Popen[str]":
    """Start python on `code` with `root` as the data folder."""
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "INKLING_DATA": str(root)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_process_killed_while_unpacking_leaves_nothing_that_counts(tmp_path: Path) -> None:
    code = """
import os, signal
from core import datasets
def die(done, total, what):
    if done > 20_000_000:
        os.kill(os.getpid(), signal.SIGKILL)
datasets.ensure("mnist", progress=die)
"""
    process = start(code, tmp_path)
    process.communicate(timeout=60)
    assert process.returncode == -9
    assert len(leftovers(tmp_path)) == 1
    assert not datasets.is_ready("mnist", tmp_path)
    data = datasets.load("mnist", tmp_path)
    assert np.bincount(data.train_labels)[0] == 5923
    assert leftovers(tmp_path) == []


def test_two_processes_at_once_on_an_empty_folder_both_get_the_whole_set(
    mnist: ImageData, tmp_path: Path
) -> None:
    code = """
import torchvision
from core import datasets
print("ready", flush=True)
input()
data = datasets.load("mnist")
print(data.fingerprint, int(data.train_images.sum(dtype="int64")), int(data.train_labels.sum()), data.notes)
"""
    processes = [start(code, tmp_path) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=120)[0].strip() for process in processes]
    total, labels = int(mnist.train_images.sum(dtype=np.int64)), int(mnist.train_labels.sum())
    assert answers == [f"{mnist.fingerprint} {total} {labels} ()"] * 2
    assert len(list((tmp_path / "arrays/mnist").glob("*/"))) == 1
    assert leftovers(tmp_path) == []
