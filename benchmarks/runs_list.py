"""How long the store's list and comparison take with 1,000 runs of 3,000 steps: `python -m benchmarks.runs_list`.

One real run is trained and adopted 1,000 times under other names and settings; then every query is asked anew.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from core.config.run_config import RunConfig
from core.datasets import load
from core.protocol.events import Checkpoint, Steps, Weights
from core.runs import Store
from core.runs.loss_history import loss_histories
from core.training.loop import train


def fill(store: Store, count: int) -> None:
    """Put `count` runs of 3,000 steps into the store, each with its first and last weights."""
    config = RunConfig(epochs=5)
    told = list(train(load("mnist"), config))
    story = [e for e in told if not isinstance(e, Checkpoint | Weights)]
    story[-1:-1] = [e for e in told if isinstance(e, Weights) and e.step in (0, 3000)]
    print(f"one run: {sum(isinstance(e, Steps) for e in story)} chunks of steps, {len(story)} events")
    for number in range(count):
        own = replace(config, seed=number, learning_rate=0.01 * (1 + number % 20))
        store.add_finished_run(
            own, story, name=f"run number {number}", owner=f"visitor{number % 10}", tags=["bench"]
        )


def timed_ms(ask: Callable[[], object], times: int = 7) -> tuple[float, float]:
    """Return (median, longest) milliseconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        ask()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken), max(taken)


def main() -> None:
    """Fill a store and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--store", help="an existing SQLite file filled by an earlier call")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{options.store or Path(folder) / 'runs.db'}")
        if not options.store:
            fill(store, options.runs)
        rows = store.list(limit=5000)
        six = [row.id for row in rows[:6]]
        queries: dict[str, Callable[[], object]] = {
            "every run, newest first": lambda: store.list(limit=5000),
            "one visitor's": lambda: store.list(owner="visitor3", limit=5000),
            "one dataset and model, by accuracy": lambda: store.list(
                dataset="mnist", model="softmax", sort="test_accuracy", limit=5000
            ),
            "search by a word": lambda: store.list(search="99", limit=5000),
            "the small curves of every run": lambda: loss_histories(store, rows),
            "the small curves of 20 new runs": lambda: loss_histories(store, rows[:20]),
            "has anything changed": store.list_version,
            "comparison: every step of six runs": lambda: [store.events_since(run_id) for run_id in six],
            "comparison: final scores of six runs": lambda: [store.logits(run_id) for run_id in six],
            "comparison: weights of six runs": lambda: [store.newest_weights(run_id) for run_id in six],
        }
        print(f"\n| query, {len(rows):,} runs | median, ms | longest, ms |\n|---|---|---|")
        for name, ask in queries.items():
            median, longest = timed_ms(ask)
            print(f"| {name} | {median:.0f} | {longest:.0f} |")


if __name__ == "__main__":
    main()
