"""The MLP's own fast path: backpropagation written out layer by layer, in place, without autograd.

A batch of B images is a matrix of rows z_0 (B, D). Every hidden layer l has weights W_l (outputs, inputs) and biases
b_l, takes weighted sums of what the layer before says and passes them through the activation function h:

    a_l = z_(l-1) W_l^T + b_l,    z_l = h(a_l).

The output layer's scores go through the softmax, P, and are compared with the truth, Y one-hot. The mean cross-entropy
has these gradients (Rumelhart, Hinton and Williams 1986; Bishop 2006, Pattern Recognition and Machine Learning,
section 5.3, equations 5.53 to 5.56), from the last layer to the first:

    d_last = (P - Y) / B,    d_l = (d_(l+1) W_(l+1)) * h'(a_l)        what each unit has to do with the loss
    dW_l = d_l^T z_(l-1),    db_l = the sum of d_l over the batch     what each weight has to do with it

With dropout (core.training.dropout) every z_l is multiplied by its step's noise m_l, and so is h'(a_l).
The images' own gradient is asked for by nobody: of the first layer's three large products that leaves two. Scores and
their errors alone lie with the classes first, (K, B), because a softmax over the first dimension is six times faster.
The uint8 images stay as they are; the factor 1/255 is taken out of the products, which do it on the side.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.config.run_config import RunConfig
from core.models.build import build_model, load_state_arrays, state_arrays
from core.training.activations import WRITTEN_OUT
from core.training.closed_form import standardisation
from core.training.data import TrainingData
from core.training.dropout import Dropout
from core.training.learner import chunk_capacity
from core.training.matmul import gradient_into, scores_into
from core.training.optimizers import Flat, optimizer_over
from core.training.path_selection import EVALUATION_BATCH


class Buffers:
    """Everything that one step over B images writes into, allocated once. D pixels, K classes, hidden layers' sizes."""

    def __init__(self, B: int, D: int, hidden: tuple[int, ...], K: int, dtype: torch.dtype) -> None:
        self.pixels = torch.empty(B, D, dtype=torch.uint8)
        self.inputs = torch.empty(B, D, dtype=dtype)
        self.values = [torch.empty(B, size, dtype=dtype) for size in hidden]
        self.slopes = [torch.empty(B, size, dtype=dtype) for size in hidden]
        self.deltas = [torch.empty(B, size, dtype=dtype) for size in hidden]
        self.scores = torch.empty(K, B, dtype=dtype)
        self.errors = torch.empty(K, B, dtype=dtype)
        self.minus_one = torch.full((1, B), -1.0, dtype=dtype)
        # the same memory, as NumPy's products take it
        self.last_values_array = self.values[-1].numpy()
        self.last_deltas_array = self.deltas[-1].numpy()
        self.scores_array, self.errors_array = self.scores.numpy(), self.errors.numpy()


