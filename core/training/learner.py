"""What the training loop asks of a way to learn, and the records of a chunk of steps."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor


def chunk_capacity(batch_size: int) -> int:
    """Return how many steps are recorded before they must be told: 64..2048, about a million images."""
    return max(64, min(2048, 1_000_000 // batch_size))


class Learner(Protocol):
    """A model with its way of being updated: by autograd, or by formulas."""

    path: str  # as in core.training.path_selection
    chunk_capacity: int  # slots for the records of steps
    evaluation_batch: int  # images

    def step(self, batch: Tensor, learning_rate: float, slot: int) -> None:
        """Do one update on the images at positions `batch` and record it in `slot` of the chunk."""
        ...

    def read_chunk(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Return (losses, accuracies), float32 (count,), of the chunk's first `count` slots."""
        ...

    def logits(self, images: Tensor) -> Tensor:
        """Return float32 scores (N, K) for uint8 images (N, C, H, W)."""
        ...

    def weights(self) -> dict[str, np.ndarray]:
        """Return a copy of the parameters, named and shaped as in the model's state_dict."""
        ...

    def load_weights(self, arrays: dict[str, np.ndarray]) -> None:
        """Overwrite the parameters."""
        ...

    def optimizer_state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Return (tensors, plain numbers) beside the parameters that the next update depends on."""
        ...

    def load_optimizer_state(self, tensors: dict[str, Tensor], numbers: dict[str, Any]) -> None:
        """Overwrite what `optimizer_state` returned."""
        ...


@dataclass(frozen=True)
class Score:
    """Mean cross-entropy in nats, share of right answers 0..1, and the scores they come from, (N, K).

    Of no images there is neither loss nor accuracy: both are nan.
    """

    loss: float
    accuracy: float
    logits: Tensor


def evaluate(
    learner: Learner, images: Tensor, labels: Tensor, before_each: Callable[[], None] | None = None
) -> Score:
    """Return the learner's score on uint8 images (N, C, H, W) with labels int64 (N,), in batches.

    before_each: called before each batch: what is evaluated for long lets others compute meanwhile.
    """
    parts: list[Tensor] = []
    with torch.no_grad():
        for part in images.split(learner.evaluation_batch):
            if before_each is not None:
                before_each()
            parts.append(learner.logits(part))
        logits = torch.cat(parts).cpu()
        scores = logits.T.contiguous()  # (K, N): a softmax over the first dimension is six times faster
        loss = -torch.log_softmax(scores, 0).gather(0, labels[None]).mean().item()
        accuracy = (logits.argmax(1) == labels).double().mean().item()
    return Score(loss, accuracy, logits)
