"""The only things a training run says. Frozen, numbers and arrays only; standard library and numpy."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

FloatArray = np.ndarray
IntArray = np.ndarray

STRIP_SIZE: Final = 20  # images of the test set whose predicted class every evaluation reports


@dataclass(frozen=True)
class Started:
    """The run begins (or continues, `step` > 0): what it will do and how it computes."""

    step: int
    total_steps: int
    steps_per_epoch: int
    train_count: int
    evaluation_split: str  # "validation" or "test"
    evaluation_count: int
    parameter_count: int
    path: str  # "closed-form", "written-out" or "autograd"
    threads: int


@dataclass(frozen=True)
class Steps:
    """A chunk of consecutive optimizer steps: `first_step` counts from 1.

    losses: float32 (n,), mean cross-entropy of each mini-batch before its update, nats.
    accuracies: float32 (n,), share of right answers in each mini-batch before its update, 0..1.
    """

    first_step: int
    losses: FloatArray
    accuracies: FloatArray
    learning_rate: float  # of the last step in the chunk
    elapsed_s: float  # training time so far, pauses and waits left out
    images_per_s: float  # over this chunk

    @property
    def last_step(self) -> int:
        return self.first_step + len(self.losses) - 1


@dataclass(frozen=True)
class Evaluated:
    """The model after `step` updates on a whole split ("train", "validation" or "test").

    strip: int64 (<= STRIP_SIZE,), predicted class of the test set's first images.
    """

    step: int
    split: str
    loss: float
    accuracy: float
    strip: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))


@dataclass(frozen=True)
class Weights:
    """The model's parameters after `step` updates, name -> float32 array as in its state_dict.

    keep: True for the snapshots that time travel uses, False for a glimpse that the next one replaces.
    """

    step: int
    arrays: dict[str, FloatArray]
    keep: bool


@dataclass(frozen=True)
class LearningRateChanged:
    """From `step` (updates done so far) on, the schedule's base is this learning rate."""

    step: int
    learning_rate: float


@dataclass(frozen=True)
class Paused:
    """The run waits after `step` updates."""

    step: int


@dataclass(frozen=True)
class Resumed:
    """The run goes on after a pause."""

    step: int


@dataclass(frozen=True)
class Checkpoint:
    """All that is needed to go on after `step` updates as if nothing had happened (see core.training.checkpoint)."""

    step: int
    state: bytes


@dataclass(frozen=True)
class Logits:
    """The final model's scores for a whole split, float32 (N, K), K classes."""

    step: int
    split: str
    logits: FloatArray


@dataclass(frozen=True)
class Finished:
    """The end that was planned ("finished") or asked for ("stopped")."""

    step: int
    reason: str  # "finished" or "stopped"
    elapsed_s: float


@dataclass(frozen=True)
class Diverged:
    """The loss stopped being a finite number at `step`; the run is over."""

    step: int
    elapsed_s: float
    message: str
    remedy: str


@dataclass(frozen=True)
class Failed:
    """The run could not go on. cause: "user_error", "worker_lost" or "timeout"."""

    step: int
    cause: str
    message: str
    remedy: str


Event = (
    Started
    | Steps
    | Evaluated
    | Weights
    | LearningRateChanged
    | Paused
    | Resumed
    | Checkpoint
    | Logits
    | Finished
    | Diverged
    | Failed
)

# what a store keeps of them, in order
Recorded = Started | Steps | Evaluated | LearningRateChanged | Paused | Resumed | Finished | Diverged | Failed

TERMINAL: Final = (Finished, Diverged, Failed)
