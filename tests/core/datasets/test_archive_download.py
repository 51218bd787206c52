"""Downloads against a real server: whole, broken off, taken up again, and every failure in words."""

import errno
import os
import socket
import threading
from collections import namedtuple
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core import datasets
from core.datasets import (
    DatasetSpec,
    DiskFull,
    DownloadFailed,
    ImageData,
    NotDownloaded,
    WrongChecksum,
    http_download,
)
from core.datasets.catalog import RemoteFile
from tests.core.datasets.conftest import md5
from tests.core.datasets.serving import FileServer

IMAGES = "KMNIST/raw/train-images-idx3-ubyte.gz"


class CancelledError(Exception):
    """Raised by a progress callback."""


@pytest.fixture
def closed_address() -> Iterator[str]:
    """Return an address on 127.0.0.1 at which nothing listens, and nothing else can begin to meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/"


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


def test_a_downloaded_set_carries_its_measured_mean_and_std(small_cifar: DatasetSpec, tmp_path: Path) -> None:
    datasets.ensure(small_cifar, tmp_path)
    data = datasets.load(small_cifar, tmp_path)
    pixels = torch.from_numpy(data.train_images).to(torch.float64) / 255
    assert data.spec.mean == pytest.approx(pixels.mean(dim=(0, 2, 3)).tolist(), rel=1e-9)
    assert data.spec.std == pytest.approx(pixels.std(dim=(0, 2, 3), correction=0).tolist(), rel=1e-9)


def test_loading_never_downloads(small_kmnist: DatasetSpec, server: FileServer, tmp_path: Path) -> None:
    with pytest.raises(NotDownloaded, match="Kuzushiji-MNIST is not downloaded yet"):
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


def test_a_broken_connection_is_told_and_the_next_try_asks_only_for_the_rest(
    small_kmnist: DatasetSpec, fashion: ImageData, server: FileServer, tmp_path: Path
) -> None:
    server.break_after = 20_000
    with pytest.raises(DownloadFailed) as told:
        datasets.ensure(small_kmnist, tmp_path)
    assert "broke after 20,000 of" in told.value.message
    assert "goes on" in told.value.remedy
    assert (tmp_path / f"{IMAGES}.part").stat().st_size == 20_000
    assert not (tmp_path / IMAGES).exists()

    server.break_after = None
    server.requests.clear()
    reports: list[int] = []
    datasets.ensure(small_kmnist, tmp_path, lambda done, _total, _what: reports.append(done))
    assert server.requests[0] == ("/train-images-idx3-ubyte.gz", "bytes=20000-")
    assert reports[0] > 20_000
    assert np.array_equal(datasets.load(small_kmnist, tmp_path).train_images, fashion.train_images[:300])
    assert not (tmp_path / f"{IMAGES}.part").exists()


def test_a_server_without_ranges_is_read_from_the_start(
    small_kmnist: DatasetSpec, server: FileServer, tmp_path: Path
) -> None:
    server.break_after = 20_000
    with pytest.raises(DownloadFailed):
        datasets.ensure(small_kmnist, tmp_path)
    server.break_after, server.ranges = None, False
    datasets.ensure(small_kmnist, tmp_path)
    assert datasets.is_ready(small_kmnist, tmp_path)


def test_a_cancelled_download_keeps_its_bytes_for_the_next_time(
    small_kmnist: DatasetSpec, server: FileServer, tmp_path: Path
) -> None:
    def cancel(done: int, _total: int, what: str) -> None:
        if what.startswith("Downloading train-images") and done > 0:
            raise CancelledError

    with pytest.raises(CancelledError):
        datasets.ensure(small_kmnist, tmp_path, cancel)
    kept = (tmp_path / f"{IMAGES}.part").stat().st_size
    assert kept == 65_536
    server.requests.clear()
    datasets.ensure(small_kmnist, tmp_path)
    assert server.requests[0][1] == f"bytes={kept}-"


def test_bytes_of_another_file_in_the_part_are_thrown_away_and_fetched_anew(
    small_kmnist: DatasetSpec, fashion: ImageData, server: FileServer, tmp_path: Path
) -> None:
    part = tmp_path / f"{IMAGES}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * 5000)
    datasets.ensure(small_kmnist, tmp_path)
    assert np.array_equal(datasets.load(small_kmnist, tmp_path).train_images, fashion.train_images[:300])
    assert [asked for path, asked in server.requests if "train-images" in path] == ["bytes=5000-", ""]


def test_a_part_that_is_whole_already_is_taken(
    small_kmnist: DatasetSpec, server: FileServer, tmp_path: Path
) -> None:
    part = tmp_path / f"{IMAGES}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(server.files["/train-images-idx3-ubyte.gz"])
    datasets.ensure(small_kmnist, tmp_path)
    assert sum("train-images" in path for path, _ in server.requests) == 1


def test_a_wrong_checksum_is_told_and_the_file_removed(
    small_kmnist: DatasetSpec, server: FileServer, tmp_path: Path
) -> None:
    content = bytearray(server.files["/train-images-idx3-ubyte.gz"])
    content[1000] ^= 1
    server.files["/train-images-idx3-ubyte.gz"] = bytes(content)
    with pytest.raises(WrongChecksum) as told:
        datasets.ensure(small_kmnist, tmp_path)
    assert md5(bytes(content)) in told.value.message
    assert small_kmnist.archives[0].md5 in told.value.message
    assert "removed" in told.value.message
    assert list((tmp_path / "KMNIST/raw").iterdir()) == []


@pytest.mark.parametrize(
    ("status", "advice"), [(404, "moved"), (403, "moved"), (503, "later"), (429, "later")]
)
def test_an_http_error_is_told_with_its_code_and_the_way_by_hand(
    status: int, advice: str, small_kmnist: DatasetSpec, server: FileServer, tmp_path: Path
) -> None:
    server.status = status
    with pytest.raises(DownloadFailed) as told:
        datasets.ensure(small_kmnist, tmp_path)
    assert f"HTTP {status}" in told.value.message
    assert advice in told.value.remedy
    assert str(tmp_path / IMAGES) in told.value.remedy


def test_a_refused_connection_is_told(small_kmnist: DatasetSpec, closed_address: str, tmp_path: Path) -> None:
    with pytest.raises(DownloadFailed, match="refused the connection"):
        datasets.ensure(replace(small_kmnist, mirrors=(closed_address,)), tmp_path)


def test_no_network_is_told(
    small_kmnist: DatasetSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_found(*_args: object, **_settings: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", not_found)  # some networks find every name, or take long
    nowhere = replace(small_kmnist, mirrors=("http://no-such-host.invalid/",))
    with pytest.raises(DownloadFailed, match="there seems to be no network"):
        datasets.ensure(nowhere, tmp_path)


def test_a_silent_server_is_given_up_on(server: FileServer, tmp_path: Path) -> None:
    server.silent = True
    with pytest.raises(DownloadFailed, match="did not answer in time"):
        http_download.fetch_file(
            f"{server.address}file", tmp_path / "file", "0" * 32, lambda *_: None, timeout_s=0.2
        )


def test_the_second_mirror_is_tried_when_the_first_fails(
    small_kmnist: DatasetSpec, closed_address: str, tmp_path: Path
) -> None:
    both = replace(small_kmnist, mirrors=(closed_address, *small_kmnist.mirrors))
    datasets.ensure(both, tmp_path)
    assert datasets.is_ready(both, tmp_path)


def test_a_mirror_of_the_house_is_asked_first(
    small_kmnist: DatasetSpec,
    server: FileServer,
    closed_address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for path in list(server.files):
        server.files[f"/mirror/kmnist{path}"] = server.files.pop(path)
    monkeypatch.setenv("INKLING_MIRROR", f"{server.address}mirror")
    datasets.ensure(replace(small_kmnist, mirrors=(closed_address,)), tmp_path)
    assert {path.rsplit("/", 1)[0] for path, _ in server.requests} == {"/mirror/kmnist"}


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
    with pytest.raises(DiskFull, match=r"0\.1 MB are free|0\.0 MB are free"):
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
    with pytest.raises(datasets.DamagedData, match="torchvision cannot read it"):
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
