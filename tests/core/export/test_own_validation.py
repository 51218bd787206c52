"""Exports of a run that was measured on the validation images that its dataset brings."""

from pathlib import Path

import pytest

from core.config.app_settings import Settings
from core.datasets import ImageData
from core.datasets.user_datasets import delete_own
from core.export import FORMATS, ExportRefused, export_run
from core.imports.run_bundle import import_bundle
from core.runs import Store
from tests.one_sided_sets import run_on
from tests.own_validation import validated


def test_every_form_that_there_is_can_be_had_and_a_bundle_brings_the_same_figures(
    mnist: ImageData, tmp_path: Path
) -> None:
    store = Store(settings=Settings(store=f"sqlite:///{tmp_path / 'runs.db'}"))
    spec = validated(mnist)
    run_id = run_on(store, spec, validation_size=37)
    row = store.get(run_id)
    assert (row.evaluation_split, row.evaluation_count, row.train_count) == ("validation", 37, 120)
    for name in ("script", "notebook"):  # as of all images of somebody's own
        with pytest.raises(ExportRefused, match="images of somebody's own, which a script cannot load"):
            export_run(store, run_id, name)
    made = {name: export_run(store, run_id, name).data for name in FORMATS.keys() - {"script", "notebook"}}
    assert all(made.values())
    report = made["html"].decode()
    assert "Best result on the validation images" in report
    again = store.get(import_bundle(store, made["bundle"], "somebody"))
    for figure in ("evaluation_split", "evaluation_accuracy", "evaluation_loss", "test_accuracy"):
        assert getattr(again, figure) == getattr(row, figure)
    delete_own(spec.name)
