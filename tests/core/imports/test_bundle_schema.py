"""What a bundle says is checked strictly before anything of it is stored; each refusal names the value, in words."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from core.imports.run_bundle import import_bundle
from core.runs import Store
from core.runs.errors import ImportRefused
from tests.core.export.test_bundles import (
    SOFTMAX,
    Change,
    rebuilt,
    with_config,
    with_event,
    with_file,
    with_manifest,
)

BUNDLE = Path(__file__).resolve().parents[2] / "earlier_version" / "run.inkling.zip"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (with_config(kernel_size={}), "Filter width .* must be a whole number from 1 to 9, not “{}”"),
        (with_config(kernel_size=[]), "Filter width .* must be"),
        (with_config(learning_rate_changes=[["3", "0.1"]]), "pairs of a step and a learning rate"),
        (with_config(learning_rate_changes=[[3.7, 0.1]]), "pairs of a step and a learning rate"),
        (with_config(epochs="3"), "Epochs must be"),
        (with_config(epochs=True), "Epochs must be"),
        (with_config(learning_rate=float("nan")), "Learning rate must be"),
        (with_manifest(version=True), "version True"),
        (with_manifest(version=1.0), "version 1.0"),
        (with_manifest(surprise=1), "“surprise”, which is no field"),
        (with_manifest(tags="abc"), "“tags” is not a list"),
        (with_manifest(tags=["x" * 10_000]), "“tags.0” is longer"),
        (with_manifest(created_at="3"), "“created_at” must be a number"),
        (with_manifest(config=[]), "“config” cannot be"),
        (with_event(kind="paused", step=True), "“step” must be a number"),
        (with_event(kind="paused", step="3"), "“step” must be a number"),
        (with_event(kind="paused", step=1.0), "“step” must be a number"),
        (with_event(kind="paused", step=10**400), "“step” must be a number"),
        (with_event(kind="paused"), "“step” is missing"),
        (with_event(kind="paused", step=1, more=1), "“more”, which is no field"),
        (with_event(kind={}, step=1), "unknown event"),
        (
            with_event(kind="learning_rate_changed", step=1, learning_rate=float("inf")),
            "“learning_rate” must be",
        ),
        (with_file("manifest.json", b'{"format": "inkling-run", "format": "inkling-run"}'), "a field twice"),
        (
            with_file("manifest.json", b'{"format": "inkling-run", "version": ' + b"9" * 5_000 + b"}"),
            "not JSON",
        ),
        (with_file("weights/00.safetensors", save(SOFTMAX)), r"weights/00"),
        (with_file("weights/\N{ARABIC-INDIC DIGIT FIVE}.safetensors", save(SOFTMAX)), "not a run bundle"),
    ],
)
def test_what_is_not_of_its_type_or_out_of_range_is_refused_in_words(
    change: Change, told: str, tmp_path: Path
) -> None:
    store = Store(f"sqlite:///{tmp_path / 'runs.db'}")
    with pytest.raises(ImportRefused, match=told):
        import_bundle(store, rebuilt(BUNDLE.read_bytes(), change))
    assert store.list() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("accuracy", 1.5), ("accuracy", -0.5), ("loss", 1e300), ("loss", -1), ("elapsed_s", 1e30)],
)
def test_steps_with_impossible_numbers_are_refused(name: str, value: float, tmp_path: Path) -> None:
    def change(files: dict[str, bytes]) -> None:
        arrays = load(files["steps.safetensors"])
        arrays[name] = np.full(len(arrays[name]), value)
        files["steps.safetensors"] = save(arrays)

    with pytest.raises(ImportRefused, match="steps do not fit together"):
        import_bundle(Store(f"sqlite:///{tmp_path / 'runs.db'}"), rebuilt(BUNDLE.read_bytes(), change))


def test_a_whole_number_may_stand_where_any_number_belongs(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'runs.db'}")
    change = with_event(kind="learning_rate_changed", step=1, learning_rate=1)
    assert store.get(import_bundle(store, rebuilt(BUNDLE.read_bytes(), change))).status == "finished"
