import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torchvision.datasets

from core.datasets import CATALOG, DatasetError, DatasetSpec, UnknownDataset, data_folder, dataset_spec
from core.datasets.catalog import is_name, spec_from_json, spec_to_json


@pytest.mark.parametrize("name", ["kmnist", "cifar10"])
def test_downloads_come_from_where_torchvision_gets_them_and_carry_its_checksums(name: str) -> None:
    entry = CATALOG[name]
    theirs = getattr(torchvision.datasets, entry.torchvision_class)
    if name == "kmnist":
        assert list(entry.mirrors) == theirs.mirrors
        assert [(archive.name, archive.md5) for archive in entry.archives] == theirs.resources
        assert list(entry.class_names) == theirs.classes
    else:
        assert entry.mirrors[0] + entry.archives[0].name == theirs.url
        assert entry.archives[0].md5 == theirs.tgz_md5
        batches = [tuple(pair) for pair in theirs.train_list + theirs.test_list]
        assert list(entry.members) == [*batches, (theirs.meta["filename"], theirs.meta["md5"])]


def test_fashion_classes_are_those_of_torchvision() -> None:
    assert list(CATALOG["fashion_mnist"].class_names) == torchvision.datasets.FashionMNIST.classes


@pytest.mark.parametrize("entry", CATALOG.values(), ids=lambda entry: entry.name)
def test_every_entry_is_complete_in_itself(entry: DatasetSpec) -> None:
    assert entry.n_classes == len(set(entry.class_names)) >= 2
    assert len(entry.mean) == len(entry.std) == entry.image_shape[0]
    assert entry.n_values == entry.image_shape[0] * entry.image_shape[1] * entry.image_shape[2]
    assert entry.licence
    assert entry.citation
    assert (entry.download_bytes > 0) == (entry.source == "download")


@pytest.mark.parametrize("entry", CATALOG.values(), ids=lambda entry: entry.name)
def test_a_spec_survives_json(entry: DatasetSpec) -> None:
    assert spec_from_json(json.loads(json.dumps(spec_to_json(entry)))) == entry


@pytest.mark.parametrize("name", ["minst", "", "own:", "own:../../etc", "x" * 500])
def test_an_unknown_name_is_told_with_the_choices(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownDataset) as told:
        dataset_spec(name, tmp_path)
    assert f"“{name[:80]}”" in told.value.message
    assert all(
        choice in told.value.remedy for choice in ("mnist", "fashion_mnist", "kmnist", "cifar10", "own:")
    )
    assert isinstance(told.value, DatasetError)
    assert str(told.value) == f"{told.value.message} {told.value.remedy}"


def test_a_dataset_of_one_s_own_that_is_gone_is_told_as_that(tmp_path: Path) -> None:
    with pytest.raises(UnknownDataset, match=r"“own:0000” is not here\. It may have been deleted\."):
        dataset_spec("own:0000", tmp_path)


def test_names_are_recognised_without_looking_at_the_disk() -> None:
    assert is_name("mnist")
    assert is_name("own:3fa9c01b")
    assert not is_name("own:../x")
    assert not is_name("emnist")


def test_the_data_folder_is_chosen_by_argument_then_environment_then_beside_the_app(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("INKLING_DATA", str(tmp_path / "env"))
    assert data_folder(tmp_path / "given") == tmp_path / "given"
    assert data_folder() == tmp_path / "env"
    monkeypatch.delenv("INKLING_DATA")
    assert (data_folder().parent / "core" / "datasets").is_dir()
    assert data_folder().name == "data"


@pytest.mark.usefixtures("mnist")
def test_importing_the_package_and_loading_prepared_data_needs_neither_torch_nor_pillow(
    data_folder: Path,
) -> None:
    code = (
        "import sys; from core import datasets; datasets.load('mnist');"
        "print(*sorted({'torch', 'torchvision', 'PIL', 'streamlit'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "INKLING_DATA": str(data_folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == ""


def test_the_catalog_costs_the_standard_library_only() -> None:
    code = (
        "import sys; from core.datasets import catalog, DatasetError;"
        "print(*sorted({name.split('.')[0] for name in sys.modules} - sys.stdlib_module_names))"
    )
    run = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)
    assert set(run.stdout.split()) <= {"__main__", "core"}
