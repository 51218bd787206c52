"""The optimizers as updates in place, from gradients that are given: no autograd, no new memory in a step.

With the gradient g of the parameters w, the learning rate e and the count of steps t, each update is that of
`torch.optim` with its usual constants:

    SGD       w -= e g; with momentum m (Sutskever et al. 2013): v = m v + g, w -= e v, Nesterov's: w -= e (g + m v)
    Adagrad   (Duchi et al. 2011)                s += g^2                          w -= e g / (sqrt(s) + c)
    RMSprop   (Hinton 2012, lecture 6)           s = a s + (1 - a) g^2             w -= e g / (sqrt(s) + c)
    Adam      (Kingma and Ba 2015, algorithm 1)  m = b1 m + (1 - b1) g, s = b2 s + (1 - b2) g^2
                                                 w -= e (m / (1 - b1^t)) / (sqrt(s / (1 - b2^t)) + c)
    AdamW     (Loshchilov and Hutter 2019)       w -= e l2 w first, then as Adam
    Adamax    (Kingma and Ba 2015, algorithm 2)  u = max(b2 u, |g| + c)            w -= e (m / (1 - b1^t)) / u

All but AdamW have the L2 penalty in the gradient: g += l2 w.
"""

from collections.abc import Mapping, Sequence
from math import prod, sqrt
from typing import Final

import torch
from torch import Tensor

from core.config.run_config import RunConfig

BETA_1: Final = 0.9
BETA_2: Final = 0.999
ALPHA: Final = 0.99  # RMSprop's
EPSILON: Final = 1e-8
ADAGRAD_EPSILON: Final = 1e-10


class Flat:
    """Numbers of several shapes in one memory: what is done to all of them is one call. All zero at first."""

    def __init__(self, shapes: Sequence[tuple[int, ...]], dtype: torch.dtype = torch.float32) -> None:
        self.shapes, sizes = shapes, [prod(shape) for shape in shapes]
        self.whole = torch.zeros(sum(sizes), dtype=dtype)
        pieces = zip(self.whole.split(sizes), shapes, strict=True)
        self.parts = [piece.view(shape) for piece, shape in pieces]  # the same memory

    def like(self) -> "Flat":
        """Return another of the same shapes, all zero."""
        return Flat(self.shapes, self.whole.dtype)


class Optimizer:
    """What moves parameters by their gradients, which it may overwrite.

    memory: what it has gathered, each kind by torch.optim's name with one tensor for each parameter.
    """

    slots: tuple[str, ...] = ()  # the kinds of memory
    counts_steps = True

    def __init__(self, config: RunConfig, parameters: Flat, gradients: Flat) -> None:
        self._config = config
        self._parameters, self._gradients = parameters, gradients
        self._scratch = torch.empty_like(parameters.whole)
        memory = {slot: parameters.like() for slot in self.slots}
        self._gathered = {slot: flat.whole for slot, flat in memory.items()}
        self.memory = {slot: flat.parts for slot, flat in memory.items()}
        self.count = 0

    def step(self, learning_rate: float, scales: Sequence[float] = ()) -> None:
        """Do one update. What counts is each gradient times its scale; without scales, as it stands."""
        for gradient, scale in zip(self._gradients.parts, scales, strict=False):
            gradient.mul_(scale)
        parameters, gradients = self._parameters.whole, self._gradients.whole
        if self._config.l2:
            self._penalise(parameters, gradients, learning_rate)
        self.count += 1
        self._move(parameters, gradients, learning_rate)

    def _penalise(self, parameters: Tensor, gradients: Tensor, learning_rate: float) -> None:  # noqa: ARG002
        gradients.add_(parameters, alpha=self._config.l2)

    def _move(self, parameters: Tensor, gradients: Tensor, learning_rate: float) -> None:
        raise NotImplementedError

    def state(self) -> dict[str, Tensor]:
        """Return what it has gathered, named as in torch's own state: "0.exp_avg" is the first parameter's."""
        state = {f"{i}.{slot}": part for slot, parts in self.memory.items() for i, part in enumerate(parts)}
        if self.counts_steps:
            state |= {
                f"{i}.step": torch.tensor(float(self.count)) for i in range(len(self._parameters.parts))
            }
        return state

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        """Go on with what `state` returned, of any shape of the same size."""
        for slot, parts in self.memory.items():
            for i, part in enumerate(parts):
                if f"{i}.{slot}" in state:  # SGD that has done no step yet may have none
                    part.copy_(state[f"{i}.{slot}"].reshape(part.shape))
        self.count = int(state.get("0.step", torch.tensor(0.0)))