class WrittenOutLearner:
    """An MLP's weights and biases in one memory, updated by backpropagation written out."""

    path = "written-out"

    def __init__(self, config: RunConfig, data: TrainingData, dtype: torch.dtype = torch.float32) -> None:
        self._model = build_model(config, data.spec)  # for the names and shapes of its state
        self._hidden, self._dtype = config.hidden_sizes, dtype
        self._images, self._labels = data.images.flatten(1), data.labels  # (N, D), a view
        self._activate = WRITTEN_OUT[config.activation]
        self._dropout = Dropout(config)
        arrays = state_arrays(self._model)
        self._names = tuple(arrays)  # of each layer its weights, then its biases
        (units, D), *others = (array.shape for array in arrays.values())
        # the first layer's weights lie the way they are read fastest
        parameters = Flat([(D, units), *others], dtype)
        gradients = parameters.like()
        self._parameters = parameters.parts
        self._first, self._first_gradient = parameters.parts[0], gradients.parts[0]  # (D, units)
        self._weights = [self._first.T, *parameters.parts[2::2]]  # (outputs, inputs)
        self._weight_gradients = [self._first_gradient.T, *gradients.parts[2::2]]
        self._biases, self._bias_gradients = parameters.parts[1::2], gradients.parts[1::2]
        self._last_bias = self._biases[-1].unsqueeze(1)  # (K, 1)
        self._last_weight_array = self._weights[-1].numpy()
        self._last_gradient_array = self._weight_gradients[-1].numpy()
        self._optimizer = optimizer_over(config, parameters, gradients)
        self._is_plain = config.optimizer == "sgd" and not (config.momentum or config.l2)
        first = self._first.numel()
        self._others, self._other_gradients = parameters.whole[first:], gradients.whole[first:]
        self.load_weights(arrays)
        self._offset, self._factor = standardisation(config, data, dtype)
        self._buffers: dict[int, Buffers] = {}
        self.chunk_capacity = chunk_capacity(config.batch_size)
        self.evaluation_batch = EVALUATION_BATCH[config.model]
        shape = self.chunk_capacity, config.batch_size
        self._picked = torch.zeros(shape, dtype=dtype)
        self._truth, self._guesses = (torch.zeros(shape, dtype=torch.int64) for _ in range(2))
        # every slot's labels (B,) and, the same memory, (1, B); its log-probabilities (1, B); its guesses (B,)
        slots = self._truth.unbind(), self._truth.split(1), self._picked.split(1), self._guesses.numpy()
        self._slots = list(zip(*slots, strict=True))
        self._sizes = [0] * self.chunk_capacity

    @np.errstate(over="ignore", invalid="ignore")  # a run that diverges is told by its loss
    def step(self, batch: Tensor, learning_rate: float, slot: int) -> None:
        """Do one update; see Learner."""
        B = len(batch)
        buffers = self._buffers_for(B)
        flat_labels, labels, picked, guesses = self._slots[slot]
        if len(guesses) > B:
            flat_labels, labels, picked, guesses = flat_labels[:B], labels[:, :B], picked[:, :B], guesses[:B]
        torch.index_select(self._labels, 0, batch, out=flat_labels)
        torch.index_select(self._images, 0, batch, out=buffers.pixels)
        self._forward(buffers.pixels, buffers, with_slopes=True)
        log_probabilities = torch.log_softmax(buffers.scores, 0)  # (K, B)
        torch.gather(log_probabilities, 0, labels, out=picked)
        buffers.scores_array.argmax(0, out=guesses)  # of those that score alike the first
        self._sizes[slot] = B
        torch.exp(log_probabilities, out=buffers.errors)
        buffers.errors.scatter_add_(0, labels, buffers.minus_one).mul_(1 / B)
        self._move(self._backward(buffers), buffers.inputs, learning_rate)

    def _forward(self, pixels: Tensor, buffers: Buffers, *, with_slopes: bool) -> None:
        """Compute the scores of uint8 images (B, D), and the activations' slopes where they are wanted."""
        inputs, factor = buffers.inputs.copy_(pixels), self._factor
        if self._offset is not None:
            inputs.sub_(self._offset[0]).mul_(self._offset[1])
        for weight, bias, values, slopes, deltas in zip(
            self._weights, self._biases, buffers.values, buffers.slopes, buffers.deltas, strict=False
        ):
            torch.addmm(bias, inputs, weight.T, alpha=factor, out=values)  # (B, inputs) -> (B, outputs)
            self._activate(values, slopes if with_slopes else None)
            if with_slopes and self._dropout.probability:
                noise = self._dropout.noise_into(deltas)  # which the backward pass writes anew
                values.mul_(noise)
                slopes.mul_(noise)
            inputs, factor = values, 1.0
        scores_into(buffers.scores_array, self._last_weight_array, buffers.last_values_array)
        buffers.scores.add_(self._last_bias)

    def _backward(self, buffers: Buffers) -> Tensor:
        """Compute the gradients of all parameters but the first layer's weights; return that layer's d (B, units)."""
        gradient_into(self._last_gradient_array, buffers.errors_array, buffers.last_values_array)
        torch.sum(buffers.errors, 1, out=self._bias_gradients[-1])
        np.dot(buffers.errors_array.T, self._last_weight_array, out=buffers.last_deltas_array)
        for i in range(len(self._hidden) - 1, -1, -1):
            deltas = buffers.deltas[i].mul_(buffers.slopes[i])
            torch.sum(deltas, 0, out=self._bias_gradients[i])
            if i:
                torch.mm(deltas.T, buffers.values[i - 1], out=self._weight_gradients[i])
                torch.mm(deltas, self._weights[i], out=buffers.deltas[i - 1])
        return buffers.deltas[0]

    def _move(self, deltas: Tensor, inputs: Tensor, learning_rate: float) -> None:
        """Do the update, the gradient of the first layer's weights included, inputs^T deltas as they lie."""
        weight, gradient = self._first, self._first_gradient
        if self._is_plain:  # plain SGD's step of the most weights rides in their product, which saves a pass
            torch.addmm(weight, inputs.T, deltas, alpha=-learning_rate * self._factor, out=weight)
            self._others.add_(self._other_gradients, alpha=-learning_rate)
            return
        torch.addmm(gradient, inputs.T, deltas, beta=0, alpha=self._factor, out=gradient)
        self._optimizer.step(learning_rate)

    def _buffers_for(self, B: int) -> Buffers:
        if B not in self._buffers:
            D, K = self._images.shape[1], len(self._biases[-1])
            self._buffers[B] = Buffers(B, D, self._hidden, K, self._dtype)
        return self._buffers[B]

    def read_chunk(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the chunk's (losses, accuracies)."""
        sizes = torch.tensor(self._sizes[:count], dtype=torch.float32)
        picked, right = self._picked[:count], self._guesses[:count] == self._truth[:count]
        if sizes.min() < picked.shape[1]:  # the last batch of an epoch is short: what lies behind it is old
            filled = torch.arange(picked.shape[1]) < sizes[:, None]
            picked, right = picked.where(filled, 0.0), right & filled
        return (picked.sum(1) / -sizes).float().numpy(), (right.sum(1) / sizes).numpy()

    @np.errstate(over="ignore", invalid="ignore")
    def logits(self, images: Tensor) -> Tensor:
        """Return scores (N, K) for uint8 images (N, C, H, W)."""
        buffers = self._buffers_for(len(images))
        self._forward(images.flatten(1), buffers, with_slopes=False)
        return buffers.scores.T.float().clone()

    def weights(self) -> dict[str, np.ndarray]:
        """Return a copy of the parameters, named as in the model's state_dict."""
        return {name: part.numpy().copy() for name, part in zip(self._names, self._as_named(), strict=True)}

    def _as_named(self) -> list[Tensor]:
        """Return the parameters in the shapes of the model's state_dict, the same memory."""
        return [self._first.T, *self._parameters[1:]]

    def load_weights(self, arrays: dict[str, np.ndarray]) -> None:
        """Overwrite the parameters.

        Raises: ValueError naming the first that is missing, unknown or of another shape.
        """
        load_state_arrays(self._model, arrays)
        for name, part in zip(self._names, self._as_named(), strict=True):
            part.copy_(torch.from_numpy(np.array(arrays[name])))

    def optimizer_state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Return what the optimizer has gathered, and the state of what draws dropout's noise."""
        return {**_turned(self._optimizer.state()), **self._dropout.state()}, {}

    def load_optimizer_state(self, tensors: dict[str, Tensor], numbers: dict[str, Any]) -> None:  # noqa: ARG002
        """Overwrite what the optimizer has gathered, and the state of what draws dropout's noise."""
        self._dropout.load_state(tensors)
        self._optimizer.load_state(_turned(tensors))


def _turned(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return an optimizer's state with what it holds of the first layer's weights turned: as they lie, or as named."""
    first = {
        name: tensor.T.contiguous() for name, tensor in state.items() if name[:2] == "0." and tensor.ndim == 2
    }
    return state | first
