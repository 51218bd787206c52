"""Make the store that lies in the tests for a version: `python make_store.py STORE.zip` in a checkout of that version.

    git worktree add /tmp/earlier COMMIT && cd /tmp/earlier && python PATH/TO/make_store.py PATH/TO/COMMIT.zip

It does with that version what its users do: the app's own runner trains, the command line too. The zip holds the
store and the folder of people's own datasets. So that it is small, the runs are short, and left out is what the app
makes again: the final scores on MNIST's 10,000 test images, and the two larger ready models.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))
VISITOR, OTHER = "ada-0123456789ab", "bob-0123456789ab"


def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 300
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.05)


def make(data: Path) -> None:
    """Fill the data folder, which the environment names already."""
    import numpy as np

    try:
        from core.config.run_config import RunConfig
        from core.datasets.user_datasets import add_images, create_own
        from core.pretrained.registry import adopt_shipped
    except ImportError:  # commit 43dcad8
        from core.datasets.own import add_images, create_own
        from core.shipped import adopt_shipped

        from core.config import RunConfig
    from core.jobs.engine import EmbeddedEngine
    from core.runs import Store
    from core.search import Dimension, Searches, SearchPlan

    store = Store()
    adopt_shipped(store)
    own = create_own("Bars", ("upright", "level"), (1, 28, 28)).name
    images = np.zeros((60, 1, 28, 28), np.uint8)
    for place, image in enumerate(images[:, 0]):
        side = image if place % 2 == 0 else image.T
        side[4:24, 10 + place // 2 % 3] = 255
    add_images(own, images, np.arange(60) % 2)

    mnist = RunConfig(train_size=300, batch_size=100, epochs=2, eval_every=0)
    small = replace(mnist, model="mlp", hidden_sizes=(4,))
    bars = RunConfig(dataset=own, batch_size=10, epochs=3, eval_every=0)
    long = replace(small, epochs=100, learning_rate=0.05)
    engine = EmbeddedEngine(store)

    def run(config: RunConfig, name: str, owner: str = VISITOR, **orders: object) -> str:
        run_id = store.create(config, name=name, owner=owner, **orders)
        engine.submit(run_id)
        return run_id

    def is_(run_id: str, status: str, step: int = 0) -> Callable[[], bool]:
        return lambda: store.get(run_id).status == status and store.get(run_id).step >= step

    for config, name, owner in (
        (mnist, "a visitor's", VISITOR), (bars, "on own data", VISITOR), (small, "another's", OTHER),
        (small, "nobody's", ""),
    ):  # fmt: skip
        until(is_(run(config, name, owner), "finished"), name)
    stopped = run(long, "stopped", pace="steps:20", note="Stopped half way.", tags=["slow"])
    until(is_(stopped, "running", 10), "the run to stop")
    engine.command(stopped, command="stop")
    until(is_(stopped, "stopped"), "it to have stopped")
    told = [
        "train",
        "--model",
        "mlp",
        "--hidden-sizes",
        "4",
        "--train-size",
        "300",
        "--epochs",
        "1",
        "--seed",
        "7",
    ]
    subprocess.run([sys.executable, "-m", "core", *told, "--name", "from the command line"], check=True)

    plan = SearchPlan(
        bars, (Dimension("learning_rate", ("0.01", "0.1")),), sampler="grid", trials=2, parallel=1
    )
    searches = Searches(store)
    search = searches.create(plan, owner=VISITOR, name="a search")
    until(lambda: searches.get(search).state == "finished", "the search")

    paused = run(long, "paused", command="pause", run_until=3)
    until(is_(paused, "paused", 3), "the pause")
    interrupted = run(long, "interrupted", OTHER, pace="steps:20")  # the pause gives its worker up for it
    until(is_(interrupted, "running", 10), "the run to be interrupted")
    engine.close()
    until(is_(interrupted, "interrupted"), "it to have been interrupted")
    assert store.get(paused).status == "paused"
    store.create(small, name="queued", owner=VISITOR)
    store.close()
    with closing(sqlite3.connect(data / "inkling.db", isolation_level=None)) as connection:
        connection.execute("DELETE FROM artifacts WHERE kind = 'logits' AND size > 100000")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("DELETE FROM runs WHERE id LIKE 'cnn-%'")
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("VACUUM")


def main() -> None:
    target = Path(sys.argv[1]).absolute()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        os.environ |= {"INKLING_DATA": folder, "INKLING_CORES": "1", "INKLING_WORKERS": "1"}
        os.environ["INKLING_SNAPSHOTS_PER_RUN"] = "3"
        make(data)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as archive:
            for file in (data / "inkling.db", *sorted((data / "own").rglob("*"))):
                if file.is_file():
                    archive.write(file, file.relative_to(data))


if __name__ == "__main__":
    main()