class Sgd(Optimizer):
    """torch.optim.SGD, dampening 0."""

    counts_steps = False

    def __init__(self, config: RunConfig, parameters: Flat, gradients: Flat) -> None:
        self.slots = ("momentum_buffer",) if config.momentum else ()
        super().__init__(config, parameters, gradients)

    def step(self, learning_rate: float, scales: Sequence[float] = ()) -> None:
        """Do one update; see Optimizer. Plain SGD needs no pass over the gradients for their scales."""
        if self._config.momentum or self._config.l2 or not scales:
            super().step(learning_rate, scales)
            return
        for parameter, gradient, scale in zip(
            self._parameters.parts, self._gradients.parts, scales, strict=True
        ):
            parameter.add_(gradient, alpha=-learning_rate * scale)

    def _move(self, parameters: Tensor, gradients: Tensor, learning_rate: float) -> None:
        momentum, direction = self._config.momentum, gradients
        if momentum:
            direction = velocity = self._gathered["momentum_buffer"].mul_(momentum).add_(gradients)
            if self._config.nesterov:
                direction = torch.add(gradients, velocity, alpha=momentum, out=self._scratch)
        parameters.add_(direction, alpha=-learning_rate)


class Adagrad(Optimizer):
    """torch.optim.Adagrad."""

    slots = ("sum",)

    def _move(self, parameters: Tensor, gradients: Tensor, learning_rate: float) -> None:
        total = self._gathered["sum"].addcmul_(gradients, gradients)
        root = torch.sqrt(total, out=self._scratch).add_(ADAGRAD_EPSILON)
        parameters.addcdiv_(gradients, root, value=-learning_rate)


class RmsProp(Optimizer):
    """torch.optim.RMSprop, with momentum where the config has it."""

    def __init__(self, config: RunConfig, parameters: Flat, gradients: Flat) -> None:
        self.slots = ("square_avg", "momentum_buffer") if config.momentum else ("square_avg",)
        super().__init__(config, parameters, gradients)

    def _move(self, parameters: Tensor, gradients: Tensor, learning_rate: float) -> None:
        average = self._gathered["square_avg"]
        average.mul_(ALPHA).addcmul_(gradients, gradients, value=1 - ALPHA)
        root = torch.sqrt(average, out=self._scratch).add_(EPSILON)
        if not self._config.momentum:
            parameters.addcdiv_(gradients, root, value=-learning_rate)
            return
        velocity = self._gathered["momentum_buffer"].mul_(self._config.momentum).addcdiv_(gradients, root)
        parameters.add_(velocity, alpha=-learning_rate)


class Adam(Optimizer):
    """torch.optim.Adam; the corrections by powers of the betas are taken out of the passes over the memory."""

    slots = ("exp_avg", "exp_avg_sq")

    def _move(self, parameters: Tensor, gradients: Tensor, learning_rate: float) -> None:
        average, squares = self._gathered["exp_avg"], self._gathered["exp_avg_sq"]
        average.lerp_(gradients, 1 - BETA_1)
        squares.mul_(BETA_2).addcmul_(gradients, gradients, value=1 - BETA_2)
        correction = sqrt(1 - BETA_2**self.count)
        root = torch.sqrt(squares, out=self._scratch).add_(EPSILON * correction)
        parameters.addcdiv_(average, root, value=-learning_rate * correction / (1 - BETA_1**self.count))


class AdamW(Adam):
    """torch.optim.AdamW: the parameters decay, and the penalty is not in the gradient."""

    def _penalise(self, parameters: Tensor, gradients: Tensor, learning_rate: float) -> None:  # noqa: ARG002
        parameters.mul_(1 - learning_rate * self._config.l2)


class Adamax(Optimizer):
    """torch.optim.Adamax."""

    slots = ("exp_avg", "exp_inf")

    def _move(self, parameters: Tensor, gradients: Tensor, learning_rate: float) -> None:
        average, largest = self._gathered["exp_avg"], self._gathered["exp_inf"]
        average.lerp_(gradients, 1 - BETA_1)
        size = torch.abs(gradients, out=self._scratch).add_(EPSILON)
        torch.maximum(largest.mul_(BETA_2), size, out=largest)
        parameters.addcdiv_(average, largest, value=-learning_rate / (1 - BETA_1**self.count))


KINDS: Final[dict[str, type[Optimizer]]] = {
    "sgd": Sgd,
    "adagrad": Adagrad,
    "adam": Adam,
    "adamw": AdamW,
    "adamax": Adamax,
    "rmsprop": RmsProp,
}


def optimizer_over(config: RunConfig, parameters: Flat, gradients: Flat) -> Optimizer:
    """Return the config's optimizer for `parameters`, whose gradients lie in `gradients` before each step."""
    return KINDS[config.optimizer](config, parameters, gradients)
