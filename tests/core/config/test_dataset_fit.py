"""What a dataset lacks for a run: refused before the run is made, wherever it is asked for."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.config.app_settings import Settings
from core.config.dataset_fit import dataset_problem
from core.config.image_counts import learned_count, on_dataset
from core.config.run_config import ConfigError, RunConfig
from core.datasets import DamagedData, DatasetSpec, ImageData, dataset_spec
from core.datasets.user_datasets import delete_own
from core.runs import Store
from core.search import Searches, SearchPlan
from core.search.search_space import Dimension
from tests.one_sided_sets import CHANGES, brought, drawn, emptied
from tests.own_validation import validated

NOTHING = "“test-only” has no training images. Add some to it, or choose another dataset."


@pytest.fixture(scope="module")
def untrained() -> Iterator[DatasetSpec]:
    spec = brought("test-only")
    yield spec
    delete_own(spec.name)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(settings=Settings(store=f"sqlite:///{tmp_path / 'runs.db'}"))


def test_a_dataset_without_training_images_is_refused_with_the_remedy(untrained: DatasetSpec) -> None:
    problem = dataset_problem(RunConfig(dataset=untrained.name))
    assert problem is not None
    assert (problem.field, str(problem)) == ("dataset", NOTHING)


def test_one_image_is_enough_to_train_on_and_none_is_left_to_validate_on() -> None:
    spec = drawn("One image", (1, 0))
    assert dataset_problem(RunConfig(dataset=spec.name)) is None
    problem = dataset_problem(RunConfig(dataset=spec.name, validation_size=1))
    assert problem is not None
    assert problem.field == "validation_size"
    delete_own(spec.name)


def test_images_to_mix_in_must_be_there() -> None:
    base = drawn("Base", (2, 2))
    twin = drawn("Twin", (2, 2))
    config = RunConfig(dataset=base.name, mix_in=twin.name)
    assert dataset_problem(config) is None
    emptied(twin.name, "train")
    problem = dataset_problem(config)
    assert problem is not None
    assert (problem.field, str(problem)[:34]) == ("mix_in", "“Twin” has no training images that")
    delete_own(twin.name)
    problem = dataset_problem(config)
    assert problem is not None
    assert problem.field == "mix_in"
    delete_own(base.name)


def test_no_run_and_no_search_begins_on_such_a_dataset(untrained: DatasetSpec, store: Store) -> None:
    config = RunConfig(dataset=untrained.name)
    with pytest.raises(ConfigError, match="has no training images"):
        store.create(config)
    plan = SearchPlan(config, (Dimension("learning_rate", ("0.1", "0.2")),), "random", "none", 2, 1)
    with pytest.raises(ConfigError, match="has no training images"):
        Searches(store).create(plan)
    with pytest.raises(ConfigError, match="must be one of"):
        store.create(replace(config, dataset="own:gone"))
    assert store.list() == []


def test_a_dataset_of_one_class_cannot_be_read_as_one() -> None:
    spec = drawn("Two, then one", (2, 2))
    CHANGES["one class"](spec.name)
    with pytest.raises(DamagedData, match="fewer than two classes, so there is nothing to tell apart"):
        dataset_spec(spec.name)
    assert dataset_problem(RunConfig(dataset=spec.name)) is not None
    delete_own(spec.name)


def test_validation_images_that_the_dataset_brings_are_taken_whole_or_not_at_all(mnist: ImageData) -> None:
    spec = validated(mnist, train=20, validation=37, test=9)
    for size in (0, 37):
        for train_size in (0, 1, 20):
            config = RunConfig(dataset=spec.name, validation_size=size, train_size=train_size)
            assert dataset_problem(config) is None
            assert learned_count(config, spec) == (train_size or 20)
    for size in (1, 36, 38):
        problem = dataset_problem(RunConfig(dataset=spec.name, validation_size=size))
        assert problem is not None
        assert (problem.field, str(problem)) == (
            "validation_size",
            "The number of validation images must be 37, which the dataset brings (progress is measured on them), or "
            f"0 (progress is measured on the test set), not {size}.",
        )
    too_many = dataset_problem(RunConfig(dataset=spec.name, validation_size=37, train_size=21))
    assert too_many is not None
    assert too_many.field == "train_size"
    delete_own(spec.name)


def test_elsewhere_validation_images_are_taken_from_those_to_train_on() -> None:
    mnist = dataset_spec("mnist")
    assert learned_count(RunConfig(), mnist) == 60_000
    assert learned_count(RunConfig(validation_size=10_000), mnist) == 50_000
    assert learned_count(RunConfig(validation_size=10_000, train_size=300), mnist) == 300


def test_a_config_that_changes_its_dataset_takes_the_validation_images_that_it_brings(
    mnist: ImageData,
) -> None:
    first, second = (validated(mnist, 20, count, 9) for count in (7, 5))
    on_first = on_dataset(RunConfig(validation_size=3), first, mnist.spec)
    assert (on_first.dataset, on_first.validation_size) == (first.name, 7)
    assert on_dataset(on_first, second, first).validation_size == 5
    assert on_dataset(on_first, mnist.spec, first).validation_size == 0
    assert on_dataset(RunConfig(validation_size=3), mnist.spec, mnist.spec).validation_size == 3
    for spec in (first, second):
        delete_own(spec.name)
