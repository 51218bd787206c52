"""The activation functions of an MLP's hidden units with their derivatives, written out, in place.

Each takes the units' weighted sums a and replaces them by h(a); where it is given a tensor for the slopes, it writes
the derivative h'(a) into it:

    relu     h = max(a, 0)         h' = 1 where a > 0, else 0
    tanh     h = tanh a            h' = 1 - h^2
    sigmoid  h = 1 / (1 + e^-a)    h' = h (1 - h)
    gelu     h = a Phi(a)          h' = Phi(a) + a phi(a)    (Hendrycks and Gimpel 2016)

Phi(a) = (1 + erf(a / sqrt 2)) / 2 is the standard normal distribution, phi(a) = e^(-a^2 / 2) / sqrt(2 pi) its density.
"""

import math
from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor

Activation = Callable[[Tensor, Tensor | None], None]


def relu(values: Tensor, slopes: Tensor | None) -> None:
    """Rectify in place."""
    values.relu_()
    if slopes is not None:
        torch.sign(values, out=slopes)


def tanh(values: Tensor, slopes: Tensor | None) -> None:
    """Take the hyperbolic tangent in place."""
    values.tanh_()
    if slopes is not None:
        torch.mul(values, values, out=slopes).neg_().add_(1)


def sigmoid(values: Tensor, slopes: Tensor | None) -> None:
    """Take the logistic function in place."""
    values.sigmoid_()
    if slopes is not None:
        torch.addcmul(values, values, values, value=-1, out=slopes)


def gelu(values: Tensor, slopes: Tensor | None) -> None:
    """Weigh in place by the standard normal distribution, exactly, as nn.GELU does by default."""
    distribution = torch.mul(values, math.sqrt(0.5), out=slopes).erf_().add_(1).mul_(0.5)
    if slopes is None:
        values.mul_(distribution)
        return
    density = (values * values).mul_(-0.5).exp_().mul_(values)  # times a, without its constant
    values.mul_(distribution)
    slopes.add_(density, alpha=1 / math.sqrt(2 * math.pi))


WRITTEN_OUT: Final[dict[str, Activation]] = {"relu": relu, "tanh": tanh, "sigmoid": sigmoid, "gelu": gelu}
