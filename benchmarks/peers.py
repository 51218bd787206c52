"""Ours against the peers, in one sitting: `python -m benchmarks.peers [--repetitions 7] [--models softmax mlp]`.

Makes an environment of its own in .peers (JAX with Optax, Keras, skorch, Lightning; PyTorch is that of this one),
starts each peer as a process that makes ready, and has one after the other train an epoch, again and again, so that a
machine that slows down slows all. One thread each, on one core where the system can bind to it; batches of 100, the
same images and learning rate. Each does updates alone, made ready before the clock starts. The CNN learns from a tenth
of the images.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
import torch

from benchmarks.articles import TUTORIALS, Exercise
from benchmarks.cases import config_of
from benchmarks.report import machine
from benchmarks.update_turns import plain_updates, updates
from core.datasets import ImageData, load
from core.datasets.data_dir import data_folder
from core.training.autograd import AutogradLearner, build_optimizer
from core.training.closed_form import ClosedFormLearner
from core.training.threads import held_to
from core.training.written_out import WrittenOutLearner

HERE: Final = Path(__file__).resolve().parent
ENVIRONMENT: Final = HERE.parent / ".peers"
PACKAGES: Final = ("jax", "optax", "keras", "skorch", "lightning")
PEERS: Final = ("jax", "keras", "skorch", "lightning")
RATES: Final = {"sgd": 0.05, "adam": 0.001}
CNN_IMAGES: Final = 6_000
OURS: Final = {"softmax": ClosedFormLearner, "mlp": WrittenOutLearner, "cnn": AutogradLearner}


@dataclass
class Way:
    """One way to train: an epoch when asked, and how long each took."""

    name: str
    epoch: Callable[[], float]  # returns its seconds
    seconds: list[float] = field(default_factory=list)


def environment() -> Path:
    """Return the peers' Python, having made their environment where there is none."""
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
        (site,) = ENVIRONMENT.glob("**/site-packages")
        (site / "shared.pth").write_text(str(Path(torch.__file__).parents[1]))  # its PyTorch is ours
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    return python


@contextmanager
def peer(python: Path, folder: Path, name: str, model: str, optimizer: str) -> Iterator[Way | None]:
    """Have a peer ready as a process; None where it cannot be started here."""
    command = [python, HERE / "peer_process.py", folder, name, model, optimizer, str(RATES[optimizer])]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, text=True, **pipes)  # type: ignore[call-overload]
    began_s = time.perf_counter()
    try:
        if process.stdout.readline().strip() != "ready":
            print(f"# {name} cannot train {model} here", flush=True)
            yield None
            return
        print(f"# {name} is ready after {time.perf_counter() - began_s:.1f} s", flush=True)

        def epoch() -> float:
            process.stdin.write("an epoch\n")
            process.stdin.flush()
            return float(process.stdout.readline())

        yield Way(name, epoch)
    finally:
        process.stdin.close()
        process.wait()


def ours(data: ImageData, model: str, optimizer: str) -> list[Way]:
    """Return our way and the plain loop over resident tensors, each made ready: an epoch is its updates alone."""
    exercise = Exercise(data, data_folder(None), epochs=1, learning_rate=RATES[optimizer])
    settings = {"model": model, "optimizer": optimizer}
    tutorial = TUTORIALS[model]()
    method = build_optimizer(tutorial, config_of(exercise, **settings))
    ways = {
        "Inkling": updates(exercise, OURS[model], **settings),
        "plain loop": plain_updates(exercise, tutorial, method),
    }
    steps = len(data.train_labels) // exercise.batch_size
    return [Way(name, partial(_timed, way, steps)) for name, way in ways.items()]


def _timed(way: Iterator[None], steps: int) -> float:
    """Return how many seconds so many updates took."""
    began_s = time.perf_counter()
    for _update in islice(way, steps):
        pass
    return time.perf_counter() - began_s


def images_for(model: str) -> ImageData:
    """Return MNIST, for a CNN a tenth of its training images."""
    data = load("mnist")
    if model != "cnn":
        return data
    return replace(
        data, train_images=data.train_images[:CNN_IMAGES], train_labels=data.train_labels[:CNN_IMAGES]
    )


def write(data: ImageData, folder: Path) -> None:
    """Write what the peers read."""
    for name in ("images", "labels"):
        np.save(folder / f"{name}.npy", np.asarray(getattr(data, f"train_{name}")).astype(np.uint8))
        np.save(folder / f"test_{name}.npy", np.asarray(getattr(data, f"test_{name}")).astype(np.uint8))


def compared(python: Path, model: str, optimizer: str, repetitions: int) -> None:
    """Have ours and the peers take turns, and print each one's milliseconds an epoch and its ratio to ours."""
    data = images_for(model)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write(data, folder)
        ways = ours(data, model, optimizer)
        found = [stack.enter_context(peer(python, folder, name, model, optimizer)) for name in PEERS]
        ways += [way for way in found if way is not None]
        for _round in range(repetitions + 1):
            for way in ways:
                way.seconds.append(way.epoch())
    first = ways[0].seconds[1:]  # the first round makes ready
    for way in ways:
        ratio = statistics.median(a / b for a, b in zip(way.seconds[1:], first, strict=True))
        median_ms = 1000 * statistics.median(way.seconds[1:])
        print(f"| {model}, {optimizer} | {way.name} | {median_ms:.0f} | {ratio:.2f} |", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--models", nargs="+", choices=OURS, default=["softmax", "mlp", "cnn"])
    options = parser.parse_args()
    python = environment()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # the peers inherit it
    print(f"{machine()}\n\n| | | ms an epoch | times ours |\n|---|---|---:|---:|", flush=True)
    with held_to(1):
        for model in options.models:
            for optimizer in ("sgd", "adam") if model != "cnn" else ("sgd",):
                compared(python, model, optimizer, options.repetitions)


if __name__ == "__main__":
    main()
