"""Downloads file by file against a real server: broken off, taken up again, and every failure in words."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import datasets
from core.datasets import (
    DatasetSpec,
    DownloadFailed,
    ImageData,
    WrongChecksum,
    http_download,
)
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


def test_a_broken_connection_is_told_and_the_next_try_asks_only_for_the_rest(
    small_kmnist: DatasetSpec, fashion: ImageData, server: FileServer, tmp_path: Path
) -> None:
    server.break_after = 20_000
    with pytest.raises(DownloadFailed) as told:
        datasets.ensure(small_kmnist, tmp_path)
    assert "was lost after 20,000 bytes of " in told.value.message
    assert "continues where it stopped" in told.value.remedy
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
