"""Every export of runs on datasets that lack something, or have changed or gone since."""

from contextlib import suppress
from pathlib import Path

import pytest

from core.config.app_settings import Settings
from core.datasets import DatasetError, UnknownDataset
from core.datasets.user_datasets import delete_own
from core.export import FORMATS, ExportRefused, export_run
from core.imports.run_bundle import import_bundle
from core.runs import Store
from tests.one_sided_sets import CHANGES, SETS, run_on

WITHOUT_IMAGES = (
    "csv",
    "parquet",
    "tensorboard",
    "bundle",
    "state_dict",
)  # what needs nothing of the dataset


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(settings=Settings(store=f"sqlite:///{tmp_path / 'runs.db'}"))


def exported(store: Store, run_id: str) -> dict[str, bytes]:
    """Return the run in every form that there is of it; those of people's own images have no script."""
    for name in ("script", "notebook"):
        with pytest.raises(ExportRefused, match="images of somebody's own, which a script cannot load"):
            export_run(store, run_id, name)
    return {name: export_run(store, run_id, name).data for name in FORMATS.keys() - {"script", "notebook"}}


def comes_back(store: Store, bundle: bytes) -> None:
    before = store.list()[0]
    again = store.get(import_bundle(store, bundle, "somebody"))
    assert (again.status, again.test_accuracy, again.step) == (
        before.status,
        before.test_accuracy,
        before.step,
    )


@pytest.mark.parametrize(
    "model", ["softmax", *(pytest.param(name, marks=pytest.mark.long) for name in ("mlp", "cnn"))]
)
@pytest.mark.parametrize("kind", SETS)
def test_every_form_can_be_had_and_the_bundle_comes_back(store: Store, kind: str, model: str) -> None:
    spec = SETS[kind]()
    made = exported(store, run_on(store, spec, model=model))
    page = made["html"].decode()
    assert ("has no test images, so no test accuracy can be given" in page) == (not spec.test_size)
    assert ("Confusion matrix" in page) == bool(spec.test_size)
    assert ">nan" not in page
    assert "nan%" not in page
    comes_back(store, made["bundle"])
    delete_own(spec.name)


@pytest.mark.parametrize("change", CHANGES)
def test_a_run_can_be_had_after_its_dataset_has_changed(store: Store, change: str) -> None:
    spec = SETS["two classes"]()
    run_id = run_on(store, spec, validation_size=4)
    CHANGES[change](spec.name)
    if change in ("one class", "deleted"):
        for name in WITHOUT_IMAGES:
            assert export_run(store, run_id, name).data
        for name in FORMATS.keys() - {*WITHOUT_IMAGES, "script", "notebook"}:
            with pytest.raises(DatasetError, match=r"fewer than two classes|may have been deleted"):
                export_run(store, run_id, name)
    else:
        made = exported(store, run_id)
        page = made["html"].decode()
        changed = "have changed since this run was tested"
        told = {"grown": changed, "shrunk": changed, "no training images": "of 60 images"}
        assert told.get(change, "has no test images") in page
        comes_back(store, made["bundle"])
    with suppress(UnknownDataset):
        delete_own(spec.name)
