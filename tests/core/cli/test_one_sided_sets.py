"""The command line on datasets that lack something: refused before a run is made, or told without a score."""

import json
from pathlib import Path

import pytest

from core.datasets import ImageData
from core.datasets.user_datasets import add_images, create_own, delete_own
from tests.core.cli.test_train import command_here
from tests.one_sided_sets import brought, drawn, emptied


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "inkling.db"


def test_train_refuses_a_dataset_without_training_images(store: Path) -> None:
    spec = brought("test-only")
    done = command_here(store, "train", "--dataset", spec.name, "--epochs", "1")
    assert done.exit_code == 2
    said = "“test-only” has no training images. Add some to it, or choose another dataset."
    assert done.stderr.strip() == f"Error: {said}"
    assert not command_here(store, "runs", "--json").stdout
    delete_own(spec.name)


def test_without_test_images_train_says_so_in_place_of_the_accuracy(store: Path) -> None:
    spec = brought("train-only")
    done = command_here(store, "train", "--dataset", spec.name, "--epochs", "1")
    assert done.exit_code == 0, done.stderr
    said = "“train-only” has no test images, so no test accuracy can be given."
    assert done.stdout.splitlines()[0] == said
    assert "Accuracy" not in done.stdout
    (row,) = map(json.loads, command_here(store, "runs", "--json").stdout.splitlines())
    assert (row["status"], row["accuracy"], row["loss"]) == ("finished", None, None)
    tested = command_here(store, "evaluate", row["run"])
    assert (tested.exit_code, tested.stdout) == (1, "")
    assert said in tested.stderr
    as_json = command_here(store, "train", "--dataset", spec.name, "--epochs", "1", "--json")
    last = json.loads(as_json.stdout.splitlines()[-1])
    assert (last["event"], last["accuracy"], last["loss"]) == ("finished", None, None)
    delete_own(spec.name)


def test_a_run_can_be_evaluated_after_its_training_images_are_gone(store: Path) -> None:
    tested = drawn("Tested", (4, 4), (3, 3))
    options = ("--dataset", tested.name, "--epochs", "1", "--validation-size", "2", "--json")
    run = json.loads(command_here(store, "train", *options).stdout.splitlines()[-1])["run"]
    before = command_here(store, "evaluate", run).stdout
    emptied(tested.name, "train")
    assert command_here(store, "evaluate", run).stdout == before
    assert "test loss" in before
    delete_own(tested.name)


def test_evaluate_names_the_classes_that_were_never_tested(store: Path, mnist: ImageData) -> None:
    spec = create_own("One rare", ["common", "rare"], (1, 28, 28))
    add_images(spec.name, mnist.train_images[:61], [0] * 60 + [1])
    trained = command_here(store, "train", "--dataset", spec.name, "--epochs", "1", "--json")
    run = json.loads(trained.stdout.splitlines()[-1])["run"]
    done = command_here(store, "evaluate", run)
    assert done.stderr.strip() == "rare was never tested: it has no test images."
    assert json.loads(command_here(store, "evaluate", run, "--json").stdout)["never_tested"] == ["rare"]
    delete_own(spec.name)
