"""One data folder for the whole session, unpacked once from the bundled archives; the real images everywhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core import datasets
from core.datasets import ImageData


@pytest.fixture(scope="session", autouse=True)
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the folder that INKLING_DATA names for this session."""
    folder = tmp_path_factory.mktemp("inkling-data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INKLING_DATA", str(folder))
        patch.delenv("INKLING_STORE", raising=False)
        yield folder


@pytest.fixture(scope="session")
def mnist(data_folder: Path) -> ImageData:
    """Return MNIST, complete."""
    return datasets.load("mnist", data_folder)


@pytest.fixture(scope="session")
def fashion(data_folder: Path) -> ImageData:
    """Return Fashion-MNIST, complete."""
    return datasets.load("fashion_mnist", data_folder)
