"""A run's numbers as a table (CSV, Parquet) and as TensorBoard event files."""

import io
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from core.export.run_record import RunRecord


def metrics_table(record: RunRecord) -> pd.DataFrame:
    """Return one row per update ("batch") and per evaluation (its split), in order of step.

    Columns: step, epoch (a share of one counts), split, loss (nats), accuracy (0..1), learning_rate,
    elapsed_s; the last two are empty for evaluations.
    """
    steps = record.steps
    batches = pd.DataFrame(
        {
            "step": steps.step,
            "split": "batch",
            "loss": steps.loss.astype(np.float64),
            "accuracy": steps.accuracy.astype(np.float64),
            "learning_rate": steps.learning_rate,
            "elapsed_s": steps.elapsed_s,
        }
    )
    evaluations = pd.DataFrame(
        [(e.step, e.split, e.loss, e.accuracy) for e in record.evaluations],
        columns=["step", "split", "loss", "accuracy"],
    )
    table = pd.concat([part for part in (batches, evaluations) if len(part)] or [batches], ignore_index=True)
    table = table.sort_values("step", kind="stable", ignore_index=True)
    table.insert(1, "epoch", table["step"] / max(record.row.steps_per_epoch or 1, 1))
    return table


def csv_file(record: RunRecord) -> bytes:
    """Return the metrics as CSV, numbers in full."""
    return metrics_table(record).to_csv(index=False).encode()


def parquet_file(record: RunRecord) -> bytes:
    """Return the metrics as Parquet."""
    buffer = io.BytesIO()
    metrics_table(record).to_parquet(buffer, index=False)
    return buffer.getvalue()


def tensorboard_file(record: RunRecord) -> bytes:
    """Return one event file: put it into a folder of its own and start `tensorboard --logdir FOLDER`."""
    from torch.utils.tensorboard import SummaryWriter  # here: tensorboard takes a second to import

    started_at = record.row.started_at or record.row.created_at
    steps = record.steps
    with tempfile.TemporaryDirectory() as folder:
        writer = SummaryWriter(folder)
        for step, loss, accuracy, rate, elapsed_s in zip(
            steps.step, steps.loss, steps.accuracy, steps.learning_rate, steps.elapsed_s, strict=True
        ):
            moment = started_at + float(elapsed_s)
            writer.add_scalar("batch/loss", float(loss), int(step), moment)
            writer.add_scalar("batch/accuracy", float(accuracy), int(step), moment)
            writer.add_scalar("learning_rate", float(rate), int(step), moment)
        for event in record.evaluations:
            moment = started_at + _elapsed_at(record, event.step)
            writer.add_scalar(f"{event.split}/loss", event.loss, event.step, moment)
            writer.add_scalar(f"{event.split}/accuracy", event.accuracy, event.step, moment)
        writer.add_text("settings", f"```json\n{record.row.config_json}\n```", 0)
        writer.close()
        (file,) = Path(folder).iterdir()
        return file.read_bytes()


def _elapsed_at(record: RunRecord, step: int) -> float:
    """Return the seconds of training at `step`."""
    place = int(np.searchsorted(record.steps.step, step))
    times = record.steps.elapsed_s
    return float(times[min(place, len(times) - 1)]) if len(times) else 0.0
