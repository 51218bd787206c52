"""Training: `for event in train(data, config): ...`, any model and optimizer, one loop."""

from core.training.loop import threads_for, train

__all__ = ["threads_for", "train"]
