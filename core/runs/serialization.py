"""Events and arrays as bytes and back. JSON and raw little-endian numbers; never pickle.

Arrays are stored in the safetensors format, so that anything else may read them.
"""

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, Final

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from core.i18n.kept_sentences import from_kept, kept
from core.i18n.translation import _
from core.protocol.events import (
    Diverged,
    Evaluated,
    Event,
    Failed,
    Finished,
    LearningRateChanged,
    Paused,
    Recorded,
    Resumed,
    Started,
    Steps,
)
from core.runs.errors import DamagedArtifact

RECORDED_KINDS: Final[dict[str, type[Recorded]]] = {
    "started": Started,
    "steps": Steps,
    "evaluated": Evaluated,
    "learning_rate_changed": LearningRateChanged,
    "paused": Paused,
    "resumed": Resumed,
    "finished": Finished,
    "diverged": Diverged,
    "failed": Failed,
}
_NAMES: Final = {kind: name for name, kind in RECORDED_KINDS.items()}
_FIELDS: Final[
    dict[str, list[tuple[str, Any]]]
] = {  # what JSON must have held, since everything counts on it
    name: [(f.name, (int, float) if f.type is float else f.type) for f in fields(kind)]
    for name, kind in RECORDED_KINDS.items()
}
_CHUNK: Final = struct.Struct("<qddd")  # first step, learning rate, elapsed s, images per s


def is_recorded(event: Event) -> bool:
    """Return whether the event is kept as a row; weights, checkpoints and logits are kept as artifacts."""
    return type(event) in _NAMES


def kind_of(event: Event) -> str:
    """Return the name under which a recorded event's rows are kept."""
    return _NAMES[type(event)]  # type: ignore[index]


def encode(event: Event) -> bytes:
    """Return the payload of a recorded event."""
    if isinstance(event, Steps):
        head = _CHUNK.pack(event.first_step, event.learning_rate, event.elapsed_s, event.images_per_s)
        return head + _float32(event.losses) + _float32(event.accuracies)
    return json.dumps(values_of(event)).encode()


def values_of(event: Event) -> dict[str, Any]:
    """Return a recorded event, other than Steps, as JSON types, its sentences as `kept` writes them."""
    values = asdict(event)
    if isinstance(event, Evaluated):
        values["strip"] = event.strip.tolist()
    elif isinstance(event, Diverged | Failed):
        values |= sentences_of(event)
    return values


def sentences_of(event: Diverged | Failed) -> dict[str, str]:
    """Return the event's message and remedy as they are kept, under its own code or the kind of end that it is."""
    code = "diverged" if isinstance(event, Diverged) else event.cause
    code = getattr(event.message, "code", "") or code
    return {"message": kept(event.message, code), "remedy": kept(event.remedy, code)}


def decode(kind: str, payload: bytes) -> Recorded:
    """Return the event that `encode` wrote.

    Raises: DamagedArtifact for bytes that are none.
    """
    try:
        if kind == "steps":
            return _decode_steps(payload)
        values: dict[str, Any] = json.loads(payload)
        if kind == "evaluated":
            values["strip"] = np.array(values["strip"], np.int64)
        elif kind in ("diverged", "failed"):
            values |= {name: from_kept(values[name]) for name in ("message", "remedy")}
        event = RECORDED_KINDS[kind](**values)
        if not all(isinstance(getattr(event, name), kinds) for name, kinds in _FIELDS[kind]):
            raise TypeError(kind)
        return event
    except (
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
        OverflowError,
        RecursionError,
        struct.error,
    ) as error:
        raise damaged(_("A stored event ({kind}) is damaged.", kind=kind)) from error


def _decode_steps(payload: bytes) -> Steps:
    first_step, learning_rate, elapsed_s, images_per_s = _CHUNK.unpack_from(payload)
    numbers = np.frombuffer(payload, "<f4", offset=_CHUNK.size)
    losses, accuracies = np.split(numbers, 2)
    return Steps(first_step, losses, accuracies, learning_rate, elapsed_s, images_per_s)


def cut(steps: Steps, last_step: int) -> Steps:
    """Return the part of a chunk up to and with `last_step`; the times are the whole chunk's."""
    count = max(0, last_step - steps.first_step + 1)
    return Steps(
        steps.first_step,
        steps.losses[:count],
        steps.accuracies[:count],
        steps.learning_rate,
        steps.elapsed_s,
        steps.images_per_s,
    )


def pack_arrays(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return named arrays as safetensors bytes, dtype and shape kept."""
    return save({name: np.ascontiguousarray(array) for name, array in arrays.items()})


def unpack_arrays(data: bytes) -> dict[str, np.ndarray]:
    """Return the arrays that `pack_arrays` packed, in the order of their names.

    Raises: DamagedArtifact for bytes that are none.
    """
    try:
        return load(data)
    except (SafetensorError, ValueError, KeyError) as error:
        raise damaged(_("Stored weights or predictions are damaged.")) from error


def checksum(data: bytes) -> str:
    """Return the SHA-256 of `data` in hex."""
    return hashlib.sha256(data).hexdigest()


def verified(data: bytes, sha256: str, damage: str) -> bytes:
    """Return `data` if its SHA-256 is the one noted when it was written.

    damage: the sentence that says what is damaged if not.  Raises: DamagedArtifact.
    """
    if checksum(data) != sha256:
        raise damaged(damage)
    return data


def damaged(message: str) -> DamagedArtifact:
    """Return the error of stored bytes that are not what was written."""
    return DamagedArtifact(
        message, _("The disk may be failing. Train the run again to replace what was lost.")
    )


def _float32(numbers: np.ndarray) -> bytes:
    return np.ascontiguousarray(numbers, "<f4").tobytes()
