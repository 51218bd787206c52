"""Numbers and films are read back by pandas, TensorBoard and Pillow, and are the run's own."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from core.export import export_run
from core.protocol.events import Steps
from core.runs import Store


def logged_losses(store: Store, run_id: str) -> np.ndarray:
    return np.concatenate([e.losses for e in store.events_since(run_id).events if isinstance(e, Steps)])


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_table_holds_every_step_and_evaluation(form: str, mlp_run: str, export_store: Store) -> None:
    read = pd.read_csv if form == "csv" else pd.read_parquet
    table = read(io.BytesIO(export_run(export_store, mlp_run, form).data))
    row = export_store.get(mlp_run)
    batches = table[table["split"] == "batch"]
    assert batches["step"].tolist() == list(range(1, row.total_steps + 1))
    assert np.array_equal(batches["loss"].to_numpy(np.float32), logged_losses(export_store, mlp_run))
    assert table[table["split"] == "test"]["accuracy"].tolist() == [row.test_accuracy]
    assert table[table["split"] == "validation"]["accuracy"].iloc[-1] == row.evaluation_accuracy
    assert table["step"].is_monotonic_increasing


def test_tensorboard_reads_every_scalar(softmax_run: str, export_store: Store, tmp_path: Path) -> None:
    made = export_run(export_store, softmax_run, "tensorboard")
    (tmp_path / made.file_name).write_bytes(made.data)
    reader = EventAccumulator(str(tmp_path), size_guidance={"scalars": 0}).Reload()
    assert {"batch/loss", "batch/accuracy", "learning_rate", "test/accuracy"} <= set(reader.Tags()["scalars"])
    losses = np.array([event.value for event in reader.Scalars("batch/loss")], np.float32)
    assert np.array_equal(losses, logged_losses(export_store, softmax_run))
    last = reader.Scalars("test/accuracy")[-1]
    assert last.step == export_store.get(softmax_run).step
    assert last.value == pytest.approx(export_store.get(softmax_run).test_accuracy, abs=1e-6)


@pytest.mark.parametrize(("form", "kind"), [("gif", "GIF"), ("webp", "WEBP")])
def test_film_moves_from_noise_to_weights(
    form: str, kind: str, softmax_run: str, export_store: Store
) -> None:
    film = Image.open(io.BytesIO(export_run(export_store, softmax_run, form).data))
    assert film.format == kind
    assert 3 <= film.n_frames <= len(export_store.snapshots(softmax_run))
    first = np.asarray(film.convert("RGB"), np.int16)
    film.seek(film.n_frames - 1)
    last = np.asarray(film.convert("RGB"), np.int16)
    assert first.shape == last.shape == (4 * (2 * 28 + 2), 4 * (5 * 28 + 4 * 2), 3)
    assert np.abs(first - last).max() > 60
