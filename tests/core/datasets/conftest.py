"""Small datasets in the real formats, cut from the real images, and a server to fetch them from."""

import gzip
import hashlib
import io
import lzma
import pickle
import struct
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.datasets import CATALOG, DatasetSpec, ImageData, bundled_archives
from core.datasets.catalog import RemoteFile
from tests.core.datasets.serving import FileServer

N_TRAIN, N_TEST = 300, 100


def idx_bytes(values: np.ndarray) -> bytes:
    """Return uint8 values in the IDX format (http://yann.lecun.com/exdb/mnist/)."""
    header = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
    return header + values.astype(np.uint8).tobytes()


def idx_files(data: ImageData) -> dict[str, bytes]:
    """Return the four IDX files of the first images of `data`, by the name that torchvision gives them."""
    return {
        "train-images-idx3-ubyte": idx_bytes(data.train_images[:N_TRAIN, 0]),
        "train-labels-idx1-ubyte": idx_bytes(data.train_labels[:N_TRAIN]),
        "t10k-images-idx3-ubyte": idx_bytes(data.test_images[:N_TEST, 0]),
        "t10k-labels-idx1-ubyte": idx_bytes(data.test_labels[:N_TEST]),
    }


def md5(content: bytes) -> str:
    """Return the MD5 of `content` in hex."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@pytest.fixture
def small_mnist(mnist: ImageData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DatasetSpec:
    """Return the spec of a bundled MNIST of 300 + 100 images, whose archives stand in for the project's."""
    archives = tmp_path / "archives"
    (archives / "mnist").mkdir(parents=True)
    sums = []
    for name, content in idx_files(mnist).items():
        (archives / "mnist" / f"{name}.xz").write_bytes(lzma.compress(content))
        sums.append(f"{hashlib.sha256(content).hexdigest()}  mnist/{name}")
    (archives / "SHA256SUMS").write_text("\n".join(sums))
    monkeypatch.setattr(bundled_archives, "ARCHIVES", archives)
    return replace(CATALOG["mnist"], train_size=N_TRAIN, test_size=N_TEST)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """Return a running HTTP server with no files yet."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.delenv("INKLING_MIRROR", raising=False)
    with FileServer() as running:
        yield running


@pytest.fixture
def small_kmnist(fashion: ImageData, server: FileServer) -> DatasetSpec:
    """Return the spec of a Kuzushiji-MNIST of 300 + 100 images in its real format, served by `server`."""
    archives = []
    for name, content in idx_files(fashion).items():
        packed = gzip.compress(content)
        server.files[f"/{name}.gz"] = packed
        archives.append(RemoteFile(f"{name}.gz", md5(packed), len(packed)))
    return replace(
        CATALOG["kmnist"],
        mirrors=(server.address,),
        archives=tuple(archives),
        train_size=N_TRAIN,
        test_size=N_TEST,
    )


@pytest.fixture
def colour_images(fashion: ImageData) -> Callable[[int, int], np.ndarray]:
    """Return a function (first, n) -> uint8 (n, 3, 32, 32), garments with three different channels."""

    def images(first: int, n: int) -> np.ndarray:
        grey = np.pad(fashion.train_images[first : first + n], ((0, 0), (0, 0), (2, 2), (2, 2)))
        return np.concatenate([grey, 255 - grey, grey // 2], axis=1)

    return images


@pytest.fixture
def small_cifar(
    fashion: ImageData, colour_images: Callable[[int, int], np.ndarray], server: FileServer
) -> DatasetSpec:
    """Return the spec of a CIFAR-10 of 5 x 60 + 100 images in its real format, served by `server`."""
    files: dict[str, bytes] = {}
    for batch in range(6):
        n = 60 if batch < 5 else 100
        first = batch * 60
        entry = {
            "data": colour_images(first, n).reshape(n, -1),
            "labels": fashion.train_labels[first : first + n].tolist(),
        }
        name = f"data_batch_{batch + 1}" if batch < 5 else "test_batch"
        files[name] = pickle.dumps(entry)
    files["batches.meta"] = pickle.dumps({"label_names": list(CATALOG["cifar10"].class_names)})
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    packed = buffer.getvalue()
    server.files["/cifar-10-python.tar.gz"] = packed
    return replace(
        CATALOG["cifar10"],
        mirrors=(server.address,),
        archives=(RemoteFile("cifar-10-python.tar.gz", md5(packed), len(packed)),),
        members=tuple((name, md5(content)) for name, content in files.items()),
        train_size=300,
        test_size=100,
    )
