"""One data folder for all test processes, unpacked once from the bundled archives; the real images everywhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core import datasets
from core.datasets import ImageData
from core.training.threads import use_one_thread
from tests.browser import STARTED, app, browser, chromium, context, end_app, page, policy_is_kept, profile

# One browser for all: a second Playwright cannot start in a process that has one.
__all__ = ["app", "browser", "chromium", "context", "page", "policy_is_kept", "profile"]

LONGEST = ("tests/e2e/", "tests/test_types.py")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes share the tests, begin with the longest files: short ones fill what time is left."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Have PyTorch and NumPy compute on one thread: test processes that share the cores would wait for each other."""
    use_one_thread()


@pytest.fixture(scope="session", autouse=True)
def data_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Path]:
    """Return the folder that INKLING_DATA names for this session."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "inkling-data"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INKLING_DATA", str(folder))
        patch.delenv("INKLING_STORE", raising=False)
        yield folder


@pytest.fixture(scope="session", autouse=True)
def no_app_is_left() -> Iterator[None]:
    """End the apps of tests that failed before they could."""
    yield
    for started in STARTED:
        end_app(started)


@pytest.fixture(scope="session")
def mnist(data_folder: Path) -> ImageData:
    """Return MNIST, complete."""
    return datasets.load("mnist", data_folder)


@pytest.fixture(scope="session")
def fashion(data_folder: Path) -> ImageData:
    """Return Fashion-MNIST, complete."""
    return datasets.load("fashion_mnist", data_folder)
