"""Runs that a test leaves behind: stopped, so that the next test finds free cores."""

from core.runs import Store


def stop_all(store: Store) -> None:
    """Order every run that waits, trains or pauses to stop, and print what became of each."""
    for row in store.list(statuses=["queued", "running", "paused"], limit=1000):
        print(f"run {row.id} of {store.url}: {row.status}, step {row.step}")  # shown if the test failed
        store.order(row.id, command="stop")
