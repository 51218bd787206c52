"""A paused run between two steps: its model, its optimizer, and the mini-batch that comes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.config.run_config import RunConfig
from core.models.build import model_from_arrays, scale_images
from core.training.autograd import build_optimizer
from core.training.checkpoint import TrainingState
from core.training.closed_form import FORMER_NAMES
from core.training.data import BatchOrder, TrainingData
from core.training.schedule import LearningRate


@dataclass(frozen=True, eq=False)
class NextStep:
    """All that the step after `step` updates depends on.

    images: float32 (B, C, H, W), scaled as the model expects; labels: int64 (B,); index: their positions in
    the training images. remembers: whether the optimizer holds what it had gathered in earlier steps (always
    true of plain SGD, which gathers nothing).
    """

    step: int
    model: nn.Module
    optimizer: torch.optim.Optimizer
    index: Tensor
    images: Tensor
    labels: Tensor
    learning_rate: float
    remembers: bool


def next_step(
    config: RunConfig,
    data: TrainingData,
    step: int,
    weights: Mapping[str, np.ndarray],
    *,
    checkpoint: TrainingState | None = None,
    changes: tuple[tuple[int, float], ...] = (),
    ordered_rate: float | None = None,
) -> NextStep:
    """Return the run of `config` after `step` updates, with these weights.

    checkpoint: its last one, used for the optimizer's memory if it is of this very step. changes: the learning
    rate's, as recorded; ordered_rate: a base rate ordered while it rests.

    Raises: ValueError for weights that do not fit the config's model.
    """
    model = model_from_arrays(config, data.spec, weights)
    optimizer = build_optimizer(model, config)
    needs_memory = config.optimizer != "sgd" or config.momentum > 0
    is_same_step = checkpoint is not None and checkpoint.step == step
    if checkpoint is not None and is_same_step:
        _load_memory(optimizer, checkpoint)
    index = next_batch(config, data, step)
    rate = LearningRate(config, *_lengths(config, data), changes=list(changes))
    if ordered_rate is not None:
        rate.change(step, ordered_rate)
    return NextStep(
        step=step,
        model=model,
        optimizer=optimizer,
        index=index,
        images=scale_images(data.images.index_select(0, index), data.spec, config.scaling),
        labels=data.labels.index_select(0, index),
        learning_rate=rate.at(step),
        remembers=not needs_memory or is_same_step or step == 0,
    )


def next_batch(config: RunConfig, data: TrainingData, step: int) -> Tensor:
    """Return the positions int64 (<= batch_size,) of the training images that the next step learns from."""
    order = BatchOrder(data.train_index, config.batch_size, config.seed)
    for epoch in range(step // order.steps_per_epoch):  # every epoch's permutation follows the one before
        order.batch(epoch * order.steps_per_epoch)
    return order.batch(step)


def _lengths(config: RunConfig, data: TrainingData) -> tuple[int, int]:
    per_epoch = -(-data.train_count // config.batch_size)
    return per_epoch, per_epoch * config.epochs


def _load_memory(optimizer: torch.optim.Optimizer, checkpoint: TrainingState) -> None:
    """Give the optimizer what it had gathered, from the checkpoint of any way of training."""
    slots: dict[int, dict[str, Any]] = {}
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    for name, value in {**checkpoint.optimizer_tensors, **checkpoint.optimizer_numbers}.items():
        position, _, slot = FORMER_NAMES.get(name, name).partition(".")
        if slot and position.isdigit():
            shape = parameters[int(position)].shape
            if isinstance(value, Tensor) and value.numel() == shape.numel():
                value = value.reshape(shape)  # the closed form keeps the biases' as a column
            slots.setdefault(int(position), {})[slot] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": slots, "param_groups": groups})
