"""What benchmarks.training measures: every way to train, as a named function of an Exercise."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch

from benchmarks import articles
from benchmarks.articles import Exercise
from core.config.run_config import RunConfig
from core.protocol.events import Evaluated
from core.training.autograd import AutogradLearner
from core.training.batched_models import train_many
from core.training.closed_form import ClosedFormLearner
from core.training.data import BatchOrder, TrainingData, training_data
from core.training.learner import Learner, evaluate
from core.training.loop import train
from core.training.threads import threads_for
from core.training.written_out import WrittenOutLearner

NEVER = 1_000_000  # steps between two evaluations
EVERY = 200  # as article 1 has it


@dataclass(frozen=True)
class Case:
    """One row of the table. `work` trains and returns the test accuracy (0 = learns nothing by design).

    threads: torch's, 0 = all cores, as torch takes by itself. models: how many it trains.
    """

    key: str
    title: str
    work: Callable[[Exercise], float]
    threads: int = 1
    models: int = 1
    prepare: Callable[[Exercise], None] | None = None  # done before the clock starts


def config_of(exercise: Exercise, **settings: object) -> RunConfig:
    """Return the exercise as a RunConfig that evaluates only before the first and after the last step."""
    plain = RunConfig(
        epochs=exercise.epochs, batch_size=exercise.batch_size, learning_rate=exercise.learning_rate
    )
    return replace(plain, **{"eval_every": NEVER, **settings})  # type: ignore[arg-type]


def alone(
    kind: Callable[[RunConfig, TrainingData], Learner], **settings: object
) -> Callable[[Exercise], float]:
    """Return what does nothing but updates: no events, no evaluation until the end."""

    def work(exercise: Exercise) -> float:
        config = config_of(exercise, **settings)
        data = training_data(config, exercise.data)
        learner = kind(config, data)
        order = BatchOrder(data.train_index, config.batch_size, config.seed)
        for step in range(exercise.epochs * order.steps_per_epoch):
            learner.step(order.batch(step), config.learning_rate, step % learner.chunk_capacity)
        return evaluate(learner, data.test_images, data.test_labels).accuracy

    return work


def whole(threads: int | None = None, **settings: object) -> Callable[[Exercise], float]:
    """Return core.training.loop.train in this process, events taken in and dropped."""

    def work(exercise: Exercise) -> float:
        accuracy = 0.0
        config = config_of(exercise, **settings)
        for event in train(exercise.data, config, threads=threads):
            accuracy = event.accuracy if isinstance(event, Evaluated) else accuracy
        return accuracy

    return work


def talkative(exercise: Exercise) -> float:
    """Train as `whole`, with a Steps event every 10 steps."""
    from core.training import closed_form

    usual = closed_form.chunk_capacity
    closed_form.chunk_capacity = lambda _batch_size: 10
    try:
        return whole()(exercise)
    finally:
        closed_form.chunk_capacity = usual


def many(count: int) -> Callable[[Exercise], float]:
    """Return `count` softmax regressions side by side, of rising learning rates."""

    def work(exercise: Exercise) -> float:
        base = config_of(exercise)
        configs = [replace(base, learning_rate=base.learning_rate * (1 + i / count)) for i in range(count)]
        accuracy = 0.0
        for i, event in train_many(exercise.data, configs):
            if i == 0 and isinstance(event, Evaluated):
                accuracy = event.accuracy
        return accuracy

    return work


def plain(build: Callable[[], torch.nn.Module]) -> Callable[[Exercise], float]:
    """Return a plain loop over resident tensors for the model that `build` makes."""
    return lambda exercise: articles.resident_loop(exercise, build())


CORES = threads_for(RunConfig(model="cnn"))

LINEAR = (
    Case("a", "Article 1's loop as printed, without its evaluation", articles.article_loop),
    Case("a+", "Article 1's loop as printed, evaluating every 200 iterations", articles.article_evaluating),
    Case("b", "(a) with 2 loader workers", articles.article_with_workers),
    Case("c", "DataLoader over a TensorDataset", articles.tensor_dataset_loop),
    Case("d", "scikit-learn SGDClassifier, partial_fit", articles.scikit_learn),
    Case("e", "Inkling, generic path: updates alone", alone(AutogradLearner)),
    Case("f", "Inkling, fast path: updates alone", alone(ClosedFormLearner)),
    Case("f+", "Inkling, fast path: the whole loop, no evaluation between", whole()),
    Case("f10", "the same, told every 10 steps", talkative),
    Case("f+e", "Inkling, fast path: the whole loop, evaluating every 200 steps", whole(eval_every=EVERY)),
    Case("i", "Floor: the two matrix products alone, whole set at once", articles.floor),
    Case("8", "8 models side by side (train_many)", many(8), models=8),
    Case("16", "16 models side by side (train_many)", many(16), models=16),
)  # fmt: skip

MLP = {"model": "mlp"}
ADAM = {"optimizer": "adam", "learning_rate": 0.001}

NETWORKS = (
    Case("soft-sgd", "softmax regression, SGD: updates alone", alone(ClosedFormLearner)),
    Case("soft-adam-autograd", "softmax regression, Adam, by autograd: updates alone", alone(AutogradLearner, **ADAM)),
    Case("soft-adam", "softmax regression, Adam, written out: updates alone", alone(ClosedFormLearner, **ADAM)),
    Case("mlp-plain", "MLP 784-128-10: plain loop over resident tensors", plain(articles.plain_mlp)),
    Case("mlp-autograd", "MLP, by autograd: updates alone", alone(AutogradLearner, **MLP)),
    Case("mlp", "MLP, written out: updates alone", alone(WrittenOutLearner, **MLP)),
    Case("mlp-adam-autograd", "MLP, Adam, by autograd: updates alone", alone(AutogradLearner, **MLP, **ADAM)),
    Case("mlp-adam", "MLP, Adam, written out: updates alone", alone(WrittenOutLearner, **MLP, **ADAM)),
    Case("mlp-1", "MLP: Inkling, 1 thread", whole(1, **MLP)),
    Case("mlp-n", f"MLP: Inkling, {CORES} threads", whole(CORES, **MLP), CORES),
    Case("cnn-plain", "CNN 16-32: plain loop over resident tensors", plain(articles.plain_cnn), 0),
    Case("cnn-1", "CNN: Inkling, 1 thread", whole(1, model="cnn")),
    Case("cnn-n", f"CNN: Inkling, {CORES} threads", whole(CORES, model="cnn"), CORES),
    Case("soft-n", f"softmax regression: Inkling's fast path, {CORES} threads", whole(CORES), CORES),
)  # fmt: skip
