"""The models that come with Inkling, adopted by every store as runs.

`python -m core.pretrained.registry train` trains them.

Each is two files in core/pretrained/: NAME.safetensors (the weights and, as float16, the loss and accuracy of
every step) and NAME.json (its RunConfig and what it reached). No dates: training again gives the same files.
"""

import argparse
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from core.config.presets import PRESETS
from core.config.run_config import RunConfig, from_dict, to_dict
from core.datasets import CATALOG, DatasetSpec, ImageData, dataset_spec, load
from core.models.initial_weights import first_weights
from core.protocol.events import Evaluated, Event, Finished, Logits, Started, Steps, Weights
from core.runs import DamagedArtifact, Store, StoreError, UnknownRun

LOG: Final = logging.getLogger(__name__)
FOLDER: Final = Path(__file__).parent
THREADS: Final = 1  # the bits depend on it
CHUNK: Final = 1000
PARTS: Final = 20  # of a test set, each a fifth of a second of a CNN
_LOSSES, _ACCURACIES = "curve.losses", "curve.accuracies"

_CNN = RunConfig(
    deskew=True,
    augmentation="affine",
    mix_in="drawn_digits",
    model="cnn",
    channels=(24, 48),
    kernel_size=5,
    optimizer="adam",
    learning_rate=0.003,
    schedule="cosine",
    batch_size=200,
    epochs=12,
    eval_every=0,
)

SHIPPED: Final[dict[str, RunConfig]] = {
    "softmax-mnist": PRESETS["drawings"].config,
    "cnn-mnist": _CNN,
    "softmax-fashion": RunConfig(
        dataset="fashion_mnist",
        optimizer="adam",
        learning_rate=0.002,
        schedule="cosine",
        batch_size=200,
        epochs=16,
        eval_every=0,
    ),
    "cnn-fashion": RunConfig(
        dataset="fashion_mnist",
        model="cnn",
        channels=(16, 32),
        optimizer="adam",
        learning_rate=0.003,
        schedule="cosine",
        batch_size=200,
        epochs=12,
        eval_every=0,
    ),
}
NOTE: Final = (
    "Comes with Inkling. "  # not said: kept as the run's own note, which people may change
    "Trained by `python -m core.pretrained.registry train {name}`."
)


def ready_for(spec: DatasetSpec, other_than: str) -> list[str]:
    """Return the ready models that know the same classes as a dataset's, the CNN before others, but for one run."""
    names = sorted(SHIPPED, key=lambda name: SHIPPED[name].model != "cnn")
    return [
        name
        for name in names
        if name != other_than and CATALOG[SHIPPED[name].dataset].is_compatible_with(spec)
    ]


@cache
def shipped_config(name: str) -> RunConfig:
    """Return the config that the shipped weights were trained with.  Raises: KeyError for another name."""
    return from_dict(_record(name)["config"])


@cache
def shipped_weights(name: str) -> dict[str, NDArray[np.float32]]:
    """Return the shipped weights, name -> float32 array.  Raises: KeyError for another name."""
    arrays = load_file(_path(name, "safetensors"))
    return {key: value for key, value in arrays.items() if key not in (_LOSSES, _ACCURACIES)}


def adopt_shipped(store: Store) -> list[str]:
    """Take the shipped models into the store as finished, pinned runs under their names, unless they are there.

    Those of another version of Inkling become this one's (`renew_shipped`). Safe to call often and in several
    processes. Takes milliseconds and no PyTorch: what does follows by `score_shipped`. Returns the names that were new.

    Raises: StoreError.
    """
    renew_shipped(store)
    new = [name for name in SHIPPED if not _is_known(store, name)]
    for name in new:
        config = shipped_config(name)
        store.add_finished_run(
            config, recorded_events(name), run_id=name, name=name, note=NOTE.format(name=name), pinned=True
        )
    return new


def renew_shipped(store: Store) -> list[str]:
    """Give the ready runs of the store the shipped weights, curves and settings where theirs differ; return which.

    Whoever reads a ready run calls it first, so that page and command line go by the same weights. What the store
    does not take now is logged, and tried the next time.
    """
    if store.is_read_only:
        return []
    renewed = []
    for name in SHIPPED:
        try:
            is_other = _is_known(store, name) and not _is_current(store, name)
            if is_other and store.renew_finished_run(name, shipped_config(name), recorded_events(name)):
                renewed.append(name)
        except StoreError as error:
            LOG.warning("the ready model %s could not be renewed: %s", name, error)
    return renewed


def score_shipped(
    store: Store, images: Callable[[str], ImageData], go_on: Callable[[], bool] = lambda: True
) -> None:
    """Give the adopted models their scores on the test set, where they have none: a few seconds in all.

    images: returns the dataset of a name, as `core.datasets.load` does. go_on: asked often; what is left
    undone is done the next time.

    Raises: DatasetError, StoreError.
    """
    from core.prediction.predictor import build_predictor  # here: it needs torch

    for name in SHIPPED:
        if not _is_known(store, name) or store.logits(name) is not None or not _is_current(store, name):
            continue
        config = shipped_config(name)
        data = images(config.dataset)
        predictor = build_predictor(config, data.spec, shipped_weights(name))
        scores = []
        for part in np.array_split(np.arange(len(data.test_images)), PARTS):
            if not go_on():
                return
            scores.append(predictor.logits(predictor.inputs(data.test_images[part])))
        store.add_logits(name, Logits(store.get(name).step, "test", np.concatenate(scores)))


