"""Downloaded sets against a real server: fetched whole and once, read by torchvision, told when there is no room."""

import errno
import os
import threading
from collections import namedtuple
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core import datasets
from core.datasets import (
    DatasetSpec,
    DiskFull,
    ImageData,
    NotDownloaded,
)
from core.datasets.catalog import RemoteFile
from core.i18n.reader import read_by
from tests.catalogues import german
from tests.core.datasets.conftest import md5
from tests.core.datasets.serving import FileServer

IMAGES = "KMNIST/raw/train-images-idx3-ubyte.gz"


class CancelledError(Exception):
    """Raised by a progress callback."""


def test_kmnist_is_fetched_and_read_by_torchvision(
    small_kmnist: DatasetSpec, fashion: ImageData, tmp_path: Path
) -> None:
    reports: list[tuple[int, int, str]] = []
    datasets.ensure(small_kmnist, tmp_path, lambda *report: reports.append(report))
    data = datasets.load(small_kmnist, tmp_path)
    assert np.array_equal(data.train_images, fashion.train_images[:300])
    assert np.array_equal(data.test_labels, fashion.test_labels[:100])
    shares = [done / total for done, total, _ in reports if total]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert any(what == "Downloading train-images-idx3-ubyte.gz" for _, _, what in reports)


