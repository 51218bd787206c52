"""Weights from elsewhere: one linear layer in a safetensors file becomes a run that every page can show."""

import numpy as np

from core.access.rules import Action
from core.config.run_config import RunConfig
from core.datasets import DatasetSpec, load
from core.i18n.translation import _
from core.protocol.events import STRIP_SIZE, Evaluated, Event, Finished, Logits, Started, Weights
from core.runs import Store
from core.runs.dataset_rights import check_right
from core.runs.errors import ImportRefused


def import_weights(
    store: Store, data: bytes, *, dataset: str, scaling: str = "unit", owner: str = "", name: str = ""
) -> str:
    """Return the id of a finished run whose model is a `nn.Linear(784, 10)` saved as safetensors.

    It is scored on the dataset's test set on the way. Raises: ImportRefused, DatasetError, StoreError.
    """
    from core.training.score_weights import score_weights  # here: torch takes two seconds

    config = RunConfig(dataset=dataset, scaling=scaling)
    check_right(store.database, store.actor, Action.READ_DATASET, dataset)
    images = load(dataset, store.settings.data_dir)
    weights = _linear(data, int(store.settings.upload_mb * 1e6), images.spec)
    score = score_weights(config, weights, images)
    strip = score.logits[:STRIP_SIZE].argmax(1).numpy()
    parameters = sum(array.size for array in weights.values())
    events: list[Event] = [
        Started(0, 0, 1, 0, "test", images.spec.test_size, parameters, "imported", 1),
        Evaluated(0, "test", score.loss, score.accuracy, strip),
        Weights(0, weights, keep=True),
        Logits(0, "test", score.logits.numpy()),
        Finished(0, "finished", 0.0),
    ]
    note = _("These weights were imported from a file, not trained here.")
    return store.add_finished_run(
        config, events, owner=owner, name=name or _("Imported weights"), note=note, tags=["imported"]
    )


def _linear(data: bytes, limit: int, spec: DatasetSpec) -> dict[str, np.ndarray]:
    """Return the one weight (K, D) and bias (K,) in a safetensors file, whatever they are called there."""
    remedy = _(
        "Save an nn.Linear({inputs:text}, {outputs:text}) with safetensors.torch.save_file(linear.state_dict(), path).",
        inputs=spec.n_values, outputs=spec.n_classes,
    )  # fmt: skip
    if len(data) > limit:
        told = _(
            "The size of the file is {size:size}, and the limit is {most:size}.", size=len(data), most=limit
        )
        raise ImportRefused(told, remedy)
    from safetensors import SafetensorError  # here: with safetensors.torch comes torch
    from safetensors.torch import load as read

    try:
        arrays = {key: tensor.float().numpy() for key, tensor in read(data).items()}
    except (SafetensorError, ValueError, KeyError, TypeError, RuntimeError):
        raise ImportRefused(_("This is not a safetensors file that can be read."), remedy) from None
    shapes = {"linear.weight": (spec.n_classes, spec.n_values), "linear.bias": (spec.n_classes,)}
    found = {
        name: [array for array in arrays.values() if array.shape == shape] for name, shape in shapes.items()
    }
    if len(arrays) != 2 or any(len(matches) != 1 for matches in found.values()):
        raise ImportRefused(_told(arrays, spec), remedy)
    if not all(np.isfinite(array).all() for array in arrays.values()):
        raise ImportRefused(_("The weights in the file are not all finite numbers."), remedy)
    return {name: np.ascontiguousarray(matches[0], np.float32) for name, matches in found.items()}


def _told(arrays: dict[str, np.ndarray], spec: DatasetSpec) -> str:
    """Return what the file holds instead of one layer."""
    first = [f"{key[:30]} {array.shape}" for key, array in list(arrays.items())[:4]]
    if not first:
        return _("The file is empty: it contains no weight and no bias.")
    return _(
        "The file contains {arrays:list}, not one weight and one bias that fit {dataset}.",
        arrays=first, dataset=spec.title,
    )  # fmt: skip
