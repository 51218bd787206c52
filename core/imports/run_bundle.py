"""Runs from elsewhere: read with limits, checked field by field, then kept like any other run.

Nothing in a file is ever run or unpickled. What is refused is refused whole, with a sentence: see ImportRefused.
The bundle's form is described in `core.export.bundle`.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

import numpy as np

from core.access.rules import Action
from core.config.dataset_fit import left_out_problem
from core.config.run_config import ConfigError, RunConfig, from_dict
from core.config.setting_labels import refusal
from core.datasets import DatasetError, DatasetSpec, UnknownDataset, dataset_spec
from core.i18n.translation import _
from core.imports.bundle_schema import LARGEST, Manifest, event_values, read_manifest, refused
from core.models.build import build_model, state_arrays
from core.models.parameter_shapes import count_parameters
from core.protocol.events import TERMINAL, Evaluated, Event, Finished, Logits, Started, Steps, Weights
from core.runs import Store, StoreError, step_of
from core.runs.dataset_rights import check_right
from core.runs.errors import ImportRefused
from core.runs.serialization import RECORDED_KINDS, unpack_arrays

UNPACKED_TIMES: Final = 8  # a bundle may unpack to this many times the size allowed for the file
MAX_MEMBERS: Final = 400
_LARGEST_STEP: Final = {"loss": float(np.finfo(np.float32).max), "accuracy": 1.0}  # of a step's numbers
MAX_STEPS: Final = 5_000_000
_WEIGHTS: Final = re.compile(r"weights/(0|[1-9][0-9]{0,8})\.safetensors")
_NAMES: Final = ("manifest.json", "steps.safetensors", "logits.safetensors")


def import_bundle(store: Store, data: bytes, owner: str = "") -> str:
    """Return the id of the run that a bundle brings, new in this store.

    Raises: ImportRefused with a sentence for every way in which the file is not a bundle of this version,
    damaged, too large, or a run that this installation cannot show; StoreError.
    """
    members = _members(data, int(store.settings.upload_mb * 1e6))
    manifest = read_manifest(members["manifest.json"])
    config, spec = _config(store, manifest)
    expected = state_arrays(build_model(config, spec))
    weights = {
        int(match[1]): _weights(content, expected, name)
        for name, content in members.items()
        if (match := _WEIGHTS.fullmatch(name))
    }
    events = _events(manifest, _chunks(members.get("steps.safetensors")), spec)
    story = _told_in_order(events, weights)
    if "logits.safetensors" in members:
        logits = _logits(members["logits.safetensors"], spec)
        story.insert(len(story) - 1, Logits(step_of(story[-1]), "test", logits))
    return store.add_finished_run(
        config, story, owner=owner, name=manifest.name, note=manifest.note, tags=manifest.tags
    )


def _members(data: bytes, limit: int) -> dict[str, bytes]:
    """Return the bundle's files by name; none is read beyond its announced size, none has a name of its own."""
    if len(data) > limit:
        raise ImportRefused(
            _(
                "The size of the file is {size:size}, and the limit is {most:size}.",
                size=len(data),
                most=limit,
            ),
            _("Ask whoever runs this Inkling to raise INKLING_UPLOAD_MB."),
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise refused(_("This is not a run bundle: it is not a zip file that can be read.")) from None
    infos = archive.infolist()
    names = [info.filename for info in infos]
    strange = [n for n in names if n not in _NAMES and not _WEIGHTS.fullmatch(n)]
    if strange or len(set(names)) != len(names) or len(names) > MAX_MEMBERS or "manifest.json" not in names:
        if strange:
            raise refused(_("This is not a run bundle: it contains “{file}”.", file=strange[0][:60]))
        raise refused(_("This is not a run bundle: its files are not those of one."))
    if sum(info.file_size for info in infos) > UNPACKED_TIMES * limit:
        raise refused(_("The bundle would unpack to far more than a run needs."))
    try:
        return {info.filename: _read(archive, info) for info in infos}
    except ImportRefused:
        raise
    except Exception as error:  # why: zipfile and zlib raise a dozen kinds for damaged or encrypted members
        raise refused(_("The bundle is damaged ({reason}).", reason=str(error))) from error


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as file:
        content = file.read(info.file_size + 1)
    if len(content) != info.file_size:
        raise refused(
            _("The bundle's file {file} does not have the size that the bundle gives.", file=info.filename)
        )
    return content


def _config(store: Store, manifest: Manifest) -> tuple[RunConfig, DatasetSpec]:
    """Return the run's settings and its dataset, both known and within the limits here."""
    try:
        values = manifest.config
        if "epochs" in values and (too_many := store.settings.checked("epochs", values["epochs"])[1]):
            raise ConfigError([too_many])
        config = from_dict(values)
        check_right(store.database, store.actor, Action.READ_DATASET, config.dataset)
        if config.mix_in:
            with suppress(UnknownDataset):  # what was mixed in elsewhere is not needed here
                check_right(store.database, store.actor, Action.READ_DATASET, config.mix_in)
        spec = dataset_spec(config.dataset, store.settings.data_dir)
        if no_such_class := left_out_problem(config, spec):
            raise ConfigError([no_such_class])
        store.settings.check(config, count_parameters(config, spec))
    except (ConfigError, DatasetError) as error:
        raise refused(
            _("This Inkling cannot take the bundle's run: {reason}", reason=refusal(error))
        ) from error
    return config, spec


def _weights(content: bytes, expected: Mapping[str, np.ndarray], name: str) -> dict[str, np.ndarray]:
    arrays = _arrays(content, name)
    shapes = {key: array.shape for key, array in arrays.items()}
    if shapes != {key: array.shape for key, array in expected.items()}:
        raise refused(
            _("The bundle's file {file} does not fit the model that its settings describe.", file=name)
        )
    if any(array.dtype != np.float32 or not np.isfinite(array).all() for array in arrays.values()):
        raise refused(_("The bundle's file {file} has numbers that are not finite float32.", file=name))
    return {key: arrays[key] for key in expected}


def _arrays(content: bytes, name: str) -> dict[str, np.ndarray]:
    try:
        return unpack_arrays(content)
    except StoreError:
        told = _("The bundle's file {file} is not a safetensors file that can be read.", file=name)
        raise refused(told) from None


def _logits(content: bytes, spec: DatasetSpec) -> np.ndarray:
    logits = _arrays(content, "logits.safetensors").get("logits", np.zeros(0))
    right_shape = logits.shape == (spec.test_size, spec.n_classes)
    if not right_shape or logits.dtype != np.float32 or not np.isfinite(logits).all():
        raise refused(
            _(
                "The bundle's final scores are not finite float32 of shape {shape}, as {dataset} needs them.",
                shape=str((spec.test_size, spec.n_classes)), dataset=spec.title,
            )
        )  # fmt: skip
    return logits


def _chunks(content: bytes | None) -> list[Steps]:
    """Return the chunks of steps, each starting where the one before ended."""
    if content is None:
        return []
    arrays = _arrays(content, "steps.safetensors")
    wanted = {"first_step": "i", "count": "i", "learning_rate": "f", "elapsed_s": "f", "images_per_s": "f",
              "loss": "f", "accuracy": "f"}  # fmt: skip
    fits = set(arrays) == set(wanted) and all(
        array.ndim == 1
        and array.dtype.kind == wanted[name]
        and (np.isfinite(array) & (array >= 0) & (array <= _LARGEST_STEP.get(name, LARGEST))).all()
        for name, array in arrays.items()
    )
    if fits:
        columns = {len(arrays[name]) for name in wanted if name not in ("loss", "accuracy")}
        counts, firsts = arrays["count"], arrays["first_step"]
        total = int(counts.sum()) if (counts > 0).all() and (counts <= MAX_STEPS).all() else -1
        fits = len(columns) == 1 and total == len(arrays["loss"]) == len(arrays["accuracy"]) <= MAX_STEPS
        fits = fits and bool((firsts == np.cumsum(counts) - counts + 1).all())
    if not fits:
        raise refused(_("The bundle's steps do not fit together."))
    ends = np.cumsum(counts)
    return [
        Steps(
            int(firsts[i]),
            arrays["loss"][ends[i] - counts[i] : ends[i]].astype(np.float32),
            arrays["accuracy"][ends[i] - counts[i] : ends[i]].astype(np.float32),
            float(arrays["learning_rate"][i]),
            float(arrays["elapsed_s"][i]),
            float(arrays["images_per_s"][i]),
        )
        for i in range(len(counts))
    ]


def _events(manifest: Manifest, chunks: list[Steps], spec: DatasetSpec) -> list[Event]:
    """Return the run's events, in order: Started first, one end last, steps never falling."""
    waiting = iter(chunks)
    events: list[Event] = []
    for told in manifest.events:
        event = _event(told, spec, waiting)
        if event is None or (events and isinstance(events[-1], TERMINAL)):
            raise refused(_("The bundle's events do not fit its steps, or continue after the end."))
        events.append(event)
    if not events or not isinstance(events[0], Started) or next(waiting, None) is not None:
        raise refused(_("The bundle's events do not begin with the start, or leave steps out."))
    if not isinstance(events[-1], TERMINAL):  # it was exported while it trained
        events.append(Finished(max(map(step_of, events)), "stopped", 0.0))
    steps = [event.step for event in events if isinstance(event, Evaluated)]
    if steps != sorted(steps):
        raise refused(_("The bundle's events are not in the order of their steps."))
    return events


def _event(told: Mapping[str, Any], spec: DatasetSpec, waiting: Iterator[Steps]) -> Event | None:
    """Return one event, of a chunk the next that waits."""
    values = event_values(told)
    made = RECORDED_KINDS[values.pop("kind")]
    if made is Steps:
        return next(waiting, None)
    if "strip" in values:
        if not all(answer < spec.n_classes for answer in values["strip"]):
            raise refused(_("The bundle's first predictions are not classes of its dataset."))
        values["strip"] = np.array(values["strip"], np.int64)
    return made(**values)


def _told_in_order(events: list[Event], weights: Mapping[int, dict[str, np.ndarray]]) -> list[Event]:
    """Return the events with the weights put in where they belong: before the end, in order of step."""
    last = max(step_of(event) for event in events)
    if any(step > last for step in weights):
        raise refused(_("The bundle has weights for steps that the run never took."))
    kept = [Weights(step, weights[step], keep=True) for step in sorted(weights)]
    return [*events[:-1], *kept, events[-1]]
