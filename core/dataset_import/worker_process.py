"""What somebody brings in, read by a process of its own: bounded in time and memory, and gone once it is told to.

It makes the dataset in a folder of its own, where it is looked at. Then it is moved into its place whole, or goes.
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
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from core.dataset_import.understanding import Brought, Understood, Wanted
from core.datasets.bundled_archives import Progress
from core.datasets.catalog import DatasetSpec
from core.datasets.data_dir import REPOSITORY, data_folder
from core.datasets.dataset_setup import no_progress
from core.datasets.errors import (
    DatasetError,
    DiskFull,
    NoPermission,
    RefusedUpload,
    UnknownDataset,
    from_os_error,
    without_path,
)
from core.datasets.image_data import ImageData
from core.datasets.user_dataset_limits import DEFAULT_LIMITS, OwnLimits
from core.datasets.user_datasets import DataDir, load_own, stored_bytes, take_in
from core.i18n.kept_sentences import from_kept
from core.i18n.translation import _

AT_ONCE: Final = 2
LOOK_S: Final = 0.1  # between two looks whether the work is still wanted
FOLDER: Final = ".imports"  # in the data folder
LEFT_S: Final = 3_600.0  # what is so old was left by a process that was killed, or is looked at no more
_TURNS: Final = threading.BoundedSemaphore(AT_ONCE)
Said = queue.Queue[dict[str, Any] | None]  # what the process says, None at its end
_ERRORS: Final = {kind.code: kind for kind in (RefusedUpload, DiskFull, NoPermission)}


@dataclass(frozen=True, eq=False)
class PreparedImport:
    """A dataset that is made and not kept yet, and what was understood. It goes when nobody holds it any more."""

    understood: Understood
    _folder: Path
    _limits: OwnLimits

    def __post_init__(self) -> None:
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    @property
    def size(self) -> int:
        """Bytes on the disk; 0 where nothing was made, because there was nothing to learn from, or it is gone."""
        try:
            return stored_bytes(self.understood.name, self._folder)
        except UnknownDataset:
            return 0

    def images(self) -> ImageData:
        """Return its images.  Raises: DatasetError where it has waited for too long; DamagedData."""
        try:
            return load_own(self.understood.name, self._folder)
        except UnknownDataset:
            raise _gone() from None

    def keep(self, title: str, data_dir: DataDir = None) -> DatasetSpec:
        """Have it be a dataset of that title; return its spec. What is refused can be tried again.

        Raises: RefusedUpload; DiskFull, NoPermission.
        """
        try:
            spec = take_in(self.understood.name, self._folder, data_dir, self._limits, title)
        except UnknownDataset:
            raise _gone() from None
        self.discard()
        return spec

    def discard(self) -> None:
        """Let it go."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _gone() -> DatasetError:
    return DatasetError(
        _("What was read has waited for too long, or was kept already."), _("Import it again.")
    )


def prepare_import(
    brought: Sequence[Brought] | Path,
    wanted: Wanted,
    data_dir: DataDir = None,
    limits: OwnLimits = DEFAULT_LIMITS,
    progress: Progress = no_progress,
) -> PreparedImport:
    """Return the dataset that `build` makes of what is brought, by a process of its own; it is not kept yet.

    `progress` is told several times a second how many images of how many are done, or what is waited for; if it
    raises, the process is ended and nothing is left. Two are read at a time, others wait.
    Raises: RefusedUpload for what is beyond a limit; DiskFull, NoPermission.
    """
    folder = None
    try:
        with _turn(progress):
            folder = _workplace(data_folder(data_dir))
            files = [] if isinstance(brought, Path) else brought
            order = {
                "title": wanted.title,
                "shape": wanted.shape,
                "is_ink": wanted.is_ink,
                "classes_at": wanted.answers.classes_at,
                "splits": dict(wanted.answers.splits),
                "folder": str(folder),
                "limits": asdict(limits),
                "path": str(brought.resolve()) if isinstance(brought, Path) else "",
                "files": [(name, len(content)) for name, content in files],
            }
            contents = [content for _name, content in files]
            told = _told_by_worker(order, contents, limits.max_work_s, progress)
            if "class_names" not in told:
                raise _error_in(told)
            return PreparedImport(_understood(told), folder, limits)
    except BaseException as error:  # why: whatever happens, nothing is left of it
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise from_os_error(without_path(error), _("It could not be read.")) from error
        raise


def _understood(told: Mapping[str, Any]) -> Understood:
    """Return what the process said in JSON, which has no tuples and no numbers as keys."""
    sizes = [(width, height) for width, height in told["sizes"]]
    return Understood(
        **{
            **told,
            "shape": tuple(told["shape"]),
            "class_names": tuple(told["class_names"]),
            "counts": {split: tuple(counts) for split, counts in told["counts"].items()},
            "sizes": (sizes[0], sizes[1]),
            "notes": tuple(from_kept(said) for said in told["notes"]),
            "warnings": tuple(from_kept(said) for said in told["warnings"]),
            "levels": {int(level): tuple(names) for level, names in told["levels"].items()},
        }
    )


@contextmanager
def _turn(progress: Progress) -> Iterator[None]:
    while not _TURNS.acquire(timeout=LOOK_S):
        progress(0, 0, _("Other imports are being read at the moment. Yours waits for its turn."))
    try:
        yield
    finally:
        _TURNS.release()


def _workplace(root: Path) -> Path:
    home = root / FOLDER
    home.mkdir(parents=True, exist_ok=True)
    for left in home.iterdir():
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT_S:
                shutil.rmtree(left)
    return Path(tempfile.mkdtemp(dir=home))


def _told_by_worker(
    order: dict[str, Any], contents: Sequence[bytes], most_s: float, progress: Progress
) -> dict[str, Any]:
    """Return the last word of a process that was told what to do, {} if it ended without one.

    Raises: RefusedUpload once it has worked for `most_s` seconds; whatever `progress` raises.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "core.dataset_import.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )
    said: Said = queue.Queue()
    talk = threading.Thread(target=_talk, args=(process, order, contents, said), name="import", daemon=True)
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
    contents: Sequence[bytes],
    said: Said,
) -> None:
    """Give the process its order and the files, then hear what it says; None is the end."""
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(OSError, ValueError):  # it is gone
        process.stdin.write(json.dumps(order).encode() + b"\n")
        for content in contents:
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
                _("Reading the images took longer than {most:duration}, which is the limit.", most=most_s),
                _("Use fewer or smaller images."),
            )


def _error_in(told: dict[str, Any]) -> DatasetError:
    if "error" not in told:
        return DatasetError(
            _("The process that read it ended before it was done."),
            _("Use fewer or smaller images, or try again later."),
        )
    return _ERRORS.get(told["code"], DatasetError)(*(from_kept(sentence) for sentence in told["error"]))
