"""What may be taken away of another's run, and taken in, where the images that it learned from are private."""

from pathlib import Path

import pytest

from core.access.rules import Actor, Role
from core.config.app_settings import Settings
from core.config.run_config import RunConfig
from core.datasets import DatasetError
from core.export import export_run
from core.imports.linear_layer import import_weights
from core.imports.run_bundle import import_bundle
from core.runs import Store
from core.runs.dataset_rights import LINK
from core.runs.errors import ImportRefused
from core.runs.own_datasets import OwnDatasets
from tests.one_sided_sets import SMALL, drawn, run_on, said_on
from tests.own_sets import give

ADA, BOB = Actor(Role.VISITOR, "ada"), Actor(Role.VISITOR, "bob")
MATRIX = "Confusion matrix on the test set"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(settings=Settings(store=f"sqlite:///{tmp_path / 'runs.db'}"))


@pytest.fixture
def hers(store: Store) -> tuple[str, str]:
    """Return Ada's dataset and her run on it."""
    spec = drawn("Ada's letters", (4, 4), (5, 5))
    run_id = run_on(store, spec, scaling="standardised")
    give(store, spec.name, "ada")
    return spec.name, run_id


def test_a_stranger_takes_away_what_needs_no_images(store: Store, hers: tuple[str, str]) -> None:
    name, run_id = hers
    theirs = store.acting_as(BOB)
    assert MATRIX in export_run(store.acting_as(ADA), run_id, "html").data.decode()
    assert MATRIX not in export_run(theirs, run_id, "html").data.decode(), "counts of the private test labels"
    assert export_run(theirs, run_id, "bundle").data
    with pytest.raises(DatasetError, match="not shared"):  # it has the images' mean and spread in it
        export_run(theirs, run_id, "onnx")
    OwnDatasets(store.acting_as(ADA)).share(name, LINK)
    assert MATRIX in export_run(theirs, run_id, "html").data.decode()


def test_a_bundle_leads_to_nobodys_private_images(store: Store, hers: tuple[str, str]) -> None:
    name, run_id = hers
    theirs = store.acting_as(BOB)
    bundle = export_run(theirs, run_id, "bundle").data
    with pytest.raises(ImportRefused, match="not shared") as refused:
        import_bundle(theirs, bundle)
    assert "letters" not in str(refused.value)
    with pytest.raises(DatasetError, match="not shared"):
        import_weights(theirs, b"", dataset=name)
    assert theirs.list(owner="bob") == []
    assert store.get(import_bundle(store.acting_as(ADA), bundle)).owner == "ada"
    OwnDatasets(store.acting_as(ADA)).share(name, LINK)
    assert store.get(import_bundle(theirs, bundle)).owner == "bob"


def test_a_bundle_mixes_in_nobodys_private_images(store: Store, hers: tuple[str, str]) -> None:
    name, _run_id = hers
    bobs = drawn("Bob's letters", (4, 4), (5, 5))
    give(store, bobs.name, "bob")
    told = said_on(RunConfig(**SMALL, dataset=bobs.name))
    mixed = store.add_finished_run(RunConfig(**SMALL, dataset=bobs.name, mix_in=name), told)
    bundle = export_run(store, mixed, "bundle").data
    theirs = store.acting_as(BOB)
    with pytest.raises(ImportRefused, match="not shared") as refused:
        import_bundle(theirs, bundle)
    assert name not in str(refused.value)
    assert theirs.list(owner="bob") == []
    OwnDatasets(store.acting_as(ADA)).share(name, LINK)
    assert store.get(import_bundle(theirs, bundle)).config.mix_in == name


def test_a_bundle_of_what_another_inkling_mixed_in_is_taken(store: Store) -> None:
    bobs = drawn("Bob's letters", (4, 4), (5, 5))
    give(store, bobs.name, "bob")
    told = said_on(RunConfig(**SMALL, dataset=bobs.name))
    config = RunConfig(**SMALL, dataset=bobs.name, mix_in="own:0000000000000000")
    bundle = export_run(store, store.add_finished_run(config, told), "bundle").data
    assert store.get(import_bundle(store.acting_as(BOB), bundle)).config == config
