"""One lock per dataset and data folder, held by whoever changes its files; freed if they die."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from core.datasets.bundled_archives import Progress
from core.i18n.translation import _


def lock_file(name: str, root: Path) -> FileLock:
    """Return the (not yet held) lock of dataset `name` in the data folder `root`."""
    folder = root / ".locks"
    folder.mkdir(parents=True, exist_ok=True)
    return FileLock(folder / f"{name.replace(':', '-')}.lock")


@contextmanager
def locked(name: str, root: Path, progress: Progress) -> Iterator[None]:
    """Hold the dataset's lock; while another process has it, say so four times a second (and can cancel)."""
    lock = lock_file(name, root)
    while True:
        try:
            lock.acquire(timeout=0.25, poll_interval=0.02)
            break
        except Timeout:
            progress(0, 0, _("Waiting for another process to finish with {dataset}", dataset=name))
    try:
        yield
    finally:
        lock.release()