def recorded_events(name: str) -> list[Event]:
    """Return what the shipped run said while it trained, its scores on the test set left out."""
    record, arrays = _record(name), load_file(_path(name, "safetensors"))
    config = from_dict(record["config"])
    start = first_weights(config, dataset_spec(config.dataset))
    assert start is not None  # no shipped model begins with weights that only PyTorch can draw
    started, finished = Started(**record["started"]), Finished(**record["finished"])
    evaluated = [Evaluated(**e | {"strip": np.array(e["strip"])}) for e in record["evaluated"]]
    return [
        started,
        *_steps(arrays[_LOSSES], arrays[_ACCURACIES], record),
        *evaluated,
        Weights(0, start, keep=True),
        Weights(started.total_steps, shipped_weights(name), keep=True),
        finished,
    ]


def _steps(losses: NDArray[Any], accuracies: NDArray[Any], record: dict[str, Any]) -> list[Steps]:
    """Return the curve in chunks, each with the time that it took on the average."""
    elapsed_s, images = record["finished"]["elapsed_s"], record["started"]["train_count"]
    rate = images * from_dict(record["config"]).epochs / elapsed_s
    chunks = []
    for first in range(0, len(losses), CHUNK):
        last = min(first + CHUNK, len(losses))
        loss, right = (part[first:last].astype(np.float32) for part in (losses, accuracies))
        then_s = elapsed_s * last / len(losses)
        chunks.append(Steps(first + 1, loss, right, record["learning_rates"][first // CHUNK], then_s, rate))
    return chunks


def train_shipped(name: str) -> dict[str, Any]:
    """Train one of SHIPPED, write its two files, and return its record."""
    from core.training.loop import train  # here: it needs torch

    config = SHIPPED[name]
    extra = load(config.mix_in) if config.mix_in else None
    told = []
    for event in train(load(config.dataset), config, extra=extra, threads=THREADS):
        told.append(event)
        if isinstance(event, Evaluated):
            accuracy = f"{event.split} accuracy {event.accuracy:.4f}"  # not said: for developers
            print(f"{name} step {event.step}: {accuracy}", flush=True)  # not said: for developers
    steps = [event for event in told if isinstance(event, Steps)]
    final = [event for event in told if isinstance(event, Weights) and event.keep][-1]
    curve = {
        _LOSSES: np.concatenate([s.losses for s in steps]).astype(np.float16),
        _ACCURACIES: np.concatenate([s.accuracies for s in steps]).astype(np.float16),
    }
    rates = [next(s.learning_rate for s in steps if s.last_step > at) for at in range(0, final.step, CHUNK)]
    record = {
        "config": to_dict(config),
        "started": asdict(_only(told, Started)),
        "evaluated": [asdict(e) | {"strip": e.strip.tolist()} for e in told if isinstance(e, Evaluated)],
        "learning_rates": rates,
        "finished": asdict(_only(told, Finished)) | {"elapsed_s": round(_only(told, Finished).elapsed_s)},
    }
    FOLDER.mkdir(exist_ok=True)
    save_file({**final.arrays, **curve}, _path(name, "safetensors"))
    _path(name, "json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return record


def _only(events: Sequence[Event], kind: Any) -> Any:
    (event,) = (event for event in events if isinstance(event, kind))
    return event


def _is_known(store: Store, name: str) -> bool:
    try:
        store.get(name)
    except UnknownRun:
        return False
    return True


def _is_current(store: Store, name: str) -> bool:
    """Return whether the run's newest weights are the shipped ones."""
    try:
        newest = store.newest_weights(name)
    except DamagedArtifact:
        return False
    shipped = shipped_weights(name)
    return (
        newest is not None
        and newest[1].keys() == shipped.keys()
        and all(np.array_equal(newest[1][key], shipped[key]) for key in shipped)
    )


def _path(name: str, ending: str) -> Path:
    if name not in SHIPPED:
        unknown = f"no model {name!r} comes with Inkling"  # not said: for programmers
        raise KeyError(f"{unknown}; there are {', '.join(SHIPPED)}")  # not said: see above
    return FOLDER / f"{name}.{ending}"


@cache
def _record(name: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(_path(name, "json").read_text(encoding="utf-8"))
    return record


def main() -> None:
    """Train the models that the command line names, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m core.pretrained.registry", description=__doc__)
    parser.add_argument("action", choices=["train"])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SHIPPED))
    for name in parser.parse_args().names or SHIPPED:
        train_shipped(name)


if __name__ == "__main__":
    main()
