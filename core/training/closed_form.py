"""The fast path: softmax regression, the gradient written out, in place, without autograd, for every optimizer.

With images as rows x of X (B, D) and scores Z = W X^T + b, the mean cross-entropy has the gradient
(Bishop 2006, Pattern Recognition and Machine Learning, equation 4.109)

    dW = (P - Y) X / B,   db = sum over the batch of (P - Y) / B,   P = softmax(Z),  Y one-hot,

all class-major, (K, B), because a softmax over the first dimension of (10, 100) is six times faster than
over the second of (100, 10). The uint8 images stay as they are; the factor 1/255 is taken out of the products.
"""

from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from core.config.run_config import RunConfig
from core.i18n.translation import _
from core.models.build import build_model, softmax_weights, state_arrays
from core.training.data import TrainingData
from core.training.learner import chunk_capacity
from core.training.matmul import gradient_into, piece_size, scores_into
from core.training.optimizers import Flat, optimizer_over
from core.training.path_selection import EVALUATION_BATCH

# in checkpoints of an earlier version
FORMER_NAMES: Final = {"momentum.weight": "0.momentum_buffer", "momentum.bias": "1.momentum_buffer"}


class Buffers:
    """Everything that one step over B images writes into, allocated once. D pixels, K classes."""

    def __init__(self, B: int, D: int, K: int) -> None:
        self.pixels = torch.empty(B, D, dtype=torch.uint8)
        self.inputs = torch.empty(B, D)
        self.scores = torch.empty(K, B)
        self.errors = torch.empty(K, B)  # P - Y
        self.minus_one = torch.full((1, B), -1.0)
        # the same memory, as the products take it
        self.inputs_array = self.inputs.numpy()
        self.scores_array = self.scores.numpy()
        self.errors_array = self.errors.numpy()


