"""Bundles travel between stores unchanged; what is foreign, damaged or meant to harm is refused with a sentence."""

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save
from safetensors.torch import save as save_tensors

from core.config.app_settings import Settings
from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.export import ImportRefused, export_run
from core.export.run_record import read_record
from core.i18n.kept_sentences import with_code
from core.i18n.translation import _
from core.imports.linear_layer import import_weights
from core.imports.run_bundle import import_bundle
from core.protocol.events import Diverged, Evaluated, Failed, Started
from core.runs import Store

Change = Callable[[dict[str, bytes]], None]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Store:
    """Return another Inkling's store."""
    return Store(f"sqlite:///{tmp_path / 'elsewhere.db'}")


def rebuilt(data: bytes, change: Change) -> bytes:
    """Return the bundle with its files changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("run", ["softmax_run", "mlp_run", "cnn_run"])
def test_a_bundle_brings_the_whole_run(
    run: str, export_store: Store, elsewhere: Store, request: pytest.FixtureRequest
) -> None:
    run_id = request.getfixturevalue(run)
    new_id = import_bundle(elsewhere, export_run(export_store, run_id, "bundle").data, owner="me")
    before, after = export_store.get(run_id), elsewhere.get(new_id)
    for name in ("name", "config", "state", "step", "total_steps", "test_accuracy", "test_loss", "best_accuracy",
                 "evaluation_accuracy", "learning_rate_changes", "path", "threads", "elapsed_s"):  # fmt: skip
        assert getattr(after, name) == getattr(before, name), name
    assert after.owner == "me"
    assert read_record(elsewhere, new_id).log == read_record(export_store, run_id).log
    assert np.array_equal(
        read_record(elsewhere, new_id).steps.loss, read_record(export_store, run_id).steps.loss
    )
    old_steps, new_steps = export_store.snapshots(run_id), elsewhere.snapshots(new_id)
    assert set(new_steps) <= set(old_steps)
    assert new_steps[-1] == old_steps[-1]
    for step in (new_steps[0], new_steps[-1]):
        old, new = export_store.snapshot(run_id, step), elsewhere.snapshot(new_id, step)
        assert all(np.array_equal(old[name], new[name]) for name in old)
    assert np.array_equal(elsewhere.logits(new_id), export_store.logits(run_id))


def with_manifest(**changes: Any) -> Change:
    def change(files: dict[str, bytes]) -> None:
        files["manifest.json"] = json.dumps({**json.loads(files["manifest.json"]), **changes}).encode()

    return change


def with_config(**changes: Any) -> Change:
    def change(files: dict[str, bytes]) -> None:
        manifest = json.loads(files["manifest.json"])
        manifest["config"] |= changes
        files["manifest.json"] = json.dumps(manifest).encode()

    return change


def with_event(**values: Any) -> Change:
    def change(files: dict[str, bytes]) -> None:
        manifest = json.loads(files["manifest.json"])
        manifest["events"].insert(1, values)
        files["manifest.json"] = json.dumps(manifest).encode()

    return change


def with_file(name: str, content: bytes) -> Change:
    def change(files: dict[str, bytes]) -> None:
        files[name] = content

    return change


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("/tmp/inkling-was-here"),))


SOFTMAX = {"linear.weight": np.zeros((10, 784), np.float32), "linear.bias": np.zeros(10, np.float32)}
INFINITE = {"linear.bias": np.full(10, np.inf, np.float32)}
EVALUATED = {"kind": "evaluated", "step": 0, "split": "test", "loss": 1.0, "accuracy": 0.5, "strip": []}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (with_file("weights/5.pkl", pickle.dumps(Bomb())), r"weights/5\.pkl"),
        (with_file("weights/5.safetensors", pickle.dumps(Bomb())), "not a safetensors"),
        (with_file("../../etc/cron.d/x", b"x"), "not a run bundle"),
        (with_file("manifest.json", b"[" * 100_000), "not JSON"),
        (with_file("manifest.json", b"{}"), "does not say so"),
        (with_manifest(version=99), "version 99"),
        (with_manifest(events=[]), "begin with the start"),
        (with_manifest(name=["x"]), "where text belongs"),
        (with_config(dataset="own:abc"), "own:abc"),
        (with_config(learning_rate=-1), "Learning rate must be"),
        (with_config(left_out_class=10), "Class left out must be a number from 0 to 9"),
        (with_config(epochs=99_999), "Epochs must be a whole number from 1 to 200, not “99999”"),
        (with_config(model="mlp", hidden_sizes=[4096, 4096, 4096]), "parameters"),
        (with_config(surprise=1), "surprise"),
        (with_config(model="mlp"), "does not fit the model"),
        (with_event(**{**EVALUATED, "accuracy": 7}), "“accuracy” must be a number from 0 to 1, not “7”"),
        (with_event(**{**EVALUATED, "loss": -1.0}), "“loss” must be a number"),
        (with_event(**{**EVALUATED, "split": "../test"}), "“split” cannot be “../test”"),
        (with_event(**{**EVALUATED, "strip": [10]}), "not classes"),
        (with_event(kind="steps"), "do not fit its steps"),
        (with_event(kind="os.system", step=1), "unknown event"),
        (with_file("weights/999999.safetensors", save(SOFTMAX)), "never took"),
        (with_file("weights/5.safetensors", save(SOFTMAX | INFINITE)), "finite"),
        (with_file("logits.safetensors", save({"logits": np.zeros((3, 10), np.float32)})), "final scores"),
        (with_file("steps.safetensors", save({"loss": np.zeros(3, np.float32)})), "do not fit together"),
        (with_file("steps.safetensors", b"\xff" * 64), "not a safetensors"),
    ],
)  # fmt: skip
def test_a_bundle_that_was_tampered_with_is_refused_and_leaves_nothing(
    change: Change, told: str, softmax_run: str, export_store: Store, elsewhere: Store
) -> None:
    data = rebuilt(export_run(export_store, softmax_run, "bundle").data, change)
    with pytest.raises(ImportRefused, match=told):
        import_bundle(elsewhere, data)
    assert elsewhere.list() == []
    assert not Path("/tmp/inkling-was-here").exists()


def test_a_bundle_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    small = Store(f"sqlite:///{tmp_path / 'small.db'}", settings=replace(Settings(), upload_mb=0.5))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b" " * (8 * 2**20))
    assert len(buffer.getvalue()) < 2**15
    with pytest.raises(ImportRefused, match="far more"):
        import_bundle(small, buffer.getvalue())
    with pytest.raises(ImportRefused, match="INKLING_UPLOAD_MB"):
        import_bundle(small, bytes(500_001))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"GIF89a", pickle.dumps({"a": 1})])
def test_what_is_no_zip_is_refused(data: bytes, elsewhere: Store) -> None:
    with pytest.raises(ImportRefused, match="not a zip file"):
        import_bundle(elsewhere, data)


def test_truncated_bundle_is_refused(softmax_run: str, export_store: Store, elsewhere: Store) -> None:
    data = bytearray(export_run(export_store, softmax_run, "bundle").data)
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(ImportRefused, match="damaged"):
        import_bundle(elsewhere, bytes(data))


# ---- weights alone


def test_a_linear_layer_saved_by_torch_is_scored_and_kept(elsewhere: Store, mnist: ImageData) -> None:
    torch.manual_seed(3)
    linear = torch.nn.Linear(784, 10)
    data = save_tensors({f"fc.{name}": tensor for name, tensor in linear.state_dict().items()})
    row = elsewhere.get(import_weights(elsewhere, data, dataset="mnist", owner="me", name="From class"))
    pixels = torch.from_numpy(np.array(mnist.test_images)).flatten(1).float() / 255
    right = (linear(pixels).argmax(1).numpy() == mnist.test_labels).mean()
    assert (row.name, row.status, row.model, row.owner) == ("From class", "finished", "softmax", "me")
    assert row.test_accuracy == pytest.approx(right, abs=1e-4)
    assert np.array_equal(elsewhere.snapshot(row.id, 0)["linear.weight"], linear.weight.detach().numpy())


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (pickle.dumps(Bomb()), "not a safetensors"),
        (save({"weight": np.zeros((784, 10), np.float32), "bias": np.zeros(10, np.float32)}), "784, 10"),
        (save({"weight": np.zeros((10, 784), np.float32)}), "one bias"),
        (
            save({"weight": np.full((10, 784), np.nan, np.float32), "bias": np.zeros(10, np.float32)}),
            "finite",
        ),
        (save({**SOFTMAX, "more": np.zeros(3, np.float32)}), "more"),
    ],
)
def test_other_weights_are_refused_with_what_to_do(
    data: bytes, told: str, elsewhere: Store, mnist: ImageData
) -> None:
    assert mnist.spec.n_classes == 10
    with pytest.raises(ImportRefused, match=told) as refusal:
        import_weights(elsewhere, data, dataset="mnist")
    assert "nn.Linear(784, 10)" in refusal.value.remedy
    assert elsewhere.list() == []


def failed_run(store: Store, message: str, remedy: str = "Train fewer epochs.") -> str:
    """Return a run that failed, with these words."""
    begun = Started(0, 30, 10, 1000, "test", 10_000, 7850, "closed-form", 1)
    return store.add_finished_run(RunConfig(), [begun, Failed(0, "timeout", message, remedy)])


def test_a_reason_travels_as_code_and_values(export_store: Store, elsewhere: Store) -> None:
    run_id = failed_run(export_store, with_code(_("It took {time:duration}.", time=76), "timeout"))
    bundle = export_run(export_store, run_id, "bundle").data
    row = elsewhere.get(import_bundle(elsewhere, bundle))
    assert (row.message, row.remedy) == ("It took 1 min 16 s.", "Train fewer epochs.")
    assert row.message_kept == export_store.get(run_id).message_kept
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        told = json.loads(archive.read("manifest.json"))["events"][-1]
    assert json.loads(told["message"])["values"] == {"time": 76}


@pytest.mark.parametrize(
    ("template", "values"),
    [
        ("{x.__class__}", {"x": 1}),
        ("{0}", {}),
        ("{x}", {}),
        ("{x:money}", {"x": 1}),
        ("{x:number.999999}", {"x": 1}),
        ("{x:percent}", {"x": "text"}),
        ("{x}", {"x": "long " * 1000}),
    ],
)
def test_a_reason_that_cannot_be_said_is_refused(
    export_store: Store, elsewhere: Store, template: str, values: dict[str, Any]
) -> None:
    bundle = export_run(export_store, failed_run(export_store, "It took too long."), "bundle").data

    def change(files: dict[str, bytes]) -> None:
        manifest = json.loads(files["manifest.json"])
        kept = {"code": "x", "id": [template], "values": values}
        manifest["events"][-1]["message"] = json.dumps(kept)
        files["manifest.json"] = json.dumps(manifest).encode()

    with pytest.raises(ImportRefused, match="a sentence that cannot be read"):
        import_bundle(elsewhere, rebuilt(bundle, change))
    assert elsewhere.list() == []


@pytest.mark.parametrize("loss", [3.5e30, float("inf"), float("nan")])
def test_a_run_that_went_astray_travels_too(export_store: Store, elsewhere: Store, loss: float) -> None:
    started = Started(0, 1, 1, 200, "test", 10_000, 7_850, "closed-form", 1)
    told = [
        started,
        Evaluated(1, "test", loss, 0.1),
        Diverged(1, 1.0, "It diverged.", "Choose a smaller one."),
    ]
    run_id = export_store.add_finished_run(RunConfig(train_size=200), told)
    bundle = export_run(export_store, run_id, "bundle").data
    row = elsewhere.get(import_bundle(elsewhere, bundle))
    assert row.status == "diverged"
    assert row.evaluation_loss == export_store.get(run_id).evaluation_loss
    told = [event for event in elsewhere.events_since(row.id, "").events if isinstance(event, Evaluated)]
    assert told[0].loss == pytest.approx(loss, nan_ok=True)


def test_words_of_earlier_bundles_are_taken_as_they_are(export_store: Store, elsewhere: Store) -> None:
    for words in ("It took too long.", '{"loss": 3}', "{x.__class__}"):
        bundle = export_run(export_store, failed_run(export_store, words), "bundle").data
        assert elsewhere.get(import_bundle(elsewhere, bundle)).message == words
