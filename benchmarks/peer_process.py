"""One peer in a process of its own, for benchmarks.peers: it trains when it is told to and says how long that took.

Needs NumPy and the peer alone: `python benchmarks/peer_process.py FOLDER PEER MODEL OPTIMIZER LEARNING_RATE`. FOLDER
holds images.npy, labels.npy, test_images.npy and test_labels.npy, uint8. Each line of its input is one epoch of batches
of 100, after one that makes ready (JAX compiles then), and is answered with its seconds; the input's end with the test
accuracy.
"""

import os
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

BATCH = 100
SIDE = 28
# One thread each, as ours: XLA's own pool, and what NumPy and PyTorch would begin.
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"

import numpy as np  # noqa: E402 - after the threads are bound

Data = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def read(folder: Path) -> Data:
    """Return training images (N, 28, 28, 1) float32 in [0, 1] and labels, and the test set's."""
    arrays = [np.load(folder / f"{name}.npy") for name in ("images", "labels", "test_images", "test_labels")]
    images, labels, test_images, test_labels = arrays
    return *(_unit(images), labels.astype(np.int32)), *(_unit(test_images), test_labels.astype(np.int32))


def _unit(images: np.ndarray) -> np.ndarray:
    return images.reshape(-1, SIDE, SIDE, 1).astype(np.float32) / 255


class Jax:
    """An epoch is one compiled `lax.scan` over its batches; the images stay in memory; updates by Optax."""

    def __init__(self, data: Data, model: str, optimizer: str, rate: float) -> None:
        import jax
        import optax
        from jax import lax
        from jax import numpy as jnp

        self.jax, self.data = jax, [jnp.asarray(array) for array in data]
        self.key, self.logits = jax.random.PRNGKey(0), _jax_logits(model)
        method = optax.adam(rate) if optimizer == "adam" else optax.sgd(rate)
        self.weights = _jax_weights(model)
        self.state = method.init(self.weights)
        images, labels = self.data[:2]

        def loss(weights: Any, chosen: Any) -> Any:
            scores = self.logits(weights, images[chosen])
            return optax.softmax_cross_entropy_with_integer_labels(scores, labels[chosen]).mean()

        def step(carry: Any, chosen: Any) -> tuple[Any, Any]:
            weights, state = carry
            value, gradient = jax.value_and_grad(loss)(weights, chosen)
            change, state = method.update(gradient, state, weights)
            return (optax.apply_updates(weights, change), state), value

        @jax.jit
        def epoch(weights: Any, state: Any, key: Any) -> Any:
            order = jax.random.permutation(key, len(labels)).reshape(-1, BATCH)
            return lax.scan(step, (weights, state), order)

        self.run = epoch

    def epoch(self) -> None:
        """Train one epoch."""
        self.key, now = self.jax.random.split(self.key)
        (self.weights, self.state), losses = self.run(self.weights, self.state, now)
        losses.block_until_ready()

    def accuracy(self) -> float:
        """Return the test accuracy."""
        return float((self.logits(self.weights, self.data[2]).argmax(1) == self.data[3]).mean())


def _jax_weights(model: str) -> dict[str, Any]:
    """Return first weights, drawn as PyTorch draws a linear layer's: uniform, within 1 / sqrt(inputs)."""
    shapes: dict[str, tuple[int, ...]] = {
        "softmax": {"output": (784, 10)},
        "mlp": {"hidden": (784, 128), "output": (128, 10)},
        "cnn": {"conv1": (3, 3, 1, 16), "conv2": (3, 3, 16, 32), "output": (7 * 7 * 32, 10)},
    }[model]  # type: ignore[assignment]
    rng, weights = np.random.default_rng(0), {}
    for name, shape in shapes.items():
        bound = 1 / np.sqrt(np.prod(shape[:-1]))
        weights[name] = rng.uniform(-bound, bound, shape).astype(np.float32)
        weights[f"{name}_bias"] = rng.uniform(-bound, bound, shape[-1]).astype(np.float32)
    return weights


