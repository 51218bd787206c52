"""One step of gradient descent for any model and optimizer, by autograd, on copies of both."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Arrays = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class ModelOutcome:
    """The model's parameters after one update, name -> array, and how the same batch then fares.

    loss: mean cross-entropy in nats; accuracy: 0..1.
    """

    learning_rate: float
    parameters: Arrays
    loss: float
    accuracy: float


@dataclass(frozen=True, eq=False)
class ModelStep:
    """One mini-batch before its update, and the update with each learning rate asked for.

    logits: (B, K); gradients: name -> array, of the mean cross-entropy plus penalties as the optimizer sees
    them.
    """

    logits: NDArray[np.float32]
    predictions: NDArray[np.int64]
    loss: float
    accuracy: float
    gradients: Arrays
    outcomes: tuple[ModelOutcome, ...]


def take_model_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    images: Tensor,
    labels: Tensor,
    learning_rates: Sequence[float],
    l1: float = 0.0,
) -> ModelStep:
    """Return what one step of `optimizer` on this batch does to `model`, for each learning rate.

    images: float32 (B, C, H, W), scaled as the model expects; labels: int64 (B,). The optimizer must hold
    the model's own parameters; its state counts (momentum, Adam's averages). `l1` adds l1 x sign to every
    gradient.
    """
    before, _ = _copied(model, optimizer)
    logits, loss = _backward(before, images, labels, l1)
    gradients = {name: _array(p.grad) for name, p in before.named_parameters() if p.grad is not None}
    return ModelStep(
        logits=logits,
        predictions=logits.argmax(axis=1),
        loss=loss,
        accuracy=float((logits.argmax(axis=1) == labels.numpy()).mean()),
        gradients=gradients,
        outcomes=tuple(_outcome(model, optimizer, images, labels, rate, l1) for rate in learning_rates),
    )


def _outcome(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    images: Tensor,
    labels: Tensor,
    learning_rate: float,
    l1: float,
) -> ModelOutcome:
    moved, mover = _copied(model, optimizer)
    for group in mover.param_groups:
        group["lr"] = learning_rate
    _backward(moved, images, labels, l1)
    mover.step()
    with torch.no_grad():
        logits = moved(images)
        loss = float(nn.functional.cross_entropy(logits, labels))
    accuracy = float((logits.argmax(dim=1) == labels).float().mean())
    return ModelOutcome(learning_rate, parameters_of(moved.state_dict()), loss, accuracy)


def _copied(model: nn.Module, optimizer: torch.optim.Optimizer) -> tuple[nn.Module, torch.optim.Optimizer]:
    """Return copies of both; copied in one go, the optimizer's copy holds the parameters of the model's copy."""
    return copy.deepcopy((model, optimizer))


def _backward(
    model: nn.Module, images: Tensor, labels: Tensor, l1: float
) -> tuple[NDArray[np.float32], float]:
    """Fill the gradients of a model; return (logits, mean cross-entropy) of the batch."""
    model.train()
    model.zero_grad()
    with torch.enable_grad():
        logits = model(images)
        loss = nn.functional.cross_entropy(logits, labels)
        loss.backward()
    for parameter in model.parameters():
        if l1 and parameter.grad is not None:
            parameter.grad.add_(parameter.detach().sign(), alpha=l1)
    return _array(logits), loss.item()


def parameters_of(state: Mapping[str, Tensor]) -> Arrays:
    """Return a state_dict as arrays."""
    return {name: _array(tensor) for name, tensor in state.items()}


def _array(tensor: Tensor) -> NDArray[np.float32]:
    return np.array(tensor.detach().cpu().contiguous().numpy(), dtype=np.float32)
