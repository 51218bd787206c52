"""A ZIP that somebody brings in, read by a process of its own: bounded in time and memory, and gone once it is told to.

It makes the dataset in a folder of its own, from where it is moved into its place whole.
"""

import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from core.datasets.bundled_archives import Progress
from core.datasets.data_dir import REPOSITORY, data_folder
from core.datasets.dataset_setup import no_progress
from core.datasets.errors import DatasetError, DiskFull, NoPermission, RefusedUpload, from_os_error
from core.datasets.user_dataset_limits import DEFAULT_LIMITS, OwnLimits
from core.datasets.user_datasets import DataDir, Imported, take_in
from core.i18n.kept_sentences import from_kept
from core.i18n.translation import _

AT_ONCE: Final = 2
LOOK_S: Final = 0.1  # between two looks whether the work is still wanted
FOLDER: Final = ".imports"  # in the data folder
LEFT_S: Final = 3_600.0  # what is so old was left by a process that was killed
_TURNS: Final = threading.BoundedSemaphore(AT_ONCE)
Said = queue.Queue[dict[str, Any] | None]  # what the process says, None at its end
_ERRORS: Final = {kind.code: kind for kind in (RefusedUpload, DiskFull, NoPermission)}


def import_zip_aside(
    content: bytes,
    title: str,
    shape: tuple[int, int, int],
    data_dir: DataDir = None,
    limits: OwnLimits = DEFAULT_LIMITS,
    progress: Progress = no_progress,
) -> Imported:
    """Return a new dataset made of a ZIP as `import_zip` makes it, by a process of its own.

    `progress` is told several times a second how many images of how many are done, or what is waited for; if it
    raises, the process is ended and nothing is left. Two ZIPs are read at a time, others wait.
    Raises: RefusedUpload for what is beyond a limit; DiskFull, NoPermission.
    """
    root = data_folder(data_dir)
    try:
        with _turn(progress), _workplace(root) as folder:
            order = {"title": title, "shape": shape, "folder": str(folder), "limits": asdict(limits)}
            told = _told_by_worker(order, content, limits.max_work_s, progress)
            if "name" not in told:
                raise _error_in(told)
            spec = take_in(told["name"], folder, root, limits)
    except OSError as error:
        raise from_os_error(error, _("The ZIP could not be read.")) from error
    return Imported(spec, tuple(from_kept(note) for note in told["notes"]))


@contextmanager
def _turn(progress: Progress) -> Iterator[None]:
    while not _TURNS.acquire(timeout=LOOK_S):
        progress(0, 0, _("Other ZIPs are being read at the moment. Yours waits for its turn."))
    try:
        yield
    finally:
        _TURNS.release()


@contextmanager
def _workplace(root: Path) -> Iterator[Path]:
    home = root / FOLDER
    home.mkdir(parents=True, exist_ok=True)
    for left in home.iterdir():
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT_S:
                shutil.rmtree(left)
    with tempfile.TemporaryDirectory(dir=home, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _told_by_worker(
    order: dict[str, Any], content: bytes, most_s: float, progress: Progress
) -> dict[str, Any]:
    """Return the last word of a process that was told what to do, {} if it ended without one.

    Raises: RefusedUpload once it has worked for `most_s` seconds; whatever `progress` raises.
    """
    order |= {"size": len(content)}
    process = subprocess.Popen(
        [sys.executable, "-m", "core.datasets.zip_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )
    said: Said = queue.Queue()
    talk = threading.Thread(target=_talk, args=(process, order, content, said), name="zip", daemon=True)
    talk.start()
    try:
        return _last_word(said, most_s, progress)
    finally:
        process.kill()
        process.wait()
        talk.join()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            with suppress(OSError):  # of what was not written
                pipe.close()


def _talk(
    process: subprocess.Popen[bytes],
    order: dict[str, Any],
    content: bytes,
    said: Said,
) -> None:
    """Give the process its order and the ZIP, then hear what it says; None is the end."""
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(OSError, ValueError):  # it is gone
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.write(content)
        process.stdin.flush()  # and stays open: that is how it knows that we live
        for line in process.stdout:
            said.put(json.loads(line))
    said.put(None)


def _last_word(said: Said, most_s: float, progress: Progress) -> dict[str, Any]:
    end, done, total = time.monotonic() + most_s, 0, 0
    while True:
        with suppress(queue.Empty):
            word = said.get(timeout=LOOK_S)
            if word is None or "total" not in word:
                return word or {}
            done, total = word["done"], word["total"]
        progress(done, total, "")
        if time.monotonic() > end:
            raise RefusedUpload(
                _(
                    "Reading the images in the zip took longer than {most:duration}, which is the limit.",
                    most=most_s,
                ),
                _("Use fewer or smaller images."),
            )


def _error_in(told: dict[str, Any]) -> DatasetError:
    if "error" not in told:
        return RefusedUpload(
            _("The process that read the ZIP ended before it was done."),
            _("Use fewer or smaller images, or try again later."),
        )
    return _ERRORS.get(told["code"], DatasetError)(*(from_kept(sentence) for sentence in told["error"]))
