import hashlib
import struct
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision.datasets

from core import datasets
from core.datasets import ImageData

# MNIST: published with the set. Fashion-MNIST: of the files inside the archives whose sums Zalando publishes.
MD5 = {
    "MNIST/raw/train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "MNIST/raw/train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "MNIST/raw/t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "MNIST/raw/t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
    "FashionMNIST/raw/train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
    "FashionMNIST/raw/train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
    "FashionMNIST/raw/t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
    "FashionMNIST/raw/t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
}


@pytest.mark.usefixtures("mnist", "fashion")
def test_the_unpacked_files_are_the_published_ones(data_folder: Path) -> None:
    for path, expected in MD5.items():
        found = hashlib.md5((data_folder / path).read_bytes(), usedforsecurity=False).hexdigest()
        assert found == expected, path


def test_mnist_begins_5_0_4_1_9_and_has_its_class_counts(mnist: ImageData) -> None:
    assert mnist.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert mnist.test_labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    counts = np.bincount(mnist.train_labels).tolist()
    assert counts == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(mnist.test_labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_fashion_begins_with_an_ankle_boot_and_is_balanced(fashion: ImageData) -> None:
    assert fashion.train_labels[:5].tolist() == [9, 0, 0, 3, 0]
    assert fashion.spec.class_names[9] == "Ankle boot"
    assert np.bincount(fashion.train_labels).tolist() == [6000] * 10
    assert np.bincount(fashion.test_labels).tolist() == [1000] * 10


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_arrays_have_the_stated_shapes_and_types(name: str) -> None:
    data = datasets.load(name)
    for images, labels, n in (
        (data.train_images, data.train_labels, 60_000),
        (data.test_images, data.test_labels, 10_000),
    ):
        assert (images.shape, images.dtype) == ((n, 1, 28, 28), np.uint8)
        assert (labels.shape, labels.dtype) == ((n,), np.int64)
    assert data.notes == ()


def test_the_arrays_are_the_bytes_of_the_idx_file(mnist: ImageData, data_folder: Path) -> None:
    content = (data_folder / "MNIST/raw/t10k-images-idx3-ubyte").read_bytes()
    assert struct.unpack(">IIII", content[:16]) == (0x803, 10_000, 28, 28)
    assert mnist.test_images.tobytes() == content[16:]


def test_torchvision_reads_the_data_folder_by_itself(mnist: ImageData, data_folder: Path) -> None:
    theirs = torchvision.datasets.MNIST(str(data_folder), train=False, download=False)
    assert torch.equal(theirs.data, torch.from_numpy(mnist.test_images[:, 0]))
    assert torch.equal(theirs.targets, torch.from_numpy(mnist.test_labels))


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_the_catalog_states_the_mean_and_std_of_the_training_images(name: str) -> None:
    data = datasets.load(name)
    pixels = torch.from_numpy(data.train_images).to(torch.float64) / 255
    assert datasets.dataset_spec(name).mean[0] == pytest.approx(pixels.mean().item(), rel=1e-9)
    assert datasets.dataset_spec(name).std[0] == pytest.approx(pixels.std(correction=0).item(), rel=1e-9)
    assert data.spec.mean == pytest.approx(datasets.dataset_spec(name).mean, rel=1e-14)


def test_writing_to_a_loaded_image_reaches_neither_the_disk_nor_another_load() -> None:
    first = datasets.load("mnist")
    was = int(first.train_images[0, 0, 0, 0])
    first.train_images[0, 0, 0, 0] = was ^ 255
    assert datasets.load("mnist").train_images[0, 0, 0, 0] == was


def test_torch_takes_the_maps_without_a_warning_or_a_copy(mnist: ImageData) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tensor = torch.from_numpy(mnist.train_images)
    assert tensor.data_ptr() == mnist.train_images.ctypes.data


def test_reading_every_pixel_makes_no_private_copy_of_the_pages() -> None:
    data = datasets.load("fashion_mnist")
    assert data.train_images.sum(dtype=np.int64) > 0  # touches every page
    path = str(data.train_images.filename)
    private_kb, inside = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if "-" in line.split(" ")[0] and ":" not in line.split(" ")[0]:
            inside = line.endswith(path)
        elif inside and line.startswith("Private_Dirty"):
            private_kb += int(line.split()[1])
    assert path in Path("/proc/self/maps").read_text()
    assert private_kb == 0


@pytest.mark.usefixtures("mnist")
def test_loading_prepared_data_reads_and_hashes_no_image(monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes it a matter of a millisecond, told without a clock."""
    monkeypatch.setattr("core.datasets.atomic_files.digest", lambda *_: pytest.fail("a file was hashed"))
    monkeypatch.setattr(
        "core.datasets.dataset_setup.prepare", lambda *_: pytest.fail("it was prepared again")
    )
    data = datasets.load("mnist")
    assert isinstance(data.train_images, np.memmap)
    assert isinstance(data.test_images, np.memmap)
