"""`python -m core dataset`: what people drew or imported, listed, taken away, brought in, given, shared, binned."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.access.rules import Actor, Role
from core.config.app_settings import Settings
from core.config.run_config import RunConfig
from core.datasets import UnknownDataset, load, user_datasets
from core.runs import Store
from core.runs.own_datasets import OwnDatasets
from core.runs.run_row import COMMAND_LINE
from tests.core.cli.test_train import ROOT, command_here
from tests.imports import CASES

ADA, ALICE, BOB = "ada-0123456789ab", "ada-012345ffffff", "00000000000000b0"
ZIP = CASES / "one-each.zip"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of a store that has a data folder of its own."""
    monkeypatch.setenv("INKLING_DATA", str(tmp_path))
    return tmp_path / "inkling.db"


@pytest.fixture
def nobodys(path: Path) -> str:
    """Return a dataset that lies in the data folder alone."""
    return user_datasets.create_own("Nobody's", ["a", "b"], (1, 28, 28), path.parent).name


def opened(path: Path) -> Store:
    return Store(settings=Settings(data=str(path.parent)))


def of(path: Path, visitor: str) -> OwnDatasets:
    return OwnDatasets(opened(path).acting_as(Actor(Role.VISITOR, visitor)))


def seen(path: Path, visitor: str) -> list[str]:
    return [dataset.name for dataset in of(path, visitor).available()]


def listed(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in command_here(path, "dataset", "list", "--json").stdout.splitlines()]


def said(path: Path, *words: str) -> str:
    """Return what the command prints; it succeeds."""
    done = command_here(path, "dataset", *words)
    assert done.exit_code == 0, done.stderr
    return done.stdout.strip()


