"""The command line on a dataset that brings validation images of its own."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.datasets import DatasetSpec, ImageData
from core.datasets.user_datasets import delete_own
from tests.core.cli.test_train import command_here
from tests.own_validation import validated

N = 37


@pytest.fixture
def brings(mnist: ImageData) -> Iterator[DatasetSpec]:
    spec = validated(mnist, validation=N)
    yield spec
    delete_own(spec.name)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "inkling.db"


@pytest.mark.parametrize(("options", "split"), [((), "validation"), (("--validation-size", "0"), "test")])
def test_train_measures_on_them_unless_it_is_told_not_to(
    store: Path, brings: DatasetSpec, options: tuple[str, ...], split: str
) -> None:
    words = ("train", "--dataset", brings.name, "--epochs", "2", *options, "--json")
    told = [json.loads(line) for line in command_here(store, *words).stdout.splitlines()]
    assert {line["split"] for line in told if line["event"] == "evaluated" and line["step"] == 0} == {split}
    again = command_here(store, "evaluate", told[-1]["run"], "--json")
    assert json.loads(again.stdout)["accuracy"] == told[-1]["accuracy"]


def test_train_refuses_another_number_with_the_two_that_may_be(store: Path, brings: DatasetSpec) -> None:
    done = command_here(store, "train", "--dataset", brings.name, "--validation-size", "5")
    assert done.exit_code == 2
    assert f"must be {N}, which the dataset brings" in done.stderr
    assert not command_here(store, "runs", "--json").stdout


def test_the_list_counts_them(store: Path, brings: DatasetSpec) -> None:
    lines = map(json.loads, command_here(store, "dataset", "list", "--json").stdout.splitlines())
    assert {line["dataset"]: line["images"] for line in lines}[brings.name] == 120 + N + 29
