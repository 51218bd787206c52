"""A real run: softmax regression by plain numpy on MNIST's test images, every step's weights kept."""

from dataclasses import dataclass

import numpy as np
import pytest

from core.datasets import ImageData


@dataclass(frozen=True)
class SmallRun:
    """losses, accuracies: (steps,); weights: (steps + 1, 10, 784) float32, index 0 before training."""

    losses: np.ndarray
    accuracies: np.ndarray
    weights: np.ndarray


@pytest.fixture(scope="session")
def small_run(mnist: ImageData) -> SmallRun:
    """Return 120 steps of batch 100, learning rate 0.1, from PyTorch's initialisation."""
    X = mnist.test_images.reshape(len(mnist.test_images), -1).astype(np.float32) / 255
    y = np.asarray(mnist.test_labels)
    draw = np.random.default_rng(0)
    W = draw.uniform(-1 / 28, 1 / 28, (10, 784)).astype(np.float32)
    losses, accuracies, weights = [], [], [W.copy()]
    for _ in range(120):
        batch = draw.integers(0, len(X), 100)
        logits = X[batch] @ W.T
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        losses.append(-np.log(p[np.arange(100), y[batch]]).mean())
        accuracies.append((logits.argmax(axis=1) == y[batch]).mean())
        p[np.arange(100), y[batch]] -= 1
        W -= 0.1 * p.T @ X[batch] / 100
        weights.append(W.copy())
    return SmallRun(np.array(losses, np.float32), np.array(accuracies, np.float32), np.array(weights))
