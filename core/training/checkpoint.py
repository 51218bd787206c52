"""A run's state between two steps as bytes: safetensors, plain numbers in its metadata. Never pickle."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from safetensors.torch import load, save
from torch import Tensor

FORMAT = 1


class CheckpointError(ValueError):
    """The bytes are no checkpoint, or one of another run; the message says which and what to do."""


@dataclass(frozen=True)
class TrainingState:
    """All that the next step depends on, after `step` updates."""

    step: int
    elapsed_s: float
    path: str
    threads: int
    config_json: str
    learning_rate_changes: list[tuple[int, float]]
    ordered_rate: float | None
    weights: dict[str, np.ndarray]
    optimizer_tensors: dict[str, Tensor]
    optimizer_numbers: dict[str, Any]
    epoch_state: Tensor  # of the batch order's generator, uint8


def pack(state: TrainingState) -> bytes:
    """Return the state as the bytes that `unpack` reads."""
    tensors = {f"weights/{name}": torch.from_numpy(array) for name, array in state.weights.items()}
    tensors |= {f"optimizer/{name}": t.clone().contiguous() for name, t in state.optimizer_tensors.items()}
    tensors["epoch_state"] = state.epoch_state
    numbers = {
        "format": FORMAT,
        "step": state.step,
        "elapsed_s": state.elapsed_s,
        "path": state.path,
        "threads": state.threads,
        "config": state.config_json,
        "learning_rate_changes": state.learning_rate_changes,
        "ordered_rate": state.ordered_rate,
        "optimizer_numbers": state.optimizer_numbers,
    }
    return save(tensors, metadata={"state": json.dumps(numbers)})


def unpack(data: bytes) -> TrainingState:
    """Return the state that `pack` wrote.

    Raises: CheckpointError for bytes that are cut short, altered or of another format.
    """
    try:
        header_size = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + header_size])
        numbers = json.loads(header["__metadata__"]["state"])
        tensors = load(data)
    except Exception as error:  # why: safetensors raises its own type, json and the dict three more
        unread = f"the checkpoint of {len(data)} bytes cannot be read: {error}"  # not said: goes to the log
        raise CheckpointError(unread) from error
    if numbers["format"] != FORMAT:
        other = f"the checkpoint has format {numbers['format']}, this version reads {FORMAT}"  # not said: to the log
        raise CheckpointError(other)
    return TrainingState(
        step=numbers["step"],
        elapsed_s=numbers["elapsed_s"],
        path=numbers["path"],
        threads=numbers["threads"],
        config_json=numbers["config"],
        learning_rate_changes=[(int(s), float(r)) for s, r in numbers["learning_rate_changes"]],
        ordered_rate=numbers["ordered_rate"],
        weights={name: tensor.numpy() for name, tensor in _under("weights/", tensors).items()},
        optimizer_tensors=_under("optimizer/", tensors),
        optimizer_numbers=numbers["optimizer_numbers"],
        epoch_state=tensors["epoch_state"],
    )


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