class ClosedFormLearner:
    """Weights (K, D) and bias (K, 1), updated by the written-out gradient."""

    path = "closed-form"

    def __init__(self, config: RunConfig, data: TrainingData) -> None:
        weight, bias = softmax_weights(state_arrays(build_model(config, data.spec)))
        self._images = data.images.flatten(1)  # (N, D), a view
        self._labels = data.labels
        parameters = Flat([weight.shape, (len(bias), 1)])
        self.weight, self.bias = parameters.parts
        self.weight.copy_(torch.from_numpy(weight))
        self.bias.copy_(torch.from_numpy(bias).unsqueeze(1))
        self._weight_array = self.weight.numpy()  # the same memory
        gradients = parameters.like()
        self._gradients = gradients.parts
        self._optimizer = optimizer_over(config, parameters, gradients)
        self.is_undecided = self._scores_all_alike()
        self._buffers: dict[int, Buffers] = {}
        self._offset, self.factor = standardisation(config, data)
        self.chunk_capacity = chunk_capacity(config.batch_size)
        self.evaluation_batch = EVALUATION_BATCH[config.model]
        self.picked = torch.zeros(self.chunk_capacity, config.batch_size)
        self.top = torch.zeros(self.chunk_capacity, config.batch_size)
        self._picked_rows, self._top_rows = self.picked.split(1), self.top.unbind()
        self.sizes = [0] * self.chunk_capacity

    @np.errstate(over="ignore", invalid="ignore")  # a run that diverges is told by its loss
    def step(self, batch: Tensor, learning_rate: float, slot: int) -> None:
        """Do one update; see Learner."""
        B = len(batch)
        buffers = self._buffers_for(B)
        labels = self._labels.index_select(0, batch).unsqueeze(0)  # (1, B)
        torch.index_select(self._images, 0, batch, out=buffers.pixels)
        self.scale(buffers.pixels, buffers.inputs)

        # scores -> log-probabilities -> errors, each (K, B)
        scores_into(buffers.scores_array, self._weight_array, buffers.inputs_array)
        torch.add(self.bias, buffers.scores, alpha=self.factor, out=buffers.scores)
        log_probabilities = torch.log_softmax(buffers.scores, 0)
        self._record(log_probabilities, labels, slot)
        torch.exp(log_probabilities, out=buffers.errors)
        buffers.errors.scatter_add_(0, labels, buffers.minus_one)

        weight_gradient, bias_gradient = self._gradients
        gradient_into(weight_gradient.numpy(), buffers.errors_array, buffers.inputs_array)
        torch.sum(buffers.errors, 1, keepdim=True, out=bias_gradient)
        self._optimizer.step(learning_rate, (self.factor / B, 1 / B))

    def scale(self, pixels: Tensor, inputs: Tensor) -> Tensor:
        """Return uint8 pixels (B, D) as the model's inputs, but for the factor that rides in the products."""
        inputs.copy_(pixels)
        return inputs if self._offset is None else inputs.sub_(self._offset[0]).mul_(self._offset[1])

    def _record(self, log_probabilities: Tensor, labels: Tensor, slot: int) -> None:
        """Keep each image's log-probability of the truth and of the best class; they are averaged later."""
        B = labels.shape[1]
        picked, top = self._picked_rows[slot], self._top_rows[slot]
        if len(top) > B:
            picked, top = picked[:, :B], top[:B]
        torch.gather(log_probabilities, 0, labels, out=picked)
        torch.amax(log_probabilities, 0, out=top)
        if self.is_undecided:
            only_first_is_right(top, labels[0])
            self.is_undecided = False
        self.sizes[slot] = B

    def _scores_all_alike(self) -> bool:
        """Return whether no class can be told from another yet, as after an initialisation with zeros."""
        return not (self.weight.any() or self.bias.any())

    def live_in(self, weight: Tensor, bias: Tensor, momentum: tuple[Tensor, Tensor] | None) -> None:
        """Keep weights (K, D), bias (K, 1) and momentum in this memory from now on, their values as they are."""
        weight.copy_(self.weight)
        bias.copy_(self.bias)
        self.weight, self.bias, self._weight_array = weight, bias, weight.numpy()
        if momentum is not None:
            self._optimizer.memory = {"momentum_buffer": list(momentum)}

    def record_in(self, picked: Tensor, top: Tensor) -> None:
        """Take the records of steps from this memory, (chunk_capacity, batch size) each, where others write them."""
        self.picked, self.top = picked, top

    def _buffers_for(self, B: int) -> Buffers:
        if B not in self._buffers:
            K, D = self.weight.shape
            self._buffers[B] = Buffers(B, D, K)
        return self._buffers[B]

    def read_chunk(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the chunk's (losses, accuracies)."""
        sizes = torch.tensor(self.sizes[:count], dtype=torch.float32)
        picked, top = self.picked[:count], self.top[:count]
        filled = torch.arange(picked.shape[1]) < sizes[:, None] if sizes.min() < picked.shape[1] else None
        right = picked == top
        if filled is not None:  # the last batch of an epoch is short: what lies behind it is old
            picked, right = picked.where(filled, 0.0), right & filled
        return (picked.sum(1) / -sizes).numpy(), (right.sum(1) / sizes).numpy()

    @np.errstate(over="ignore", invalid="ignore")
    def logits(self, images: Tensor) -> Tensor:
        """Return scores (N, K) for uint8 images (N, C, H, W)."""
        scores = torch.empty(len(self.weight), len(images))  # (K, N)
        size = piece_size(self.weight.numpy())
        inputs, rows = self._buffers_for(size).inputs, images.flatten(1)
        for start in range(0, len(images), size):  # none for no images
            pixels = rows[start : start + size]
            piece = self.scale(pixels, inputs[: len(pixels)])
            scores[:, start : start + size] = torch.from_numpy(self.weight.numpy() @ piece.numpy().T)
        return torch.add(self.bias, scores, alpha=self.factor).T

    def weights(self) -> dict[str, np.ndarray]:
        """Return a copy of the parameters, named as in the model's state_dict."""
        return {
            "linear.weight": self.weight.numpy().copy(),
            "linear.bias": self.bias[:, 0].numpy().copy(),
        }

    def load_weights(self, arrays: dict[str, np.ndarray]) -> None:
        """Overwrite the parameters.

        Raises: ValueError when the shapes differ.
        """
        weight, bias = softmax_weights(arrays)
        if weight.shape != tuple(self.weight.shape) or bias.shape != (len(self.bias),):
            raise ValueError(
                _(
                    "The weights do not fit the model: their shape is {given:text}, but the model needs "
                    "{wanted:text}.",
                    given=weight.shape,
                    wanted=tuple(self.weight.shape),
                )
            )
        self.weight.copy_(torch.from_numpy(np.array(weight)))
        self.bias.copy_(torch.from_numpy(np.array(bias)).unsqueeze(1))
        self.is_undecided = self._scores_all_alike()

    def optimizer_state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Return what the optimizer has gathered."""
        return self._optimizer.state(), {}

    def load_optimizer_state(self, tensors: dict[str, Tensor], numbers: dict[str, Any]) -> None:  # noqa: ARG002
        """Overwrite what the optimizer has gathered."""
        self._optimizer.load_state({FORMER_NAMES.get(name, name): tensor for name, tensor in tensors.items()})


def only_first_is_right(top: Tensor, labels: Tensor) -> None:
    """Where all classes score alike, have the best score (B,) be above that of all labels (B,) but the first class.

    The answer is the first of the best, as by argmax; else every image would count as right.
    """
    top.add_(labels != 0)


def standardisation(
    config: RunConfig, data: TrainingData, dtype: torch.dtype = torch.float32
) -> tuple[tuple[Tensor, Tensor] | None, float]:
    """Return ((offset, multiplier) of each of the D inputs or None, factor of the products)."""
    if config.scaling == "unit":
        return None, 1 / 255
    _channels, H, W = data.spec.image_shape
    mean = torch.tensor(data.spec.mean, dtype=dtype).repeat_interleave(H * W)
    std = torch.tensor(data.spec.std, dtype=dtype).repeat_interleave(H * W)
    return (mean * 255, 1 / (std * 255)), 1.0
