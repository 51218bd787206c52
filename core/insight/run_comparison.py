"""Several runs side by side: what differs, their curves on one axis, seeds gathered to a mean and a band."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from core.config.run_config import FIELD_NAMES, RunConfig, applies
from core.protocol.events import Evaluated, Recorded, Started, Steps
from core.protocol.moving_average import Average

MOST_RUNS: Final = 6
Axis = Literal["steps", "epochs", "seconds"]
Quantity = Literal["loss", "accuracy"]
AXES: Final[tuple[Axis, ...]] = ("steps", "epochs", "seconds")


@dataclass(frozen=True, eq=False)
class Curve:
    """One line: x float64 (n,), rising; y float64 (n,), loss in nats or accuracy 0..1."""

    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True, eq=False)
class Band:
    """Several curves on common places: mean, and the lowest and highest there, each float64 (n,)."""

    x: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def differing_settings(configs: Sequence[RunConfig]) -> list[str]:
    """Return the fields in which the configs are not all alike where they apply, in the order of the form."""
    return [
        name
        for name in FIELD_NAMES
        if len({getattr(config, name) if applies(name, config) else None for config in configs}) > 1
        and any(applies(name, config) for config in configs)
    ]


def differ_only_in_seed(configs: Sequence[RunConfig]) -> bool:
    """Return whether two or more runs are repeats of each other under other seeds."""
    return len(configs) > 1 and differing_settings(configs) == ["seed"]


def seed_groups(configs: Sequence[RunConfig]) -> list[list[int]]:
    """Return positions of configs that are alike but for the seed, in order of first appearance."""
    groups: dict[RunConfig, list[int]] = {}
    for place, config in enumerate(configs):
        groups.setdefault(replace(config, seed=0), []).append(place)
    return list(groups.values())


def batch_curve(events: Sequence[Recorded], quantity: Quantity, axis: Axis, smoothing: float) -> Curve:
    """Return the mini-batches' figures, smoothed with weight `smoothing` in [0, 1) for the past."""
    chunks = [event for event in events if isinstance(event, Steps) and len(event.losses)]
    if not chunks:
        return Curve(np.zeros(0), np.zeros(0))
    name = "losses" if quantity == "loss" else "accuracies"
    y = np.concatenate([getattr(chunk, name) for chunk in chunks]).astype(np.float64)
    steps = np.concatenate([np.arange(c.first_step, c.last_step + 1) for c in chunks])
    return Curve(_on_axis(events, steps, axis), Average(smoothing).update(y) if smoothing else y)


def held_out_curve(events: Sequence[Recorded], quantity: Quantity, axis: Axis) -> Curve:
    """Return the figures on the split that the run is judged by; a final one on the test set is not among them."""
    split = next((event.evaluation_split for event in events if isinstance(event, Started)), "test")
    told = {e.step: getattr(e, quantity) for e in events if isinstance(e, Evaluated) and e.split == split}
    steps = np.array(sorted(told), np.int64)
    return Curve(_on_axis(events, steps, axis), np.array([told[int(step)] for step in steps], np.float64))


def _on_axis(events: Sequence[Recorded], steps: np.ndarray, axis: Axis) -> np.ndarray:
    """Return steps as epochs, or as seconds of training by the ends of the chunks they were told in."""
    if axis == "steps":
        return steps.astype(np.float64)
    if axis == "epochs":
        per_epoch = next((event.steps_per_epoch for event in events if isinstance(event, Started)), 1)
        return steps / max(per_epoch, 1)
    chunks = [event for event in events if isinstance(event, Steps)]
    ends = [0, *(chunk.last_step for chunk in chunks)]
    times = [0.0, *np.maximum.accumulate([chunk.elapsed_s for chunk in chunks])] if chunks else [0.0]
    return np.interp(steps, ends, times)


def band(curves: Sequence[Curve], points: int = 300) -> Band:
    """Return mean and span of curves over the stretch that they all cover.

    Raises: ValueError for no curve, or one without points.
    """
    if not curves or any(len(curve.x) == 0 for curve in curves):
        raise ValueError("a band needs at least one curve, each with points")  # not said: for programmers
    start, end = max(c.x[0] for c in curves), min(c.x[-1] for c in curves)
    shared = np.unique(np.concatenate([c.x for c in curves]))
    shared = shared[(shared >= start) & (shared <= end)]
    if len(shared) > points:
        shared = np.linspace(start, end, points)
    values = np.stack([np.interp(shared, c.x, c.y) for c in curves])
    return Band(shared, values.mean(axis=0), values.min(axis=0), values.max(axis=0))
