"""A run's weights for other programs: safetensors, a plain state_dict, ONNX."""

import io
import json
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save
from torch import Tensor, nn

from core.config.run_config import to_json
from core.export.run_record import RunRecord
from core.models.build import build_model, load_state_arrays

OPSET = 18


def safetensors_file(record: RunRecord) -> bytes:
    """Return the newest weights in the safetensors format; the metadata say what they are."""
    step, arrays = record.weights()
    facts = {
        "format": "pt",  # what readers of PyTorch weights look for
        "inkling_run": record.row.id,
        "step": str(step),
        "config": to_json(record.row.config),
        "classes": json.dumps(record.spec.class_names),
    }
    return save({name: np.ascontiguousarray(array) for name, array in arrays.items()}, metadata=facts)


def state_dict_file(record: RunRecord) -> bytes:
    """Return the newest weights as torch.save writes a state_dict; torch.load(weights_only=True) reads it."""
    _, arrays = record.weights()
    buffer = io.BytesIO()
    torch.save({name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}, buffer)
    return buffer.getvalue()


class _FromPixels(nn.Module):
    """The model with its scaling in front, so that it takes pixels from 0 to 255 as they are."""

    def __init__(self, model: nn.Module, mean: Tensor, std: Tensor) -> None:
        super().__init__()
        self.model, self.mean, self.std = model, mean, std

    def forward(self, pixels: Tensor) -> Tensor:
        """Return logits (B, K) for float32 pixels (B, C, H, W) from 0 to 255."""
        return self.model((pixels / 255 - self.mean) / self.std)


def onnx_file(record: RunRecord) -> bytes:
    """Return the model as ONNX: input "pixels", float32 (batch, C, H, W) from 0 to 255; output "logits"."""
    _, arrays = record.weights()
    spec = record.spec
    if record.row.config.scaling == "standardised":
        spec = record.images().spec
    model = build_model(record.row.config, spec).cpu().to(memory_format=torch.contiguous_format)
    load_state_arrays(model, arrays)
    whole = _FromPixels(model, *_scaling(record.row.config.scaling, spec.mean, spec.std)).eval()
    program = torch.onnx.export(
        whole,
        (torch.zeros(2, *spec.image_shape),),
        input_names=["pixels"],
        output_names=["logits"],
        dynamic_shapes=({0: torch.export.Dim("batch")},),
        opset_version=OPSET,
        dynamo=True,
        verbose=False,
    )
    assert program is not None  # as it is with dynamo=True
    return _described(program.model_proto, record)


def _scaling(scaling: str, mean: tuple[float, ...], std: tuple[float, ...]) -> tuple[Tensor, Tensor]:
    if scaling == "unit":
        mean, std = (0.0,) * len(mean), (1.0,) * len(std)
    return torch.tensor(mean).view(1, -1, 1, 1), torch.tensor(std).view(1, -1, 1, 1)


def _clear_notes(message: Any) -> None:
    """Take out of a protobuf message, and of all in it, what the exporter noted: it names this machine's folders."""
    for field, value in message.ListFields():
        if field.name in ("metadata_props", "doc_string"):
            message.ClearField(field.name)
        elif field.message_type is not None:
            for part in [value] if hasattr(value, "ListFields") else value:
                _clear_notes(part)


def _described(model: Any, record: RunRecord) -> bytes:
    """Return the ONNX file with the class names and the settings in its metadata, checked by onnx itself."""
    import onnx  # here: it takes a quarter of a second to import

    facts: dict[str, Any] = {
        "classes": json.dumps(record.spec.class_names),
        "config": to_json(record.row.config),
        "input": "pixels from 0 to 255, light strokes on a dark ground"
        + (", deskewed as core.images.deskew does" if record.row.config.deskew else ""),
    }  # not said: the file's metadata
    _clear_notes(model)
    onnx.helper.set_model_props(model, facts)
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString()
    return data