def refused(path: Path, *words: str) -> str:
    """Return what the command says; it was called wrongly."""
    done = command_here(path, "dataset", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    return done.stderr.strip()


def test_the_list_tells_of_each_what_it_is_and_whose(path: Path, nobodys: str) -> None:
    mine = of(path, ADA).create("Ada's", ["x", "y", "z"], (1, 28, 28)).name
    of(path, ADA).add_images(mine, np.zeros((4, 1, 28, 28), np.uint8), [0, 1, 2, 0])
    gone = of(path, BOB).create("Bob's", ["x", "y"], (1, 28, 28)).name
    of(path, BOB).delete(gone)
    rows = {row["dataset"]: row for row in listed(path)}
    assert set(rows) == {mine, gone, nobodys}
    size = user_datasets.stored_bytes(mine, path.parent)
    assert size > 4 * 28 * 28
    assert rows[mine] == {
        "dataset": mine, "title": "Ada's", "classes": ["x", "y", "z"], "images": 4, "bytes": size, "owner": ADA,
        "audience": "private", "deleted": False,
    }  # fmt: skip
    assert (rows[gone]["owner"], rows[gone]["deleted"]) == (BOB, True)
    assert (rows[nobodys]["owner"], rows[nobodys]["images"]) == ("", 0)
    lines = said(path, "list").splitlines()
    titles = [line.split("  ")[-1] for line in lines]
    assert titles == ["Ada's", "Nobody's", "Bob's"], "what lies in the bin comes last"
    told = (
        (ADA, "private", "4 images"),
        ("nobody's", "private", "0 images"),
        (BOB, "in the bin", "0 images"),
    )
    for line, words in zip(lines, told, strict=True):
        assert all(word in line for word in words), line


def test_where_there_are_none_it_says_so(path: Path) -> None:
    done = command_here(path, "dataset", "list")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == "Nobody has drawn or imported a dataset yet.\n"


def test_what_is_imported_is_offered_to_everybody_unless_it_is_private(path: Path) -> None:
    public, private = (
        said(path, "import", str(ZIP)),
        said(path, "import", str(ZIP), "--private", "--name", "Mine"),
    )
    rows = {row["dataset"]: (row["owner"], row["audience"], row["title"]) for row in listed(path)}
    assert rows == {
        public: (COMMAND_LINE, "everyone", "one-each"),
        private: (COMMAND_LINE, "private", "Mine"),
    }
    assert seen(path, ADA) == [public]


def test_images_are_brought_to_the_shape_of_another_dataset_and_nothing_else_of_it(path: Path) -> None:
    spec = load(said(path, "import", str(ZIP), "--like", "cifar10"), path.parent).spec
    assert spec.image_shape == (3, 32, 32)
    again = load(said(path, "import", str(ZIP), "--like", spec.name), path.parent).spec
    assert (again.image_shape, again.class_names, again.title) == ((3, 32, 32), ("a", "b"), "one-each")


def test_what_is_exported_can_be_imported_again(path: Path) -> None:
    name, file = said(path, "import", str(ZIP)), path.with_name("taken.zip")
    assert said(path, "export", name.removeprefix("own:"), str(file)) == str(file)
    back = load(said(path, "import", str(file)), path.parent)
    assert back.train_images.tobytes() == load(name, path.parent).train_images.tobytes()
    assert back.spec.title == "taken"


def test_one_that_is_given_is_that_visitors_own(path: Path, nobodys: str) -> None:
    store = opened(path)
    store.acting_as(Actor(Role.VISITOR, ADA)).create(RunConfig(), queue=False)
    assert said(path, "give", nobodys, ADA[:6]) == ADA
    assert seen(path, ADA) == [nobodys]
    assert seen(path, BOB) == []
    assert said(path, "give", nobodys, BOB) == BOB, "who has made nothing yet is named by the whole id"
    assert (seen(path, ADA), seen(path, BOB)) == ([], [nobodys])
    said(path, "give", nobodys, "--everyone")
    assert (seen(path, ADA), seen(path, BOB)) == ([nobodys], [nobodys])
    assert listed(path)[0]["owner"] == COMMAND_LINE


def test_a_beginning_that_several_have_is_refused_with_all_of_them(path: Path, nobodys: str) -> None:
    for visitor in (ADA, ALICE):
        of(path, visitor).create("Drawn", ["x", "y"], (1, 28, 28))
    told = refused(path, "give", nobodys, "ada-012345")
    assert told == (
        f"Error: The ids of 2 visitors begin with “ada-012345”. Give more of it. They are {ADA} and {ALICE}."
    )
    assert said(path, "give", nobodys, "ada-012345f") == ALICE


def test_sharing_and_the_bin(path: Path, nobodys: str) -> None:
    said(path, "share", nobodys, "everyone")
    assert seen(path, ADA) == [nobodys]
    said(path, "share", nobodys, "private")
    assert seen(path, ADA) == []
    said(path, "delete", nobodys)
    with pytest.raises(UnknownDataset):
        load(nobodys, path.parent)
    for words in (("share", nobodys, "link"), ("export", nobodys, str(path.with_name("x.zip")))):
        assert f"lies in the bin. Bring it back first: python -m core dataset restore {nobodys}" in refused(
            path, *words
        )
    said(path, "restore", nobodys)
    assert load(nobodys, path.parent).spec.title == "Nobody's"


def test_delete_says_which_runs_stand_on_it_and_what_they_lack_then(path: Path) -> None:
    name, base = (of(path, ADA).create(title, ["x", "y"], (1, 28, 28)).name for title in ("Ada's", "Base"))
    for dataset in (name, base):
        of(path, ADA).add_images(dataset, np.zeros((4, 1, 28, 28), np.uint8), [0, 1, 0, 1])
    store = opened(path)
    store.create(RunConfig(dataset=name), owner=BOB, name="of bars")
    store.create(RunConfig(dataset=base, mix_in=name), owner=ADA, name="with bars")
    done = command_here(path, "dataset", "delete", name)
    assert (done.exit_code, done.stdout) == (0, "")
    on, mixing = done.stderr.splitlines()
    assert on.startswith(
        "1 run was trained on it: “of bars”. It keeps its settings, curves and weights. Without"
    )
    assert mixing == (
        "1 run on another dataset was also trained on it: “with bars”. It opens on every page and is exported as "
        "before, but cannot be resumed or run again."
    )
    assert [own.name for own in of(path, ADA).managed()] == [base]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("share ID all", "AUDIENCE must be one of private, link and everyone, not “all”."),
        ("share own:none link", "the id “own:none”. See which there are: python -m core dataset list"),
        ("share 0/0 link", "the id “0/0”. See which there are: python -m core dataset list"),
        ("share mnist everyone", "the id “mnist”. See which there are: python -m core dataset list"),
        ("delete own:none", "the id “own:none”."),
        ("restore own:none", "the id “own:none”."),
        ("export own:none x.zip", "the id “own:none”."),
        ("export ID /0/0", "/0/0 cannot be written (there is no such file or folder). Name another file."),
        ("give own:none 0123456789abcdef", "the id “own:none”."),
        ("give ID", "Say who gets it: a visitor's id, or --everyone, and not both."),
        ("give ID 0123456789abcdef --everyone", "Say who gets it: a visitor's id, or --everyone, and not both."),
        ("give ID comma", "“comma” is too short for a visitor's id. Give at least its first 6 characters."),
        ("give ID comman", "No visitor whose id begins with “comman” has anything here. Give the whole id"),
        ("give ID %_%_%_", "No visitor whose id begins with “%_%_%_” has anything here."),
        ("import /0/0", "/0/0 cannot be read (there is no such file or folder). Name another file."),
        ("import README.md", "“README.md” is not an image, nor a file of images that is known here. What can be"),
        ("import README.md --like letters", "The value of --like cannot be used: There is no dataset “letters”."),
        ("import ZIP --name \x07", "The title has a character that cannot be shown"),
        ("take ID", "There is no command “take”."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_with_its_remedy(path: Path, nobodys: str, words: str, told: str) -> None:
    for owner in (COMMAND_LINE, BOB):
        of(path, owner).create("Theirs", ["x", "y"], (1, 28, 28))
    before = listed(path)
    given = [{"ID": nobodys, "ZIP": str(ZIP)}.get(word, word) for word in words.split(" ")]
    assert told in refused(path, *given)
    assert listed(path) == before


WITHOUT_TORCH = "import sys; sys.modules['torch'] = None; from core.cli.app import main; main(sys.argv[1:])"


@pytest.mark.parametrize(
    ("words", "code"),
    [(("list",), 0), (("share", "own:none", "link"), 2), (("give", "own:none", "nobody"), 2)],
)
def test_neither_the_list_nor_a_refusal_needs_torch(path: Path, words: tuple[str, ...], code: int) -> None:
    environment = os.environ | {"INKLING_STORE": f"sqlite:///{path}"}
    line = [sys.executable, "-c", WITHOUT_TORCH, "dataset", *words]
    done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, done.stderr