def _jax_logits(model: str) -> Callable[[Any, Any], Any]:
    from jax import lax, nn

    def convolved(images: Any, weight: Any, bias: Any) -> Any:
        layout = ("NHWC", "HWIO", "NHWC")
        found = nn.relu(
            lax.conv_general_dilated(images, weight, (1, 1), "SAME", dimension_numbers=layout) + bias
        )
        return lax.reduce_window(found, -np.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")

    def logits(w: Any, images: Any) -> Any:
        values = images
        if model == "cnn":
            values = convolved(convolved(values, w["conv1"], w["conv1_bias"]), w["conv2"], w["conv2_bias"])
        values = values.reshape(len(values), -1)
        if model == "mlp":
            values = nn.relu(values @ w["hidden"] + w["hidden_bias"])
        return values @ w["output"] + w["output_bias"]

    return logits


class Keras:
    """`fit` on arrays, on JAX."""

    def __init__(self, data: Data, model: str, optimizer: str, rate: float) -> None:
        import keras
        from keras import layers

        self.data = data
        inner = {
            "softmax": [layers.Flatten()],
            "mlp": [layers.Flatten(), layers.Dense(128, activation="relu")],
            "cnn": [
                *(layers.Conv2D(16, 3, padding="same", activation="relu"), layers.MaxPooling2D()),
                *(layers.Conv2D(32, 3, padding="same", activation="relu"), layers.MaxPooling2D()),
                layers.Flatten(),
            ],
        }[model]
        self.model = keras.Sequential([keras.Input((SIDE, SIDE, 1)), *inner, layers.Dense(10)])
        method = keras.optimizers.Adam(rate) if optimizer == "adam" else keras.optimizers.SGD(rate)
        self.model.compile(method, keras.losses.SparseCategoricalCrossentropy(from_logits=True))

    def epoch(self) -> None:
        """Train one epoch."""
        self.model.fit(*self.data[:2], batch_size=BATCH, epochs=1, verbose=0)

    def accuracy(self) -> float:
        """Return the test accuracy."""
        scores = self.model.predict(self.data[2], batch_size=500, verbose=0)
        return float((scores.argmax(1) == self.data[3]).mean())


class _OnTorch:
    """What skorch and Lightning are given: a module, and the images (N, 1, 28, 28) as tensors."""

    def __init__(self, data: Data, model: str, optimizer: str, rate: float) -> None:
        import torch
        from torch import nn

        torch.set_num_threads(1)
        warnings.simplefilter("ignore")  # of how many workers a loader should have
        images, labels, test_images, self.test_labels = data
        self.images, self.test_images = (
            torch.from_numpy(i.transpose(0, 3, 1, 2).copy()) for i in (images, test_images)
        )
        self.labels, self.rate = torch.from_numpy(labels.astype(np.int64)), rate
        self.method = torch.optim.Adam if optimizer == "adam" else torch.optim.SGD
        self.module = {
            "softmax": lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 10)),
            "mlp": lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)),
            "cnn": lambda: nn.Sequential(
                *(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
                *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
                *(nn.Flatten(), nn.Linear(1568, 10)),
            ),
        }[model]()

    def accuracy(self) -> float:
        """Return the test accuracy."""
        import torch

        with torch.no_grad():
            answers = torch.cat([self.module(part).argmax(1) for part in self.test_images.split(500)])
        return float((answers.numpy() == self.test_labels).mean())


class Skorch(_OnTorch):
    """`partial_fit` of a NeuralNetClassifier without callbacks."""

    def __init__(self, *exercise: Any) -> None:
        super().__init__(*exercise)
        from skorch import NeuralNetClassifier
        from torch import nn

        self.net = NeuralNetClassifier(
            self.module, criterion=nn.CrossEntropyLoss, optimizer=self.method, lr=self.rate, batch_size=BATCH,
            max_epochs=1, iterator_train__shuffle=True, train_split=None, callbacks=None, verbose=0,
        ).initialize()  # fmt: skip
        self.module = self.net.module_

    def epoch(self) -> None:
        """Train one epoch."""
        self.net.partial_fit(self.images, self.labels)


class Lightning(_OnTorch):
    """`Trainer.fit` without logger, checkpoints and bars."""

    def __init__(self, *exercise: Any) -> None:
        super().__init__(*exercise)
        import logging

        from lightning.pytorch import LightningModule
        from torch.nn import functional
        from torch.utils.data import DataLoader, TensorDataset

        logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
        module, method, rate = self.module, self.method, self.rate

        class Learning(LightningModule):
            def __init__(self) -> None:
                super().__init__()
                self.inner = module

            def training_step(self, batch: Any, _index: int) -> Any:
                return functional.cross_entropy(self.inner(batch[0]), batch[1])

            def configure_optimizers(self) -> Any:
                return method(self.parameters(), lr=rate)

        self.learning = Learning()
        self.loader = DataLoader(TensorDataset(self.images, self.labels), BATCH, shuffle=True)

    def epoch(self) -> None:
        """Train one epoch."""
        from lightning.pytorch import Trainer

        Trainer(
            max_epochs=1, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False,
            enable_model_summary=False,
        ).fit(self.learning, self.loader)  # fmt: skip


PEERS = {"jax": Jax, "keras": Keras, "skorch": Skorch, "lightning": Lightning}


def main() -> None:
    """Make ready, say so, and train an epoch for each line that comes."""
    folder, name, model, optimizer, rate = sys.argv[1:]
    peer = PEERS[name](read(Path(folder)), model, optimizer, float(rate))
    peer.epoch()
    print("ready", flush=True)
    for _line in sys.stdin:
        began_s = time.perf_counter()
        peer.epoch()
        print(time.perf_counter() - began_s, flush=True)
    print(peer.accuracy(), flush=True)


if __name__ == "__main__":
    main()
