"""What each event changes in its run's row."""

import json
import math
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from core.protocol.events import (
    Checkpoint,
    Diverged,
    Evaluated,
    Event,
    Failed,
    Finished,
    LearningRateChanged,
    Paused,
    Resumed,
    Started,
    Steps,
)
from core.protocol.moving_average import Average
from core.runs.run_row import DIVERGED, FAILED, PAUSED, RUNNING, read_changes
from core.runs.serialization import sentences_of


def step_of(event: Event) -> int:
    """Return how many updates were done when the event was said; a chunk's last step."""
    return event.last_step if isinstance(event, Steps) else event.step


def columns_of(event: Event, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of `runs` that the event changes, given the row so far."""
    if isinstance(event, Started):
        return _started(event, values)
    if isinstance(event, Steps):
        return {
            "step": event.last_step,
            "train_loss": _average(values["train_loss"], event.first_step, event.losses),
            "train_accuracy": _average(values["train_accuracy"], event.first_step, event.accuracies),
            "elapsed_s": event.elapsed_s,
            "images_per_s": event.images_per_s,
        }
    if isinstance(event, Evaluated):
        return _evaluated(event, values)
    if isinstance(event, LearningRateChanged):
        changes = dict(read_changes(values["learning_rate_changes"]))
        changes[event.step] = event.learning_rate
        return {"learning_rate_changes": json.dumps(sorted(changes.items()))}
    if isinstance(event, Checkpoint):
        return {"checkpoint_step": event.step}
    if isinstance(event, Paused | Resumed):
        return {"state": PAUSED if isinstance(event, Paused) else RUNNING, "step": event.step}
    if isinstance(event, Finished | Diverged | Failed):
        return _ended(event)
    return {}


def _average(past: float | None, first_step: int, values: np.ndarray) -> float:
    """Return the moving average after `values`, those of first_step and on, whatever the chunks that tell them.

    `past`: the average before; None or not finite before the first value that was.
    """
    value = math.nan if past is None else past
    count = first_step - 1 if math.isfinite(value) else 0
    return float(Average(count=count, value=value).update(values)[-1])


def _started(event: Started, values: Mapping[str, Any]) -> dict[str, Any]:
    until = values["run_until"]
    return {
        "run_until": event.step - until * event.steps_per_epoch if until < 0 else until,
        "step": event.step,
        "total_steps": event.total_steps,
        "steps_per_epoch": event.steps_per_epoch,
        "train_count": event.train_count,
        "evaluation_split": event.evaluation_split,
        "evaluation_count": event.evaluation_count,
        "parameter_count": event.parameter_count,
        "path": event.path,
        "threads": event.threads,
    }


def _evaluated(event: Evaluated, values: Mapping[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if event.split == "test":
        changes = {"test_loss": event.loss, "test_accuracy": event.accuracy}
    if event.split != values["evaluation_split"]:
        return changes
    changes |= {
        "evaluation_step": event.step,
        "evaluation_loss": event.loss,
        "evaluation_accuracy": event.accuracy,
    }
    best = values["best_accuracy"]
    if best is None or event.accuracy > best:
        changes |= {"best_step": event.step, "best_loss": event.loss, "best_accuracy": event.accuracy}
    return changes


def _ended(event: Finished | Diverged | Failed) -> dict[str, Any]:
    changes: dict[str, Any] = {"step": event.step, "lease": "", "ended_at": time.time()}
    if isinstance(event, Finished):
        return changes | {"state": event.reason, "elapsed_s": event.elapsed_s, "cause": "", "message": ""}
    state, cause = (DIVERGED, "diverged") if isinstance(event, Diverged) else (FAILED, "")
    if isinstance(event, Failed):
        cause = event.cause
    return changes | {"state": state, "cause": cause, **sentences_of(event)}
