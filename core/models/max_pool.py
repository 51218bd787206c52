"""Max pooling over windows of 2 x 2 for models that are asked, several times as fast on a CPU as PyTorch's own.

PyTorch looks at one window after the other and notes where its maximum was, which only a gradient needs. Here the
maximum of whole columns and rows of windows is taken at once, all channels side by side: the same values to the bit.
"""

import torch
from torch import Tensor, nn


class MaxPool2x2(nn.MaxPool2d):
    """torch.nn.MaxPool2d(2) for images (B, C, H, W); PyTorch's own where a gradient is wanted, or for other layouts in
    memory than channels-last.
    """

    def __init__(self) -> None:
        super().__init__(2)

    def forward(self, input: Tensor) -> Tensor:
        """Return the maximum of every window, (B, C, H // 2, W // 2)."""
        wants_gradient = torch.is_grad_enabled() and input.requires_grad
        if wants_gradient or torch.compiler.is_exporting() or not _can_be_halved(input):
            return super().forward(input)
        images = input.permute(0, 2, 3, 1)
        windows = images.unflatten(2, (-1, 2)).unflatten(1, (-1, 2))  # (B, H / 2, 2, W / 2, 2, C)
        of_rows = torch.maximum(*windows.unbind(4))
        return torch.maximum(*of_rows.unbind(2)).permute(0, 3, 1, 2)


def _can_be_halved(images: Tensor) -> bool:
    """Return whether every pixel of channels-last images is in a window."""
    _B, _C, H, W = images.shape
    return H % 2 == 0 == W % 2 and images.is_contiguous(memory_format=torch.channels_last)