def test_progress_and_refusals_are_said_in_the_readers_language(
    small_kmnist: DatasetSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentences = {
        "Downloading {name}": "{name} wird geladen",
        "{dataset} has not been downloaded yet ({size:size}).": "{dataset} fehlt noch ({size:size}).",
    }
    reports: list[str] = []
    with read_by(german(sentences, tmp_path / "locales", monkeypatch)):
        with pytest.raises(NotDownloaded) as told:
            datasets.load("kmnist", tmp_path)
        datasets.ensure(small_kmnist, tmp_path, lambda _done, _total, what: reports.append(what))
    assert told.value.message == "Kuzushiji-MNIST fehlt noch (21 MB)."
    assert "train-images-idx3-ubyte.gz wird geladen" in reports


def test_cifar10_is_fetched_and_becomes_channels_first(
    small_cifar: DatasetSpec,
    colour_images: Callable[[int, int], np.ndarray],
    fashion: ImageData,
    tmp_path: Path,
) -> None:
    datasets.ensure(small_cifar, tmp_path)
    data = datasets.load(small_cifar, tmp_path)
    assert data.train_images.shape == (300, 3, 32, 32)
    assert np.array_equal(data.train_images, colour_images(0, 300))
    assert np.array_equal(data.test_images, colour_images(300, 100))
    assert np.array_equal(data.train_labels, fashion.train_labels[:300])


@pytest.mark.parametrize("which", ["small_kmnist", "small_cifar"])
def test_the_remedy_for_files_of_another_size_names_the_folder_that_they_are_in(
    which: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    spec: DatasetSpec = request.getfixturevalue(which)
    with pytest.raises(datasets.DamagedData) as told:
        datasets.ensure(replace(spec, test_size=spec.test_size + 1), tmp_path)
    (folder,) = (path.name for path in tmp_path.iterdir() if path.is_dir() and not path.name.startswith("."))
    assert told.value.remedy == f"Delete the folder {folder} in the data folder and try again."


def test_a_downloaded_set_carries_its_measured_mean_and_std(small_cifar: DatasetSpec, tmp_path: Path) -> None:
    datasets.ensure(small_cifar, tmp_path)
    data = datasets.load(small_cifar, tmp_path)
    pixels = torch.from_numpy(data.train_images).to(torch.float64) / 255
    assert data.spec.mean == pytest.approx(pixels.mean(dim=(0, 2, 3)).tolist(), rel=1e-9)
    assert data.spec.std == pytest.approx(pixels.std(dim=(0, 2, 3), correction=0).tolist(), rel=1e-9)


def test_loading_never_downloads(small_kmnist: DatasetSpec, server: FileServer, tmp_path: Path) -> None:
    with pytest.raises(NotDownloaded, match="Kuzushiji-MNIST has not been downloaded yet"):
        datasets.load(small_kmnist, tmp_path)
    assert server.requests == []
    assert not datasets.is_ready(small_kmnist, tmp_path)


def test_nothing_is_fetched_a_second_time(
    small_kmnist: DatasetSpec, server: FileServer, tmp_path: Path
) -> None:
    datasets.ensure(small_kmnist, tmp_path)
    server.requests.clear()
    datasets.ensure(small_kmnist, tmp_path)
    assert server.requests == []


@pytest.mark.parametrize("which", ["small_kmnist", "small_cifar"])
def test_damaged_arrays_are_made_again_from_the_kept_archives_without_the_network(
    which: str, server: FileServer, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    entry: DatasetSpec = request.getfixturevalue(which)
    datasets.ensure(entry, tmp_path)
    before = datasets.load(entry, tmp_path).fingerprint
    server.requests.clear()
    for path in tmp_path.rglob("*"):  # a crash left every unpacked file half written, and the arrays are gone
        if path.suffix == ".npy":
            path.unlink()
        elif path.name.startswith("data_batch") or path.name.endswith("ubyte"):
            os.truncate(path, path.stat().st_size // 2)
    assert datasets.load(entry, tmp_path).fingerprint == before
    assert server.requests == []


def test_files_put_in_place_by_hand_need_no_network(
    small_kmnist: DatasetSpec, server: FileServer, tmp_path: Path
) -> None:
    folder = tmp_path / "KMNIST/raw"
    folder.mkdir(parents=True)
    for path, content in server.files.items():
        (folder / path.removeprefix("/")).write_bytes(content)
    assert datasets.load(small_kmnist, tmp_path).spec.title == "Kuzushiji-MNIST"
    assert server.requests == []


def test_a_disk_that_fills_while_downloading_is_told(small_kmnist: DatasetSpec, tmp_path: Path) -> None:
    part = tmp_path / f"{IMAGES}.part"
    part.parent.mkdir(parents=True)
    part.symlink_to("/dev/full")  # every write to it fails with ENOSPC, as on a full disk
    with pytest.raises(DiskFull) as told:
        datasets.ensure(small_kmnist, tmp_path)
    assert "The disk is full" in told.value.message
    assert "INKLING_DATA" in told.value.remedy


def test_too_little_room_is_told_before_anything_is_fetched(
    small_kmnist: DatasetSpec, server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(10**9, 10**9 - 50_000, 50_000))
    with pytest.raises(DiskFull, match=r"needs [\d.]+ MB of disk space, but .* has only 0\.1 MB left"):
        datasets.ensure(small_kmnist, tmp_path)
    assert server.requests == []


def test_arrays_on_a_full_disk_fail_with_the_reason() -> None:
    from core.datasets import array_store

    with pytest.raises(OSError, match="No space left") as told:
        array_store._save(Path("/dev/full"), np.zeros(100_000, np.uint8))
    assert told.value.errno == errno.ENOSPC


def test_an_archive_that_is_no_dataset_is_told(
    small_kmnist: DatasetSpec, server: FileServer, tmp_path: Path
) -> None:
    content = b"this is no gzip file"
    server.files["/t10k-images-idx3-ubyte.gz"] = content
    archives = tuple(
        RemoteFile(archive.name, md5(content), len(content)) if "t10k-images" in archive.name else archive
        for archive in small_kmnist.archives
    )
    with pytest.raises(datasets.DamagedData, match="torchvision cannot read them"):
        datasets.ensure(replace(small_kmnist, archives=archives), tmp_path)


def test_two_downloads_at_once_fetch_every_file_once(
    small_kmnist: DatasetSpec, server: FileServer, tmp_path: Path
) -> None:
    threads = [threading.Thread(target=datasets.ensure, args=(small_kmnist, tmp_path)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
    assert sorted(path for path, _ in server.requests) == sorted(server.files)
    assert datasets.is_ready(small_kmnist, tmp_path)
