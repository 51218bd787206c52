"""A store with a few small real runs, each of another kind, made once for the session."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.protocol.controls import RunCommands
from core.runs import Store
from core.training.loop import train
from tests.core.datasets.conftest import idx_bytes


class StopAfter:
    """Controls that change the learning rate and stop the run after some polls."""

    def __init__(self, learning_rate: float, polls: int) -> None:
        self._rate, self._polls, self._count = learning_rate, polls, 0

    def poll(self) -> RunCommands:
        """Return the order to pause for single steps, then to go on at another rate, then to stop."""
        self._count += 1
        if self._count <= self._polls:
            return RunCommands(command="pause", run_until=self._count)
        if self._count <= 2 * self._polls:
            return RunCommands(command="pause", run_until=self._count, learning_rate=self._rate)
        return RunCommands(command="stop", learning_rate=self._rate)


@pytest.fixture(scope="session")
def export_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Return an empty store."""
    return Store(f"sqlite:///{tmp_path_factory.mktemp('exports') / 'runs.db'}")


@pytest.fixture(scope="session")
def part_of_mnist(mnist: ImageData) -> ImageData:
    """Return the first 2,000 of MNIST's training images with all of its test images."""
    return replace(mnist, train_images=mnist.train_images[:2000], train_labels=mnist.train_labels[:2000])


@pytest.fixture(scope="session")
def part_folder(part_of_mnist: ImageData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which torchvision finds `part_of_mnist` in the place of MNIST."""
    raw = tmp_path_factory.mktemp("part") / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, values in {
        "train-images-idx3-ubyte": part_of_mnist.train_images[:, 0],
        "train-labels-idx1-ubyte": part_of_mnist.train_labels,
        "t10k-images-idx3-ubyte": part_of_mnist.test_images[:, 0],
        "t10k-labels-idx1-ubyte": part_of_mnist.test_labels,
    }.items():
        (raw / name).write_bytes(idx_bytes(values))
    return raw.parents[1]


@pytest.fixture(scope="session")
def make_run(export_store: Store, part_of_mnist: ImageData) -> Callable[..., str]:
    """Return what trains a run of 1,000 images here and gives its id in the store."""

    def make(name: str, controls: StopAfter | None = None, **settings: object) -> str:
        config = RunConfig(**{"train_size": 1000, "epochs": 2, "eval_every": 4, **settings})
        return export_store.add_finished_run(
            config, list(train(part_of_mnist, config, controls, threads=1)), name=name
        )

    return make


@pytest.fixture(scope="session")
def softmax_run(make_run: Callable[..., str]) -> str:
    """Return a softmax regression by the written-out gradient."""
    return make_run("Softmax, “plain”")


@pytest.fixture(scope="session")
def mlp_run(make_run: Callable[..., str]) -> str:
    """Return an MLP with a validation set, standardised pixels and a schedule."""
    return make_run(
        "MLP", model="mlp", hidden_sizes=(24, 16), optimizer="adamw", learning_rate=0.002, batch_size=64,
        validation_size=500, scaling="standardised", schedule="cosine", initialisation="normal", init_std=0.05,
        dropout=0.3,
    )  # fmt: skip


@pytest.fixture(scope="session")
def fourless_run(make_run: Callable[..., str]) -> str:
    """Return a softmax regression that has learned from no four."""
    return make_run("No fours", left_out_class=4)


@pytest.fixture(scope="session")
def cnn_run(make_run: Callable[..., str]) -> str:
    """Return a small CNN, stopped by hand after its learning rate was changed."""
    return make_run(
        "CNN", StopAfter(0.02, 3), model="cnn", channels=(4, 6), momentum=0.9, learning_rate=0.05, l1=1e-5,
        augmentation="affine", deskew=True, train_size=600, dropout=0.5,
    )  # fmt: skip


@pytest.fixture(scope="session")
def normal_cnn_run(make_run: Callable[..., str]) -> str:
    """Return a small CNN whose first weights are drawn from a normal distribution."""
    return make_run(
        "CNN, normal", model="cnn", channels=(4, 6), initialisation="normal", init_std=0.05, epochs=1
    )
