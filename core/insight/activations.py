"""Inside an MLP or a CNN: what each layer makes of images, hidden units by use, kernels.

Models are torch.nn.Sequential with named layers (core.models.build); inputs are scaled as the model expects.
Legend: N images, H hidden units, K classes.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

BATCH = 100  # images at a time: a CNN on 10,000 in one piece takes twice as long (it leaves the cache)


@dataclass(frozen=True, eq=False)
class UnitUse:
    """Hidden units of one layer, the most used first; arrays are (H,).

    units: int64; use: mean over the images of |activation| x length of the unit's outgoing weights, as a
    share of all units' sum; active: share of the images for which the activation is not 0.
    """

    units: NDArray[np.int64]
    use: NDArray[np.float64]
    active: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class UnitContributions:
    """Hidden units that speak for or against one class, the strongest first.

    units: int64 (n,); contributions: (n,), mean over the images of activation x weight to the class, in
    logits; rest: what all other units add up to; bias: the class's bias. contributions + rest + bias = mean
    logit.
    """

    label: int
    units: NDArray[np.int64]
    contributions: NDArray[np.float64]
    rest: float
    bias: float


def layer_outputs(model: nn.Sequential, images: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    """Return what every layer makes of images (N, C, H, W): layer name -> array (N, ...), in order.

    The model's mode is put back as it was.
    """
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            values = torch.from_numpy(np.ascontiguousarray(images, np.float32))
            outputs = {}
            for name, layer in model.named_children():
                values = layer(values)
                outputs[name] = np.ascontiguousarray(values.numpy())
            return outputs
    finally:
        model.train(was_training)


def hidden_activations(model: nn.Sequential, images: NDArray[np.float32], layer: str) -> NDArray[np.float32]:
    """Return the activations (N, H) after layer `layer` of a model, computed in batches.

    Raises: KeyError for a layer that the model has not.
    """
    names = [name for name, _ in model.named_children()]
    if layer not in names:
        raise KeyError(
            f"the model has no layer {layer!r}; it has {', '.join(names)}"
        )  # not said: for programmers
    part = model[: names.index(layer) + 1]
    blocks = [
        layer_outputs(part, images[start : start + BATCH])[layer].reshape(
            len(images[start : start + BATCH]), -1
        )
        for start in range(0, len(images), BATCH)
    ]
    return np.concatenate(blocks)


def logits_in_batches(
    model: nn.Module, images: NDArray[np.float32], batch: int = BATCH
) -> NDArray[np.float32]:
    """Return the logits (N, K) of images (N, C, H, W), computed in batches; the model's mode is put back."""
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            pixels = torch.from_numpy(np.ascontiguousarray(images, np.float32))
            return torch.cat([model(part) for part in pixels.split(batch)]).numpy()
    finally:
        model.train(was_training)


def unit_use(activations: NDArray[np.float32], outgoing: NDArray[np.float32]) -> UnitUse:
    """Return the hidden units by use. activations: (N, H); outgoing: the next layer's weights (M, H)."""
    strength = np.abs(activations).mean(axis=0, dtype=np.float64) * np.linalg.norm(outgoing, axis=0)
    total = strength.sum()
    share = strength / total if total > 0 else strength
    order = np.argsort(-share, kind="stable")
    return UnitUse(order, share[order], (activations != 0).mean(axis=0)[order])


def feeders(
    activations: NDArray[np.float32],
    weight: NDArray[np.float32],
    bias: NDArray[np.float32],
    label: int,
    count: int = 10,
) -> UnitContributions:
    """Return the hidden units that feed class `label` most, for or against, averaged over the images given.

    activations: (N, H) of the last hidden layer, of one image or of a class's; weight (K, H), bias (K,): the
    output layer's.
    """
    contributions = activations.mean(axis=0, dtype=np.float64) * weight[label]
    order = np.argsort(-np.abs(contributions), kind="stable")[:count]
    rest = float(contributions.sum() - contributions[order].sum())
    return UnitContributions(label, order, contributions[order], rest, float(bias[label]))
