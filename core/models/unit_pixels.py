"""A model for standardised pixels, asked with plain ones."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class UnitPixels(nn.Module):
    """A model for standardised pixels as a model for pixels in [0, 1]; mean, std: one number per channel."""

    mean: Tensor
    std: Tensor

    def __init__(self, model: nn.Module, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        self.model = model
        self.register_buffer("mean", torch.tensor(mean).view(1, -1, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(1, -1, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        """Return the logits (N, K) of images (N, C, H, W) in [0, 1]."""
        return self.model((images - self.mean) / self.std)
