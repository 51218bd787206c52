"""Runs in training: one that goes on for long, and the end of those that a test leaves behind."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.config.run_config import RunConfig
from core.runs import Store
from tests.polling import until

LONG = RunConfig(train_size=1000, batch_size=50, epochs=200, eval_every=1000)


@contextmanager
def in_training(store: Store, config: RunConfig, steps_a_second: int) -> Iterator[str]:
    """Hold a run that is in training; an app must have started what trains, as its first visitor has it do."""
    run_id = store.create(config, pace=f"steps:{steps_a_second}")
    store.enqueue(run_id)
    try:
        until(lambda: store.get(run_id).step > steps_a_second, "its first steps")
        yield run_id
    finally:
        store.order(run_id, command="stop")


def stop_all(store: Store) -> None:
    """Order every run that waits, trains or pauses to stop, and print what became of each."""
    for row in store.list(statuses=["queued", "running", "paused"], limit=1000):
        print(f"run {row.id} of {store.url}: {row.status}, step {row.step}")  # shown if the test failed
        store.order(row.id, command="stop")
