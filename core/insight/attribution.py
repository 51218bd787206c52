"""Which pixels moved an MLP's or a CNN's answer: input gradient and integrated gradients, by Captum."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

_STEPS: Final = (16, 32, 64, 128)
_GAP: Final = 0.01  # of what the pixels add up to
_LEAST_GAP: Final = 1e-3


@dataclass(frozen=True, eq=False)
class Attribution:
    """What each value of an image (C, H, W) did for one class's logit.

    values: float64 (C, H, W). For integrated gradients they add up to logit - baseline_logit, but for `gap`,
    which is what the steps of the integral left over; for the input gradient they are slopes and add up to
    nothing.
    """

    method: str
    label: int
    values: NDArray[np.float64]
    logit: float
    baseline_logit: float
    gap: float


def input_gradient(
    model: nn.Module, image: NDArray[np.float32], label: int, other: int | None = None
) -> Attribution:
    """Return the slope of the class's logit (minus that of class `other`) over the image (C, H, W).

    Simonyan, Vedaldi, Zisserman: Deep inside convolutional networks, arXiv:1312.6034, 2013, section 3.
    """
    score = _Score(model, label, other)
    pixels = torch.from_numpy(np.ascontiguousarray(image, np.float32))[None].requires_grad_()
    with _evaluating(model), torch.enable_grad():
        value = score(pixels)
        (slope,) = torch.autograd.grad(value.sum(), pixels)
        zero = score(torch.zeros_like(pixels)).item()
    values = slope[0].numpy().astype(np.float64)
    return Attribution("input gradient", label, values, value.item(), zero, 0.0)  # not said: a code


def integrated_gradients(
    model: nn.Module,
    image: NDArray[np.float32],
    label: int,
    other: int | None = None,
    baseline: NDArray[np.float32] | None = None,
    steps: int | None = None,
) -> Attribution:
    """Return what each pixel added to the class's logit (minus that of `other`) on the way from the baseline.

    Sundararajan, Taly, Yan: Axiomatic attribution for deep networks, ICML 2017 (arXiv:1703.01365), by Captum.
    image, baseline: (C, H, W), scaled as the model expects; baseline: blank paper (default: all zeros). steps: of the
    integral; None: as few as leave a gap of at most a hundredth of what the pixels add up to.
    """
    if steps is None:
        return _in_few_steps(model, image, label, other, baseline)
    from captum.attr import IntegratedGradients  # here: Captum takes half a second to import

    score = _Score(model, label, other)
    pixels = torch.from_numpy(np.ascontiguousarray(image, np.float32))[None]
    start = (
        torch.zeros_like(pixels)
        if baseline is None
        else torch.from_numpy(np.array(baseline, np.float32))[None]
    )
    with _evaluating(model), torch.enable_grad():
        values, gap = IntegratedGradients(score).attribute(
            pixels, baselines=start, n_steps=steps, return_convergence_delta=True
        )
        logit, baseline_logit = score(pixels).item(), score(start).item()
    array = values[0].detach().numpy().astype(np.float64)
    return Attribution(
        "integrated gradients", label, array, logit, baseline_logit, gap.item()
    )  # not said: a code


def _in_few_steps(
    model: nn.Module,
    image: NDArray[np.float32],
    label: int,
    other: int | None,
    baseline: NDArray[np.float32] | None,
) -> Attribution:
    *fewer, most = _STEPS
    for steps in fewer:
        found = integrated_gradients(model, image, label, other, baseline, steps)
        if abs(found.gap) <= max(_LEAST_GAP, _GAP * abs(found.logit - found.baseline_logit)):
            return found
    return integrated_gradients(model, image, label, other, baseline, most)


def against(one: Attribution, other: Attribution) -> Attribution:
    """Return the same for the logit of one class minus that of another: gradients of a difference are differences."""
    return Attribution(
        one.method,
        one.label,
        one.values - other.values,
        one.logit - other.logit,
        one.baseline_logit - other.baseline_logit,
        one.gap - other.gap,
    )


def loss_gradient(model: nn.Module, image: NDArray[np.float32], label: int) -> NDArray[np.float64]:
    """Return the gradient of the cross-entropy of `label` over the image (C, H, W), same shape."""
    pixels = torch.from_numpy(np.ascontiguousarray(image, np.float32))[None].requires_grad_()
    with _evaluating(model), torch.enable_grad():
        loss = nn.functional.cross_entropy(model(pixels), torch.tensor([label]))
        (slope,) = torch.autograd.grad(loss, pixels)
    return slope[0].numpy().astype(np.float64)


class _Score:
    """images (n, C, H, W) -> (n,), the logit of `label`, minus that of `other` if there is one."""

    def __init__(self, model: nn.Module, label: int, other: int | None) -> None:
        self._model, self._label, self._other = model, label, other

    def __call__(self, images: Tensor) -> Tensor:
        logits = self._model(images)
        return logits[:, self._label] - (0 if self._other is None else logits[:, self._other])


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    """Put the model in evaluation mode, and back in the mode it had."""
    was_training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(was_training)
