"""A run as one file that another Inkling takes in: a zip of JSON and safetensors, never pickle.

    manifest.json           what it is: format, version, the run's settings and name, its events in order
    steps.safetensors       every update's loss and accuracy, and the chunks they were said in
    weights/STEP.safetensors    the weights after STEP updates
    logits.safetensors      the final scores on the test set, if the run has ended

`core.imports.run_bundle` reads it.
"""

import io
import json
import zipfile
from typing import Any, Final

import numpy as np

from core.config.run_config import to_dict
from core.datasets import DatasetError
from core.export.run_record import RunRecord
from core.insight.metrics import are_scores_of
from core.protocol.events import Steps
from core.runs.serialization import kind_of, pack_arrays, values_of

FORMAT: Final = "inkling-run"
VERSION: Final = 1
WEIGHTS_BUDGET_BYTES: Final = 12 * 2**20


def bundle_file(record: RunRecord) -> bytes:
    """Return the bundle."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps(_manifest(record), indent=1))
        archive.writestr("steps.safetensors", pack_arrays(_chunks(record)))
        for step in _chosen(record):
            snapshot = record.store.snapshot(record.row.id, step)
            archive.writestr(f"weights/{step}.safetensors", pack_arrays(snapshot))
        logits = record.store.logits(record.row.id)
        if logits is not None and _are_current(record, logits):
            archive.writestr("logits.safetensors", pack_arrays({"logits": logits}))
    return buffer.getvalue()


def _are_current(record: RunRecord, logits: np.ndarray) -> bool:
    """Return whether final scores are of the test images that there are now; others no Inkling would take."""
    try:
        data = record.images()
    except DatasetError:  # gone, or not to be seen: whoever has it will see
        return True
    return are_scores_of(data, logits, record.row.test_accuracy)


def _manifest(record: RunRecord) -> dict[str, Any]:
    row = record.row
    return {
        "format": FORMAT,
        "version": VERSION,
        "run": row.id,
        "name": row.name,
        "note": row.note,
        "tags": list(row.tags),
        "created_at": row.created_at,
        "config": to_dict(row.config),
        "events": [_told(event) for event in record.events],
    }


def _told(event: Any) -> dict[str, Any]:
    """Return an event as JSON types; of a chunk only that it stands here, its numbers are in arrays."""
    if isinstance(event, Steps):
        return {"kind": "steps"}
    return {"kind": kind_of(event), **values_of(event)}


def _chunks(record: RunRecord) -> dict[str, np.ndarray]:
    chunks = [event for event in record.events if isinstance(event, Steps)]
    columns: dict[str, np.ndarray] = {
        name: np.array([getattr(chunk, name) for chunk in chunks], np.float64)
        for name in ("learning_rate", "elapsed_s", "images_per_s")
    }
    columns["first_step"] = np.array([chunk.first_step for chunk in chunks], np.int64)
    columns["count"] = np.array([len(chunk.losses) for chunk in chunks], np.int64)
    return {**columns, "loss": record.steps.loss, "accuracy": record.steps.accuracy}


def _chosen(record: RunRecord) -> list[int]:
    """Return the snapshots that go along: the last, the first, and as many between as the budget allows."""
    steps = record.store.snapshots(record.row.id)
    if len(steps) < 3:
        return steps
    last = record.store.snapshot(record.row.id, steps[-1])
    count = max(1, WEIGHTS_BUDGET_BYTES // sum(array.nbytes for array in last.values()))
    if count == 1:
        return steps[-1:]
    places = np.unique(np.linspace(0, len(steps) - 1, min(count, len(steps))).round().astype(int))
    return [steps[place] for place in places]
