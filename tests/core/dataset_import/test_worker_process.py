"""A ZIP read by a process of its own: as one read here, but bounded, and gone when it is told to."""

import gc
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.dataset_import.understanding import Wanted
from core.dataset_import.worker_process import AT_ONCE, FOLDER, PreparedImport, _error_in, prepare_import
from core.datasets import DatasetError, RefusedUpload, load
from core.datasets.bundled_archives import Progress
from core.datasets.data_dir import REPOSITORY
from core.datasets.dataset_setup import no_progress
from core.datasets.errors import DamagedData
from core.datasets.user_dataset_limits import DEFAULT_LIMITS, OwnLimits
from core.datasets.user_datasets import create_own, list_own
from core.i18n.kept_sentences import kept
from core.i18n.reader import Reader, read_by
from tests.imports import GREY, import_zip
from tests.polling import DEADLINE_S, until
from tests.zips import png, slow_zip, zip_of

LISTS_PROCESSES = Path(f"/proc/self/task/{os.getpid()}/children").exists()
needs_list = pytest.mark.skipif(
    not LISTS_PROCESSES, reason="this system does not say whose children they are"
)


@pytest.fixture(scope="module")
def slow() -> bytes:
    return slow_zip()


@pytest.fixture(scope="module")
def quick() -> bytes:
    """Return a zip of nine digits' size, a picture that is too large for some, and one that is none."""
    greys = np.random.default_rng(0).integers(0, 256, (9, 28, 28), np.uint8)
    return zip_of(
        [*(png(Image.fromarray(grey)) for grey in greys), png(Image.new("L", (2_000, 2_000))), b"none"]
    )


ENDLESS = OwnLimits(max_work_s=3_600, max_decoded_bytes=10**12)


def endless_zip() -> bytes:
    """Return a ZIP that takes minutes where `ENDLESS` bounds it."""
    return zip_of([png(Image.new("1", (7_000, 7_000)))] * 2_000)


def children() -> set[int]:
    """Return the processes that this one has begun and not yet seen end."""
    tasks = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {int(child) for task in tasks for child in task.read_text().split()}


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"]


def prepared(
    content: bytes,
    title: str,
    data_dir: Path,
    limits: OwnLimits = DEFAULT_LIMITS,
    progress: Progress = no_progress,
) -> PreparedImport:
    return prepare_import([("brought.zip", content)], Wanted(title, GREY), data_dir, limits, progress)


class Enough(Exception):  # noqa: N818 - says what happened
    """The import is not wanted any more."""


class Told:
    """What an import tells; it ends where `is_enough` says so of (done, total)."""

    def __init__(self, is_enough: Callable[[int, int], bool] = lambda _done, _total: False) -> None:
        self.said: list[tuple[int, int, str]] = []
        self._is_enough = is_enough

    def __call__(self, done: int, total: int, what: str) -> None:
        self.said.append((done, total, str(what)))
        if self._is_enough(done, total):
            raise Enough


def test_it_makes_the_dataset_that_is_made_here_and_says_the_same_to_its_reader(
    quick: bytes, tmp_path: Path
) -> None:
    limits = OwnLimits(max_decoded_image_bytes=1_000_000)
    with read_by(Reader("de")):
        here = import_zip(quick, "Mine", GREY, tmp_path / "here", limits=limits)
        aside = prepared(quick, "Mine", tmp_path / "aside", limits)
    assert replace(aside.understood, name="") == replace(here.understood, name="")
    assert "9.png: It has 2.000 × 2.000 pixels" in aside.understood.notes[0]
    assert list_own(tmp_path / "aside") == []
    kept = aside.keep(" Ours ", tmp_path / "aside")
    assert kept.title == "Ours"
    assert list_own(tmp_path / "aside") == [kept]
    mine, other = load(here.spec.name, tmp_path / "here"), load(kept.name, tmp_path / "aside")
    for name in ("train_images", "train_labels", "test_images", "test_labels"):
        np.testing.assert_array_equal(getattr(mine, name), getattr(other, name))
    assert files_in(tmp_path / "aside" / FOLDER) == []


def test_what_is_prepared_can_be_looked_at_and_goes_when_it_is_not_kept(quick: bytes, tmp_path: Path) -> None:
    looked_at = prepared(quick, "x", tmp_path)
    assert looked_at.size > 10 * 784
    assert looked_at.images().spec.n_images == sum(map(sum, looked_at.understood.counts.values()))
    looked_at.discard()
    assert files_in(tmp_path) == []
    forgotten = prepared(quick, "x", tmp_path)
    assert files_in(tmp_path)
    del forgotten
    gc.collect()
    assert files_in(tmp_path) == []


def test_what_is_prepared_is_kept_once_and_under_a_title_that_may_be(quick: bytes, tmp_path: Path) -> None:
    made = prepared(quick, "x", tmp_path)
    kept = made.keep("Mine", tmp_path)
    with pytest.raises(DatasetError, match="has waited for too long, or was kept already"):
        made.keep("Mine", tmp_path)
    other = prepared(quick, "x", tmp_path)
    with pytest.raises(RefusedUpload, match="title must have 1 to 80 characters"):
        other.keep("  ", tmp_path)
    assert list_own(tmp_path) == [kept]
    assert other.keep("Other", tmp_path).title == "Other"


