"""A softmax regression trained on real MNIST, made once for all tests of this folder."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import nn

from core.datasets import ImageData


@dataclass(frozen=True, eq=False)
class Trained:
    """A softmax regression after one epoch of SGD on unit pixels, and its logits on the test set."""

    weight: np.ndarray
    bias: np.ndarray
    logits: np.ndarray
    labels: np.ndarray


@pytest.fixture(scope="session")
def pixels(mnist: ImageData) -> np.ndarray:
    """The test images as float32 (10000, 784) in [0, 1]."""
    return mnist.test_images.reshape(10_000, 784).astype(np.float32) / 255


@pytest.fixture(scope="session")
def trained(mnist: ImageData, pixels: np.ndarray) -> Trained:
    images = torch.from_numpy(mnist.train_images.reshape(60_000, 784).astype(np.float32) / 255)
    labels = torch.from_numpy(np.array(mnist.train_labels))
    layer = nn.Linear(784, 10)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    for start in range(0, 60_000, 100):
        batch = slice(start, start + 100)
        layer.zero_grad()
        nn.functional.cross_entropy(layer(images[batch]), labels[batch]).backward()
        with torch.no_grad():
            for parameter in layer.parameters():
                parameter -= 0.2 * parameter.grad
    with torch.no_grad():
        logits = layer(torch.from_numpy(pixels)).numpy()
    return Trained(
        layer.weight.detach().numpy(), layer.bias.detach().numpy(), logits, np.array(mnist.test_labels)
    )
