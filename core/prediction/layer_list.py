"""A model as a list of plain layers and their weights, for what computes its answer without PyTorch: the browser."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from torch import nn

from core.models.max_pool import MaxPool2x2
from core.models.unit_pixels import UnitPixels
from core.prediction.predictor import Predictor

_WITHOUT_WEIGHTS: Final[dict[type[nn.Module], str]] = {
    nn.ReLU: "relu",
    nn.Tanh: "tanh",
    nn.Sigmoid: "sigmoid",
    nn.GELU: "gelu",
    MaxPool2x2: "pool",
}


@dataclass(frozen=True, eq=False)
class LayerList:
    """What turns an image with pixels in [0, 1], less `mean` and divided by `std`, into logits, the first layer first.

    layers: {"kind": "linear", "inputs", "outputs"}, {"kind": "conv", "inputs", "outputs", "size"}, which keeps width
    and height, {"kind": "pool"}, of two by two, or an activation. weights: of each layer's weight and bias, flat.
    """

    layers: list[dict[str, Any]]
    mean: float
    std: float
    weights: NDArray[np.float32]


def layer_list(predictor: Predictor) -> LayerList:
    """Return the layers of a model of grey images.

    Raises: ValueError for images of several channels; KeyError for a layer of a kind that is not in the list.
    """
    if predictor.spec.image_shape[0] != 1:
        raise ValueError(f"a list of layers is for grey images, got {predictor.spec.image_shape}")
    model = predictor.model
    mean, std = 0.0, 1.0
    if isinstance(model, UnitPixels):
        mean, std, model = float(model.mean), float(model.std), model.model
    layers = [_described(layer) for layer in model.children() if not isinstance(layer, nn.Flatten)]
    flat = [parameter.detach().numpy().ravel() for parameter in model.parameters()]  # in the layers' order
    return LayerList(layers, mean, std, np.concatenate(flat))


def _described(layer: nn.Module) -> dict[str, Any]:
    if isinstance(layer, nn.Linear):
        return {"kind": "linear", "inputs": layer.in_features, "outputs": layer.out_features}
    if isinstance(layer, nn.Conv2d):
        size = layer.kernel_size[0]
        return {"kind": "conv", "inputs": layer.in_channels, "outputs": layer.out_channels, "size": size}
    return {"kind": _WITHOUT_WEIGHTS[type(layer)]}
