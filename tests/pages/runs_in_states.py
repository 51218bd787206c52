"""Runs in every state that a run can be in, with what a training says until then."""

from dataclasses import replace
from typing import Final

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.jobs.failures import failure
from core.protocol.events import Paused, Weights
from core.runs import Store
from tests.pages.finished_runs import finished_run, recorded_events

WITHOUT_WEIGHTS: Final = ("created", "queued", "begun", "failed at once", "interrupted")
WITH_WEIGHTS: Final = ("running", "paused", "stopped", "finished", "diverged", "failed")
STATES: Final = (*WITHOUT_WEIGHTS, *WITH_WEIGHTS)
DIVERGING: Final = {"learning_rate": 100.0, "l2": 1.0, "train_size": 300, "epochs": 20}
_SETTINGS: Final = {
    "train_size": 300,
    "epochs": 1,
    "eval_every": 0,
    "hidden_sizes": (16,),
    "channels": (4, 4),
}


def run_in(store: Store, state: str, data: ImageData, **settings: object) -> str:
    """Return the id of a run in one of STATES; "begun": a worker has it, and it has said nothing yet."""
    if state == "finished":
        return finished_run(store, data, **{**_SETTINGS, **settings})  # type: ignore[arg-type]
    if state == "diverged":
        settings |= DIVERGING
    config = RunConfig(**{"dataset": data.spec.name, **_SETTINGS, **settings})  # type: ignore[arg-type]
    run_id = store.create(config, queue=state != "created")
    if state in ("created", "queued"):
        return run_id
    attempt = store.claim(run_id)
    said = recorded_events(data, config)
    first = next(i for i, event in enumerate(said) if isinstance(event, Weights) and event.step > 0)
    if state in ("running", "paused", "failed"):
        store.append(run_id, attempt, said[: first + 1])
    if state == "paused":
        store.append(run_id, attempt, [Paused(said[first].step)])
    elif state.startswith("failed"):
        store.append(run_id, attempt, [failure(MemoryError(), 0)])
    elif state == "interrupted":
        store.release(run_id, attempt)
    elif state == "diverged":
        store.append(run_id, attempt, said)
    elif state == "stopped":
        store.append(run_id, attempt, [*said[:-1], replace(said[-1], reason="stopped")])
    return run_id
