"""Max pooling against PyTorch's own: the same values and gradients to the bit, ties and what cannot be halved too."""

import pytest
import torch
from torch import Tensor, nn

from core.models.max_pool import MaxPool2x2

SHAPES = [
    (1, 16, 28, 28),
    (7, 3, 6, 10),
    (2, 1, 2, 2),
    (3, 5, 7, 6),
    (3, 5, 6, 7),
    (0, 4, 4, 4),
]


def images(shape: tuple[int, ...], layout: torch.memory_format) -> Tensor:
    """Return small whole numbers, so that many windows hold their maximum more than once."""
    values = torch.randint(-2, 3, shape, generator=torch.Generator().manual_seed(1)).float()
    return values.contiguous(memory_format=layout).requires_grad_()


@pytest.mark.parametrize("layout", [torch.channels_last, torch.contiguous_format])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_values_and_gradients_are_pytorchs(shape: tuple[int, ...], layout: torch.memory_format) -> None:
    given, ours, torchs = images(shape, layout), MaxPool2x2(), nn.MaxPool2d(2)
    values, expected = ours(given), torchs(given)
    assert torch.equal(values, expected)
    upstream = torch.randn(values.shape, generator=torch.Generator().manual_seed(2))
    (gradient,) = torch.autograd.grad(values, given, upstream)
    (wanted,) = torch.autograd.grad(expected, given, upstream)
    assert torch.equal(gradient, wanted)
    with torch.no_grad():
        assert torch.equal(ours(given), expected)


def test_what_it_gives_on_lies_in_memory_as_it_was_given() -> None:
    given = images((4, 8, 12, 12), torch.channels_last)
    assert MaxPool2x2()(given).is_contiguous(memory_format=torch.channels_last)
    assert MaxPool2x2()(given.detach()).is_contiguous(memory_format=torch.channels_last)
