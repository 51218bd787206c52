"""A class that is left out: no image of it is learned, all others are those of the run with it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.config.dataset_fit import dataset_problem
from core.config.image_counts import on_dataset
from core.config.run_config import ConfigError, RunConfig
from core.datasets import ImageData, dataset_spec
from core.datasets.user_datasets import delete_own
from core.protocol.events import Evaluated, Started, Weights
from core.training.data import training_data
from core.training.loop import train
from tests.one_sided_sets import drawn

CONFIG = RunConfig(train_size=2_000, validation_size=500, epochs=2, eval_every=0, left_out_class=7)


@pytest.mark.parametrize("mixed", [False, True])
def test_the_others_are_those_that_are_learned_with_it(quick_mnist: ImageData, mixed: bool) -> None:
    extra = quick_mnist if mixed else None
    without, whole = (
        training_data(config, quick_mnist, extra) for config in (CONFIG, replace(CONFIG, left_out_class=-1))
    )
    kept = whole.train_index[whole.labels[whole.train_index] != 7]
    assert torch.equal(without.train_index, kept)
    assert 0 < len(kept) < whole.train_count
    assert torch.equal(without.evaluation_index, whole.evaluation_index)
    assert (without.split("validation")[1] == 7).any(), "what it cannot know it is asked for nevertheless"


def test_a_model_that_never_saw_a_class_never_answers_with_it(quick_mnist: ImageData) -> None:
    events = list(train(quick_mnist, CONFIG, threads=1))
    (started,) = (event for event in events if isinstance(event, Started))
    labels = quick_mnist.train_labels[
        training_data(replace(CONFIG, left_out_class=-1), quick_mnist).train_index
    ]
    assert started.train_count == (labels != 7).sum()
    (weights,) = (
        e.arrays for e in events if isinstance(e, Weights) and e.step == started.total_steps and e.keep
    )
    pixels = quick_mnist.test_images.reshape(len(quick_mnist.test_labels), -1) / 255
    answers = np.argmax(pixels @ weights["linear.weight"].T + weights["linear.bias"], axis=1)
    assert not (answers == 7).any()
    scores = [event for event in events if isinstance(event, Evaluated) and event.split == "test"]
    assert 0.6 < scores[-1].accuracy < 0.9, "a tenth of the images cannot be right"


@pytest.mark.parametrize(
    ("dataset", "number", "said"),
    [
        ("mnist", 9, None),
        (
            "mnist",
            10,
            "left_out_class must be a number from 0 to 9, which are the classes of MNIST, or −1 for none, not 10.",
        ),
    ],
)
def test_a_class_that_there_is_not_is_refused(dataset: str, number: int, said: str | None) -> None:
    problem = dataset_problem(RunConfig(dataset=dataset, left_out_class=number))
    assert (str(problem) if problem else None) == said


def test_a_class_that_another_dataset_has_not_is_left_out_of_nothing() -> None:
    spec = drawn("Two classes", (3, 3))
    assert on_dataset(RunConfig(left_out_class=9), spec).left_out_class == -1
    assert on_dataset(RunConfig(left_out_class=1), spec).left_out_class == 1
    assert on_dataset(RunConfig(left_out_class=9), dataset_spec("fashion_mnist")).left_out_class == 9
    delete_own(spec.name)


def test_a_run_whose_images_are_all_of_that_class_says_so(quick_mnist: ImageData) -> None:
    one = replace(CONFIG, train_size=1, validation_size=0)
    (first,) = training_data(replace(one, left_out_class=-1), quick_mnist).train_index.tolist()
    with pytest.raises(ConfigError, match="All images that are to be learned from are of the class left out"):
        list(train(quick_mnist, replace(one, left_out_class=int(quick_mnist.train_labels[first]))))
