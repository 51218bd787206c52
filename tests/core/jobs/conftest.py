"""Runs that are really trained: in this process, or by an engine with its runner and workers."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.config.app_settings import Settings
from core.config.run_config import RunConfig
from core.jobs.engine import EmbeddedEngine
from core.jobs.store_controls import InterruptSignal
from core.jobs.worker import train_here
from core.protocol.events import Event
from core.runs import RunRow, Store
from tests.polling import until

SMALL = RunConfig(train_size=1000, batch_size=50, epochs=3, eval_every=0, seed=3)  # 60 steps, 20 an epoch


@pytest.fixture
def store(tmp_path: Path, data_folder: Path) -> Iterator[Store]:
    """Return an empty store whose runs find the session's data."""
    opened = open_store(tmp_path, data_folder)
    yield opened
    opened.close()


def open_store(folder: Path, data_folder: Path, **limits: Any) -> Store:
    """Return the store in `folder` with settings of its own."""
    settings = replace(Settings(data=str(data_folder), checkpoint_s=0.2, cores=1), **limits)
    return Store(f"sqlite:///{folder / 'inkling.db'}", settings=settings)


def train_run(
    store: Store, run_id: str, on_event: Callable[[Event, InterruptSignal], None] | None = None
) -> RunRow:
    """Train a run in this process and return it as it then stands; `on_event` hears every event and may recall it."""
    interrupt_signal = InterruptSignal()
    assert train_here(
        store,
        run_id,
        store.settings,
        interrupt_signal,
        lambda event: on_event and on_event(event, interrupt_signal),
    )
    return store.get(run_id)


def final_weights(store: Store, run_id: str) -> dict[str, np.ndarray]:
    """Return the weights after the run's last step."""
    row = store.get(run_id)
    assert store.snapshots(run_id)[-1] == row.step
    return store.snapshot(run_id, row.step)


def assert_same_bits(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> None:
    """Fail unless two sets of weights are equal in every bit."""
    assert set(a) == set(b)
    for name in a:
        assert a[name].tobytes() == b[name].tobytes(), name


@pytest.fixture(scope="session")
def lab(
    tmp_path_factory: pytest.TempPathFactory, data_folder: Path
) -> Iterator[tuple[Store, EmbeddedEngine]]:
    """Return a store and an engine on it, shared by all tests since its start takes seconds."""
    store = open_store(tmp_path_factory.mktemp("lab"), data_folder, cores=2, max_epochs=1000)
    engine = EmbeddedEngine(store)
    yield store, engine
    engine.close()
    store.close()


def ended(store: Store, run_id: str) -> RunRow:
    """Return the run once it has ended."""
    until(lambda: store.get(run_id).has_ended, f"run {run_id} to end")
    return store.get(run_id)
