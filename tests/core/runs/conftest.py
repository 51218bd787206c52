"""A store in a file of its own, and the events of a small run told by hand."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.config.app_settings import Settings
from core.config.run_config import RunConfig
from core.protocol.events import Event, Started, Steps, Weights
from core.runs import Store


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    """Return where the store's file will be."""
    return tmp_path / "inkling.db"


@pytest.fixture
def store(store_path: Path) -> Iterator[Store]:
    """Return an empty store in a file."""
    opened = open_store(store_path)
    yield opened
    opened.close()


def open_store(path: Path, busy_s: float = 3.0, **limits: float) -> Store:
    """Open the store at `path` as another process would, with settings of its own."""
    return Store(f"sqlite:///{path}", settings=Settings(**limits), busy_s=busy_s)


def started(step: int = 0, total_steps: int = 30) -> Started:
    return Started(step, total_steps, 10, 1000, "test", 100, 7850, "closed-form", 1)


def steps(first: int, last: int, loss: float = 1.0) -> Steps:
    """Return a chunk in which every loss and accuracy tells its step."""
    numbers = np.arange(first, last + 1, dtype=np.float32)
    return Steps(first, loss / numbers, numbers / 1000, 0.1, last / 100, 5000.0)


def weights(step: int, keep: bool = True) -> Weights:
    """Return the weights of a softmax regression, made from `step`."""
    numbers = np.random.default_rng(step).standard_normal((10, 784)).astype(np.float32)
    return Weights(step, {"linear.weight": numbers, "linear.bias": numbers[:, 0].copy()}, keep)


def claimed(store: Store, config: RunConfig | None = None, **facts: str) -> tuple[str, int]:
    """Return (run id, attempt) of a new run that this process holds."""
    run_id = store.create(config or RunConfig(), **facts)
    attempt = store.claim(run_id)
    assert attempt
    return run_id, attempt


def told(store: Store, *events: Event, config: RunConfig | None = None) -> tuple[str, int]:
    """Return (run id, attempt) of a new run that has said `events`."""
    run_id, attempt = claimed(store, config)
    store.append(run_id, attempt, events)
    return run_id, attempt
