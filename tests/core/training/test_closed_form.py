"""The written-out gradient against autograd and against a hand-worked 2 x 2 example."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.config.run_config import OPTIMIZERS, RunConfig
from core.datasets import ImageData
from core.datasets.catalog import dataset_spec
from core.protocol.events import Started, Steps, Weights
from core.training.closed_form import ClosedFormLearner
from core.training.data import TrainingData
from core.training.loop import train
from core.training.path_selection import fits_closed_form

SETTINGS = [
    {},
    {"momentum": 0.9},
    {"momentum": 0.9, "nesterov": True, "learning_rate": 0.02},
    {"l2": 0.01},
    {"scaling": "standardised", "learning_rate": 0.01},
    {"schedule": "cosine"},
    {"schedule": "step", "step_epochs": 1},
    {"batch_size": 4096},
    {"batch_size": 1, "train_size": 300, "learning_rate": 0.01},
    {"initialisation": "zeros"},
    {"momentum": 0.5, "l2": 0.001, "initialisation": "normal"},
    {"optimizer": "adam", "learning_rate": 0.001},
    {"optimizer": "adam", "learning_rate": 0.001, "l2": 0.01, "scaling": "standardised"},
    {"optimizer": "adamw", "learning_rate": 0.001, "l2": 0.1, "schedule": "cosine"},
    {"optimizer": "adamax", "learning_rate": 0.002},
    {"optimizer": "rmsprop", "learning_rate": 0.001},
    {"optimizer": "rmsprop", "learning_rate": 0.0005, "momentum": 0.9, "l2": 0.001},
    {"optimizer": "adagrad", "learning_rate": 0.01},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_closed_form_agrees_with_autograd(quick_mnist: ImageData, settings: dict) -> None:
    config = replace(RunConfig(train_size=5_050, epochs=5, eval_every=0), **settings)  # last batch is short
    runs = {path: list(train(quick_mnist, config, path=path)) for path in (None, "autograd")}
    assert [runs[path][0].path for path in runs] == ["closed-form", "autograd"]
    assert isinstance(runs[None][0], Started)
    fast, slow = ([e for e in events if isinstance(e, Weights)][-1].arrays for events in runs.values())
    for name in fast:
        np.testing.assert_allclose(fast[name], slow[name], atol=1e-5)
    fast_losses, slow_losses = (
        np.concatenate([e.losses for e in events if isinstance(e, Steps)]) for events in runs.values()
    )
    np.testing.assert_allclose(fast_losses, slow_losses, atol=1e-5)
    firsts = [next(e for e in events if isinstance(e, Steps)).accuracies[0] for events in runs.values()]
    assert firsts[0] == firsts[1], "of classes that score alike the first is the answer"


@pytest.mark.parametrize("truth", [0, 1])
def test_one_step_by_hand_on_two_pixels_and_two_classes(truth: int) -> None:
    # x = (1, 0), y = 0; weights zero: P = (1/2, 1/2), and the answer is the first class
    # dW = (P - Y) x^T = ((-1/2, 0), (1/2, 0)), db = (-1/2, 1/2); for y = 1 the other way round
    two = replace(dataset_spec("mnist"), class_names=("a", "b"), image_shape=(1, 1, 2))
    image = torch.tensor([[[[255, 0]]]], dtype=torch.uint8)
    label, sign = torch.tensor([truth]), 1 - 2 * truth
    data = TrainingData(two, image, label, torch.tensor([0]), "test", torch.tensor([]), image, label)
    learner = ClosedFormLearner(RunConfig(initialisation="zeros", batch_size=1), data)
    learner.step(torch.tensor([0]), learning_rate=0.5, slot=0)
    np.testing.assert_allclose(
        learner.weights()["linear.weight"], [[sign * 0.25, 0], [-sign * 0.25, 0]], atol=1e-7
    )
    np.testing.assert_allclose(learner.weights()["linear.bias"], [sign * 0.25, -sign * 0.25], atol=1e-7)
    losses, accuracies = learner.read_chunk(1)
    np.testing.assert_allclose(losses, [np.log(2)], rtol=1e-6)
    assert accuracies[0] == 1 - truth


@pytest.mark.parametrize(
    "settings",
    [
        {"model": "mlp"},
        {"augmentation": "affine"},
        {"device": "cuda"},
        {"l1": 0.1},
        {"optimizer": "adam", "initialisation": "zeros"},
    ],
)
def test_closed_form_is_for_softmax_regression_on_the_cpu_only(settings: dict) -> None:
    assert all(fits_closed_form(RunConfig(optimizer=name)) for name in OPTIMIZERS)
    assert not fits_closed_form(replace(RunConfig(), **settings))
