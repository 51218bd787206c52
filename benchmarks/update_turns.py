"""What an update costs, written out and by autograd: `python -m benchmarks.update_turns [--turns 100] [--generic]`.

With --generic: every model and optimizer by autograd, against a plain loop over resident tensors. The ways take turns
of 50 steps, too short for other work on the machine to fall on one of them alone.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator

import torch
from torch import nn
from torch.nn import functional

from benchmarks.articles import TUTORIALS, Exercise, plain_mlp, resident_images
from benchmarks.cases import ADAM, MLP, config_of
from benchmarks.report import machine
from core.config.run_config import OPTIMIZERS, RunConfig
from core.datasets import load
from core.datasets.data_dir import data_folder
from core.training.autograd import AutogradLearner, build_optimizer
from core.training.closed_form import ClosedFormLearner
from core.training.data import BatchOrder, TrainingData, training_data
from core.training.learner import Learner
from core.training.threads import held_to
from core.training.written_out import WrittenOutLearner

STEPS = 50
EPOCH = 600  # steps
Kind = Callable[[RunConfig, TrainingData], Learner]


def updates(exercise: Exercise, kind: Kind, **settings: object) -> Iterator[None]:
    """Do one update of a learner at a time, without end."""
    config = config_of(exercise, **settings)
    data = training_data(config, exercise.data)
    learner, order = kind(config, data), BatchOrder(data.train_index, config.batch_size, config.seed)
    step = 0
    while True:
        learner.step(order.batch(step), config.learning_rate, step % learner.chunk_capacity)
        step += 1
        yield


def plain_updates(exercise: Exercise, model: nn.Module, optimizer: torch.optim.Optimizer) -> Iterator[None]:
    """Do one update of a plain loop over resident tensors at a time, without end."""
    images, labels = resident_images(exercise.data)
    while True:
        for index in torch.randperm(len(labels)).split(exercise.batch_size):
            optimizer.zero_grad()
            functional.cross_entropy(model(images[index]), labels[index]).backward()
            optimizer.step()
            yield


def measure(ways: dict[str, Iterator[None]], turns: int) -> None:
    """Print each way's milliseconds an epoch and how they compare with the first way's."""
    times: dict[str, list[float]] = {title: [] for title in ways}
    for _ in range(turns + 1):
        for title, way in ways.items():
            began_s = time.perf_counter()
            for _ in range(STEPS):
                next(way)
            times[title].append(1000 * (time.perf_counter() - began_s) * EPOCH / STEPS)
    first, *_others = (taken[1:] for taken in times.values())  # the first turn makes ready
    for title, taken in times.items():
        ratio = statistics.median(a / b for a, b in zip(taken[1:], first, strict=True))
        print(f"| {title} | {statistics.median(taken[1:]):.0f} | {ratio:.2f} |", flush=True)


def measure_generic_path(exercise: Exercise, turns: int) -> None:
    """Compare every model and optimizer by autograd with the plain loop of a tutorial."""
    for name, tutorial in TUTORIALS.items():
        for optimizer in OPTIMIZERS:
            settings = {"model": name, "optimizer": optimizer, "learning_rate": 0.001}
            model = tutorial()
            plain = build_optimizer(model, config_of(exercise, **settings))
            measure(
                {
                    f"{name}, {optimizer}: plain loop": plain_updates(exercise, model, plain),
                    f"{name}, {optimizer}: by autograd": updates(exercise, AutogradLearner, **settings),
                },
                turns,
            )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--turns", type=int, default=100)
    parser.add_argument("--generic", action="store_true")
    options = parser.parse_args()
    turns = options.turns
    exercise = Exercise(load("mnist"), data_folder(None), epochs=1, learning_rate=0.05)
    rate = {"learning_rate": 0.001}
    print(
        machine(), f"{torch.backends.cpu.get_cpu_capability()}.\n\n| | ms an epoch | ratio |\n|---|---:|---:|"
    )
    with held_to(1):
        if options.generic:
            measure_generic_path(exercise, turns)
            return
        softmax = {"softmax regression, SGD, written out": updates(exercise, ClosedFormLearner)}
        for name in ("adam", "adamw", "adamax", "rmsprop", "adagrad"):
            softmax[f"{name}, written out"] = updates(exercise, ClosedFormLearner, optimizer=name, **rate)
        measure(softmax | {"adam, by autograd": updates(exercise, AutogradLearner, **ADAM)}, turns)
        tutorial = plain_mlp()
        sgd = torch.optim.SGD(tutorial.parameters(), lr=exercise.learning_rate)
        measure(
            {
                "MLP, SGD, written out": updates(exercise, WrittenOutLearner, **MLP),
                "plain loop over resident tensors": plain_updates(exercise, tutorial, sgd),
                "by autograd": updates(exercise, AutogradLearner, **MLP),
                "Adam, written out": updates(exercise, WrittenOutLearner, **MLP, **ADAM),
                "Adam, by autograd": updates(exercise, AutogradLearner, **MLP, **ADAM),
            },
            turns,
        )


if __name__ == "__main__":
    main()
