"""Which pixels moved an MLP's or a CNN's answer: input gradient and integrated gradients, by Captum."""

from collections.abc import Iterator, Sequence
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


def input_gradients_of(
    model: nn.Module, image: NDArray[np.float32], labels: Sequence[int]
) -> list[Attribution]:
    """Return `input_gradient` for each class."""
    return [input_gradient(model, image, label) for label in labels]


def integrated_gradients(
    model: nn.Module,
    image: NDArray[np.float32],
    label: int,
    other: int | None = None,
    baseline: NDArray[np.float32] | None = None,
    steps: int | None = None,
) -> Attribution:
    """Return what each pixel added to the class's logit (minus that of `other`) on the way from the baseline.

    As `integrated_gradients_of`, which does several classes at once.
    """
    if other is None:
        return integrated_gradients_of(model, image, (label,), baseline, steps)[0]
    return against(*integrated_gradients_of(model, image, (label, other), baseline, steps))


def integrated_gradients_of(
    model: nn.Module,
    image: NDArray[np.float32],
    labels: Sequence[int],
    baseline: NDArray[np.float32] | None = None,
    steps: int | None = None,
) -> list[Attribution]:
    """Return, for each class, what each pixel added to its logit on the way from the baseline: all in one batch.

    Sundararajan, Taly, Yan: Axiomatic attribution for deep networks, ICML 2017 (arXiv:1703.01365), by Captum.
    image, baseline: (C, H, W), scaled as the model expects; baseline: blank paper (default: all zeros). steps: of the
    integral; None: as few as leave gaps of at most a hundredth of what the pixels add up to for the class that they
    tell most of, as maps that are shown side by side have one scale.
    """
    if steps is None:
        return _in_few_steps(model, image, labels, baseline)
    from captum.attr import IntegratedGradients  # here: Captum takes half a second to import

    blank = np.zeros_like(image) if baseline is None else baseline
    pixels, start = (torch.from_numpy(np.array(one, np.float32))[None] for one in (image, blank))
    each = (len(labels), 1, 1, 1)  # (1, C, H, W) -> (classes, C, H, W)
    with _evaluating(model), torch.enable_grad():
        found = IntegratedGradients(model).attribute(
            pixels.repeat(each), baselines=start.repeat(each), target=[*labels], n_steps=steps
        )
        with torch.no_grad():
            ends = model(torch.cat([pixels, start])).double()
    return [
        _told(label, values.detach().double().numpy(), *ends[:, label].tolist())
        for label, values in zip(labels, found, strict=True)
    ]


def _told(label: int, values: NDArray[np.float64], logit: float, baseline_logit: float) -> Attribution:
    gap = float(values.sum()) - (logit - baseline_logit)
    return Attribution("integrated gradients", label, values, logit, baseline_logit, gap)  # not said: a code


def _in_few_steps(
    model: nn.Module,
    image: NDArray[np.float32],
    labels: Sequence[int],
    baseline: NDArray[np.float32] | None,
) -> list[Attribution]:
    *fewer, most = _STEPS
    for steps in fewer:
        found = integrated_gradients_of(model, image, labels, baseline, steps)
        most_told = max(abs(one.logit - one.baseline_logit) for one in found)
        if all(abs(one.gap) <= max(_LEAST_GAP, _GAP * most_told) for one in found):
            return found
    return integrated_gradients_of(model, image, labels, baseline, most)


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