def test_refusals_come_back_in_words_with_their_values(quick: bytes, tmp_path: Path) -> None:
    with pytest.raises(RefusedUpload, match=r"would make 11 images of 28 × 28 px, but at most 5") as refused:
        prepared(quick, "x", tmp_path, OwnLimits(max_images=5))
    assert refused.value.message.values["most"] == 5  # type: ignore[attr-defined]  # a Sentence
    create_own("One", ("a", "b"), GREY, tmp_path)
    with pytest.raises(RefusedUpload, match="already has 1 drawn or imported dataset"):
        prepared(quick, "x", tmp_path, OwnLimits(max_datasets=1)).keep("x", tmp_path)
    assert [spec.title for spec in list_own(tmp_path)] == ["One"]


def ended(work: Callable[[], object]) -> BaseException | None:
    """Return what the work raised, in time: it may wait for a process that would go on for very long."""
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(work).exception(DEADLINE_S)


@needs_list
def test_an_error_of_any_other_kind_comes_back_in_words_too() -> None:
    told = {"code": DamagedData.code, "error": [kept("It is damaged."), kept("Delete it.")]}
    assert str(_error_in(told)) == "It is damaged. Delete it."


def test_it_tells_how_far_it_is_and_leaves_nothing_once_it_is_not_wanted(tmp_path: Path) -> None:
    told, before = Told(lambda done, _total: done >= 2), children()
    error = ended(lambda: prepared(endless_zip(), "x", tmp_path, ENDLESS, told))
    assert isinstance(error, Enough)
    assert told.said[-1] == (told.said[-1][0], 2_000, "")
    assert [done for done, *_ in told.said] == sorted(done for done, *_ in told.said)
    assert children() == before
    assert files_in(tmp_path) == []


@needs_list
def test_work_that_takes_too_long_is_ended_and_refused_whole(tmp_path: Path) -> None:
    before, limits = children(), replace(ENDLESS, max_work_s=1)
    error = ended(lambda: prepared(endless_zip(), "x", tmp_path, limits))
    assert isinstance(error, RefusedUpload)
    assert error.message == "Reading the images took longer than 1.0 s, which is the limit."
    assert children() == before
    assert files_in(tmp_path) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is bounded where /proc tells of it")
def test_what_takes_more_memory_than_is_allowed_is_refused_in_words(tmp_path: Path) -> None:
    """File names of many numbers, each of which is a tuple in the order of names: 6 MB become hundreds."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for n in range(60):
            archive.writestr(f"{'ab'[n % 2]}/{'1x' * 25_000}{n}.png", b"")
    with pytest.raises(RefusedUpload, match="Reading it would take more memory than is allowed"):
        prepared(buffer.getvalue(), "x", tmp_path, OwnLimits(max_decoded_image_bytes=1_000_000))
    assert files_in(tmp_path) == []


@needs_list
def test_a_process_that_is_killed_is_told(slow: bytes, tmp_path: Path) -> None:
    before = children()

    def kill(done: int, _total: int, _what: str) -> None:
        if done:
            for child in children() - before:
                os.kill(child, signal.SIGKILL)

    with pytest.raises(DatasetError, match="The process that read it ended before it was done"):
        prepared(slow, "x", tmp_path, progress=kill)
    assert files_in(tmp_path) == []


def test_it_ends_with_whoever_began_it(slow: bytes, tmp_path: Path) -> None:
    """Its standard input is closed then; were it to go on, it would say that it is done."""
    order = {
        "title": "x",
        "shape": GREY,
        "is_ink": False,
        "classes_at": 0,
        "splits": {},
        "path": "",
        "folder": str(tmp_path),
    }
    order |= {"limits": asdict(OwnLimits()), "files": [("slow.zip", len(slow))]}
    worker = subprocess.Popen(
        [sys.executable, "-m", "core.dataset_import.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
    )
    assert worker.stdin is not None
    assert worker.stdout is not None
    with worker.stdout as said:
        worker.stdin.write(json.dumps(order).encode() + b"\n" + slow)
        worker.stdin.flush()
        assert json.loads(said.readline()) == {"done": 0, "total": 40}
        worker.stdin.close()
        assert not [line for line in said if b"total" not in line]
    worker.wait()
    assert list_own(tmp_path) == []


def test_two_are_read_at_a_time_and_the_next_is_told_that_it_waits(
    slow: bytes, quick: bytes, tmp_path: Path
) -> None:
    is_enough = threading.Event()

    def read(name: str, content: bytes, told: Told) -> threading.Thread:
        def work() -> None:
            with suppress(Enough):
                prepared(content, name, tmp_path, progress=told)

        thread = threading.Thread(target=work)
        thread.start()
        return thread

    first = [Told(lambda _done, _total: is_enough.is_set()) for _ in range(AT_ONCE)]
    threads = [read("slow", slow, told) for told in first]
    until(lambda: all(told.said for told in first), "both to be read")
    third = Told()
    threads.append(read("third", quick, third))
    waits = (0, 0, "Other imports are being read at the moment. Yours waits for its turn.")
    until(lambda: waits in third.said, "the third to be told that it waits")
    assert not [said for said in third.said if said != waits]
    is_enough.set()
    for thread in threads:
        thread.join()
    assert list_own(tmp_path) == []


def test_what_a_killed_process_left_goes_with_the_next_import(quick: bytes, tmp_path: Path) -> None:
    old, new = tmp_path / FOLDER / "old", tmp_path / FOLDER / "new"
    for left in (old, new):
        left.mkdir(parents=True)
        (left / "images.npy").write_bytes(b"half")
    an_age_ago = time.time() - 7_200
    os.utime(old, (an_age_ago, an_age_ago))
    prepared(quick, "x", tmp_path)
    assert files_in(tmp_path / FOLDER) == [new / "images.npy"]
