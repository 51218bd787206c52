"""The two matrix products of linear models, in the shape that the processor's fastest kernel takes.

A few classes times a hundred images is a product that general matrix kernels are bad at: for 10 x 784 x 100 MKL,
which torch brings, takes 26 us, OpenBLAS, which NumPy brings, 14.5 us (one AVX-512 core) by a kernel that it has for
products of at most a million multiplications. Where there is that kernel, larger products are done in pieces. It needs
AVX-512: without it the larger the product the better, and models side by side are one (16 models on an AVX2 core:
0.34 ms for all scores in one product, 0.72 ms one by one).
"""

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

SMALL: Final = 900_000  # multiplications; measured: 784,000 take 14.5 us, 1,003,520 take 71 us
HAS_SMALL_KERNEL: Final = torch.backends.cpu.get_cpu_capability() == "AVX512"


def piece_size(weight: Matrix) -> int:
    """Return how many images one small product takes, for weights (K, D)."""
    return max(1, SMALL // weight.size)


def scores_into(out: Matrix, weight: Matrix, inputs: Matrix) -> None:
    """Write weight @ inputs.T into `out`: (K, D), (B, D) -> (K, B)."""
    B, size = len(inputs), piece_size(weight)
    if size >= B:
        np.dot(weight, inputs.T, out=out)
        return
    for start in range(0, B, size):
        out[:, start : start + size] = np.dot(weight, inputs[start : start + size].T)


def gradient_into(out: Matrix, errors: Matrix, inputs: Matrix) -> None:
    """Write errors @ inputs into `out`: (K, B), (B, D) -> (K, D)."""
    B, size = len(inputs), piece_size(out)
    np.dot(errors[:, :size], inputs[:size], out=out)
    for start in range(size, B, size):
        out += np.dot(errors[:, start : start + size], inputs[start : start + size])


def scores_of_all_into(out: Matrix, weights: Matrix, inputs: Matrix) -> None:
    """Write the scores of M models into `out`: (M, K, D), (B, D) -> (M, K, B), all C-contiguous."""
    if HAS_SMALL_KERNEL:
        for model, weight in zip(out, weights, strict=True):
            scores_into(model, weight, inputs)
    else:
        np.dot(weights.reshape(-1, weights.shape[2]), inputs.T, out=out.reshape(-1, len(inputs)))


def gradients_of_all_into(out: Matrix, errors: Matrix, inputs: Matrix) -> None:
    """Write the gradients of M models into `out`: (M, K, B), (B, D) -> (M, K, D), all C-contiguous."""
    if HAS_SMALL_KERNEL:
        for model, error in zip(out, errors, strict=True):
            gradient_into(model, error, inputs)
    else:
        np.dot(errors.reshape(-1, len(inputs)), inputs, out=out.reshape(-1, out.shape[2]))
