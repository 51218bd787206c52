"""Files that people brought: each becomes what it must, in the process that reads them, or asks what is meant."""

from pathlib import Path

import pytest

from core.dataset_import.summary import questions
from core.dataset_import.understanding import Answers, Wanted
from core.dataset_import.worker_process import PreparedImport, prepare_import
from core.datasets import load
from core.datasets.user_dataset_limits import DEFAULT_LIMITS, OwnLimits
from tests.import_cases import BY_NAME, Case
from tests.imports import CASES


def prepared(
    name: str, data_dir: Path, answers: Answers | None = None, limits: OwnLimits = DEFAULT_LIMITS
) -> PreparedImport:
    content = (CASES / f"{name}.zip").read_bytes()
    wanted = Wanted(name, None, answers or Answers())
    return prepare_import([(f"{name}.zip", content)], wanted, data_dir, limits)


@pytest.mark.parametrize("case", BY_NAME.values(), ids=list(BY_NAME))
def test_what_is_brought_becomes_what_it_must_and_is_said(case: Case, tmp_path: Path) -> None:
    made = prepared(case.file, tmp_path, case.answers)
    assert made.understood.class_names == case.classes
    assert tuple(made.understood.counts.values()) == case.counts
    told = [*made.understood.notes, *made.understood.warnings]
    seen = [
        sentence
        for sentence in told
        if "test images are training images, too" in sentence or "a training image, too" in sentence
    ]
    assert [int(sentence.split()[0]) for sentence in seen] == [case.seen] * bool(case.seen)
    assert tuple(sentence for sentence in told if sentence not in seen) == case.said
    assert made.understood.is_on_paper == case.is_on_paper
    assert not made.understood.is_open
    data = load(made.keep(case.file, tmp_path).name, tmp_path)
    sizes = tuple(sum(counts) for counts in case.counts)
    assert (len(data.train_labels), len(data.validation_labels), len(data.test_labels)) == sizes
    assert data.spec.class_names == case.classes


@pytest.mark.parametrize("name", [case.file for case in BY_NAME.values() if case.asked])
def test_what_is_ambiguous_is_asked(name: str, tmp_path: Path) -> None:
    made = prepared(name, tmp_path)
    assert made.understood.is_open
    assert [*questions(made.understood)] == [BY_NAME[name].asked]


def test_what_is_picked_for_testing_is_the_same_each_time(tmp_path: Path) -> None:
    first, second = (prepared("train-only", tmp_path / side).images() for side in "ab")
    assert first.test_images.tobytes() == second.test_images.tobytes()
    assert {label: list(first.test_labels).count(label) for label in (0, 1)} == {0: 4, 1: 4}


@pytest.mark.long
def test_a_small_zip_of_very_large_pictures_is_made_where_it_is_given_the_time(tmp_path: Path) -> None:
    made = prepared("slow-zip", tmp_path, limits=OwnLimits(max_work_s=3_600))
    assert made.understood.counts == {"train": (16, 16), "validation": (0, 0), "test": (4, 4)}
    assert made.understood.sizes == ((7_000, 7_000), (7_000, 7_000))
