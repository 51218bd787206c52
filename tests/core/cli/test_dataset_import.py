"""`python -m core dataset import`: what people bring becomes what it must, is told as on the page, and asked about."""

import os
import pty
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from core.datasets import load
from tests.core.cli.test_train import ROOT, command_here
from tests.import_cases import BY_NAME, TABLE, Case
from tests.imports import CASES


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of a store that has a data folder of its own."""
    monkeypatch.setenv("INKLING_DATA", str(tmp_path))
    return tmp_path / "inkling.db"


def brought(name: str) -> str:
    return str(CASES / f"{name}.zip")


@pytest.mark.parametrize("case", TABLE, ids=[case.file for case in TABLE])
def test_what_is_brought_becomes_what_it_must_and_is_said(case: Case, path: Path) -> None:
    done = command_here(path, "dataset", "import", brought(case.file), "--name", "Ours", *case.options)
    assert done.exit_code == 0, done.stderr
    data = load(done.stdout.strip(), path.parent)
    assert (data.spec.title, data.spec.class_names) == ("Ours", case.classes)
    sizes = (len(data.train_labels), len(data.validation_labels), len(data.test_labels))
    assert sizes == tuple(sum(counts) for counts in case.counts)
    for sentence in case.said:
        assert sentence in done.stderr
    assert f"{len(case.classes)} classes: " in done.stderr


@pytest.mark.parametrize("name", [case.file for case in TABLE if case.asked])
def test_what_is_ambiguous_is_refused_with_what_answers_it(name: str, path: Path) -> None:
    done = command_here(path, "dataset", "import", brought(name))
    assert (done.exit_code, done.stdout) == (2, "")
    assert BY_NAME[name].asked in done.stderr
    assert " ".join(BY_NAME[name].options) in done.stderr


def test_yes_takes_it_as_it_is_understood_where_there_is_something_to_learn_from(path: Path) -> None:
    done = command_here(path, "dataset", "import", brought("subfolders"), "--yes")
    assert load(done.stdout.strip(), path.parent).spec.class_names == ("cat", "dog")
    assert command_here(path, "dataset", "import", brought("test-only"), "--yes").exit_code == 2


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ("--split", "photos"),
            "“photos” is not of the form SPLIT=FOLDER, such as train=photos. SPLIT is one of",
        ),
        (("--split", "left=test"), "“left=test” is not of the form SPLIT=FOLDER"),
        (("--split", "train=photos"), "There is no folder “photos”."),
        (("--classes-at", "7"), "The folders of level 7 cannot be the classes."),
    ],
)
def test_an_answer_to_what_is_not_there_is_refused(options: tuple[str, ...], told: str, path: Path) -> None:
    done = command_here(path, "dataset", "import", brought("test-only"), *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--classes-at", "cat"), "--classes-at cannot be used: “cat” is not a whole number from 1 to 20"),
        (("--classes-at", "0"), "“0” is not a whole number from 1 to 20"),
        (("--split", "train=cat", "--split", "test=cat"), "“cat” is said to be for two splits"),
        (("--ink", "--like", "cifar10"), "Give --ink or --like, not both"),
    ],
)
def test_options_that_contradict_or_are_no_numbers_are_refused(
    options: tuple[str, ...], told: str, path: Path
) -> None:
    done = command_here(path, "dataset", "import", brought("train-only"), *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr


def test_a_pipe_is_refused_at_once(path: Path) -> None:
    os.mkfifo(path.with_name("pipe"))
    done = command_here(path, "dataset", "import", str(path.with_name("pipe")))
    assert done.exit_code == 2
    assert "is neither a file nor a folder" in done.stderr


def test_the_folder_one_is_in_gives_its_name(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(brought("train-only")) as archive:
        archive.extractall(path.with_name("leaves"))
    monkeypatch.chdir(path.with_name("leaves"))
    done = command_here(path, "dataset", "import", ".")
    assert load(done.stdout.strip(), path.parent).spec.title == "leaves"


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 2), ("\x04", 2)])
def test_at_a_terminal_it_asks_before_it_makes_anything(answer: str, code: int, path: Path) -> None:
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "core", "dataset", "import", brought("train-only")]
    settings = {"INKLING_DATA": str(path.parent), "INKLING_STORE": f"sqlite:///{path}"}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **settings},
        stdin=end,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as asked:
        os.write(terminal, f"{answer}\n".encode())
        said, told = asked.communicate(timeout=300)
    os.close(terminal)
    os.close(end)
    assert asked.returncode == code, told
    assert b"Make this dataset?" in told
    assert bool(said.strip()) == (code == 0)
