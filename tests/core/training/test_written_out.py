"""Backpropagation written out against autograd: a plain torch loop in float64, and Inkling's generic path."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from core.config.run_config import ACTIVATIONS, OPTIMIZERS, RunConfig
from core.datasets import ImageData
from core.models.build import build_model, state_arrays
from core.protocol.events import Diverged, Evaluated, Event, Steps, Weights
from core.training.activations import WRITTEN_OUT
from core.training.autograd import build_optimizer
from core.training.data import BatchOrder, TrainingData, training_data
from core.training.loop import train
from core.training.path_selection import path_of
from core.training.written_out import WrittenOutLearner

MLP = RunConfig(
    model="mlp", hidden_sizes=(24,), train_size=1_030, epochs=1, eval_every=0
)  # the last batch is short


def plain_loop(config: RunConfig, data: TrainingData) -> tuple[nn.Module, list[float]]:
    """Return (model, losses) of an epoch in float64, written as a tutorial would."""
    model = build_model(config, data.spec).double()
    optimizer = build_optimizer(model, config)
    mean, std = (data.spec.mean, data.spec.std) if config.scaling == "standardised" else ((0.0,), (1.0,))
    order = BatchOrder(data.train_index, config.batch_size, config.seed)
    losses = []
    for step in range(order.steps_per_epoch):
        index = order.batch(step)
        images = (data.images[index].double() / 255 - mean[0]) / std[0]
        loss = functional.cross_entropy(model(images), data.labels[index])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return model, losses


def assert_an_epoch_is_that_of_a_plain_loop(config: RunConfig, images: ImageData) -> None:
    data = training_data(config, images)
    learner = WrittenOutLearner(config, data, dtype=torch.float64)
    order = BatchOrder(data.train_index, config.batch_size, config.seed)
    for step in range(order.steps_per_epoch):
        learner.step(order.batch(step), config.learning_rate, step)
    model, losses = plain_loop(config, data)
    np.testing.assert_allclose(learner.read_chunk(len(losses))[0], losses, rtol=1e-6)
    reference = model.state_dict()
    weights = learner.weights()
    assert list(weights) == list(reference)
    for name, array in weights.items():
        np.testing.assert_allclose(array, reference[name].numpy(), atol=1e-9, rtol=0)


def test_every_activation_that_a_config_may_name_is_written_out() -> None:
    assert tuple(WRITTEN_OUT) == ACTIVATIONS


@pytest.mark.parametrize("scaling", ["unit", "standardised"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_epoch_in_float64_is_that_of_autograd(
    quick_mnist: ImageData, activation: str, scaling: str
) -> None:
    config = replace(MLP, activation=activation, scaling=scaling)
    assert_an_epoch_is_that_of_a_plain_loop(config, quick_mnist)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_moves_three_hidden_layers_as_autograd_does(
    quick_mnist: ImageData, optimizer: str
) -> None:
    config = replace(
        MLP, hidden_sizes=(20, 16, 12), optimizer=optimizer, learning_rate=0.003, l2=0.01, activation="gelu"
    )
    assert_an_epoch_is_that_of_a_plain_loop(config, quick_mnist)


@pytest.mark.parametrize(
    "settings", [{"batch_size": 4096}, {"batch_size": 1, "train_size": 60}, {"batch_size": 7}]
)
def test_batches_of_any_size_are_learned(quick_mnist: ImageData, settings: dict) -> None:
    assert_an_epoch_is_that_of_a_plain_loop(replace(MLP, hidden_sizes=(16, 8), **settings), quick_mnist)


def both(data: ImageData, config: RunConfig) -> tuple[list[Event], list[Event]]:
    """Return what the run says on its own path and by autograd."""
    written, generic = (list(train(data, config, path=path)) for path in (None, "autograd"))
    assert [events[0].path for events in (written, generic)] == ["written-out", "autograd"]  # type: ignore[union-attr]
    return written, generic


def losses(events: list[Event]) -> np.ndarray:
    return np.concatenate([event.losses for event in events if isinstance(event, Steps)])


@pytest.mark.parametrize(
    "settings",
    [
        {"activation": "tanh"},
        {"activation": "sigmoid", "momentum": 0.9, "nesterov": True, "l2": 0.001},
        {"activation": "gelu", "optimizer": "adam", "learning_rate": 0.001, "schedule": "cosine"},
        {"activation": "tanh", "optimizer": "rmsprop", "learning_rate": 0.001, "momentum": 0.5},
        {"activation": "sigmoid", "dropout": 0.5, "hidden_sizes": (32, 16), "momentum": 0.9},
        {"activation": "gelu", "dropout": 0.2, "optimizer": "adam", "learning_rate": 0.001},
        {"activation": "gelu", "scaling": "standardised", "hidden_sizes": (32, 16), "learning_rate": 0.02},
    ],
    ids=str,
)
def test_a_run_says_what_it_says_by_autograd(quick_mnist: ImageData, settings: dict) -> None:
    config = replace(MLP, train_size=5_050, epochs=2, **settings)
    written, generic = both(quick_mnist, config)
    np.testing.assert_allclose(losses(written), losses(generic), atol=1e-5)
    kept, expected = (
        [e for e in events if isinstance(e, Weights) and e.keep] for events in (written, generic)
    )
    assert [e.step for e in kept] == [e.step for e in expected]
    for name, array in kept[-1].arrays.items():
        np.testing.assert_allclose(array, expected[-1].arrays[name], atol=1e-5)
    scores, wanted = ([e for e in events if isinstance(e, Evaluated)] for events in (written, generic))
    np.testing.assert_allclose([e.loss for e in scores], [e.loss for e in wanted], atol=1e-5)
    np.testing.assert_allclose([e.accuracy for e in scores], [e.accuracy for e in wanted], atol=2e-4)


def test_relu_says_the_same_for_fifty_steps(quick_mnist: ImageData) -> None:
    # later a sum that is nothing but rounding may switch a unit on in one way of adding up and off in the other
    written, generic = both(quick_mnist, replace(MLP, train_size=5_000))
    np.testing.assert_allclose(losses(written), losses(generic), atol=1e-5)
    firsts = [next(e for e in events if isinstance(e, Steps)).accuracies[0] for events in (written, generic)]
    assert firsts[0] == firsts[1]


@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_a_run_that_diverges_is_told_at_the_step_of_autograd(quick_mnist: ImageData, activation: str) -> None:
    config = replace(MLP, learning_rate=100.0, l2=10.0, activation=activation)
    ends = [events[-1] for events in both(quick_mnist, config)]
    assert all(isinstance(end, Diverged) for end in ends)
    assert 1 < ends[0].step == ends[1].step


@pytest.mark.parametrize(("bias", "answer"), [([0.0] * 10, 0), ([0.0, 1.0, 0.0, 1.0] + [0.0] * 6, 1)])
def test_of_classes_that_score_alike_the_first_is_the_answer(
    quick_mnist: ImageData, bias: list[float], answer: int
) -> None:
    config = replace(MLP, initialisation="zeros")
    data = training_data(config, quick_mnist)
    learner = WrittenOutLearner(config, data)
    learner.load_weights({**learner.weights(), "output.bias": np.array(bias, np.float32)})
    learner.step(data.train_index[:100], 0.1, 0)
    share = (data.labels[data.train_index[:100]] == answer).float().mean()
    assert learner.read_chunk(1)[1][0] == pytest.approx(float(share))


def test_scores_are_the_models_own_and_stay_when_others_are_asked_for(quick_mnist: ImageData) -> None:
    config = replace(MLP, hidden_sizes=(16, 8), activation="gelu", scaling="standardised")
    data = training_data(config, quick_mnist)
    learner = WrittenOutLearner(config, data)
    first, second = (learner.logits(images) for images in data.test_images[:40].split(20))
    model, spec = build_model(config, data.spec), data.spec
    with torch.no_grad():
        expected = model((data.test_images[:40].float() / 255 - spec.mean[0]) / spec.std[0])
    torch.testing.assert_close(torch.cat([first, second]), expected, atol=1e-5, rtol=1e-5)
    assert learner.logits(data.test_images[:0]).shape == (0, 10)


def test_weights_that_do_not_fit_are_refused_by_name(quick_mnist: ImageData) -> None:
    learner = WrittenOutLearner(MLP, training_data(MLP, quick_mnist))
    arrays = state_arrays(build_model(replace(MLP, hidden_sizes=(23,)), quick_mnist.spec))
    with pytest.raises(ValueError, match=r"hidden1\.weight"):
        learner.load_weights(arrays)


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({}, "closed-form"),
        ({"optimizer": "adam"}, "closed-form"),
        ({"model": "mlp", "hidden_sizes": (8, 8, 8)}, "written-out"),
        *(({"model": "mlp", "activation": name}, "written-out") for name in ACTIVATIONS),
        *(({"model": "mlp", "optimizer": name, "l2": 0.1}, "written-out") for name in OPTIMIZERS),
        ({"model": "mlp", "initialisation": "zeros"}, "written-out"),
        ({"model": "mlp", "initialisation": "zeros", "optimizer": "adam"}, "autograd"),
        ({"model": "mlp", "l1": 0.1}, "autograd"),
        ({"model": "mlp", "augmentation": "affine"}, "autograd"),
        ({"model": "mlp", "device": "cuda"}, "autograd"),
        ({"model": "cnn"}, "autograd"),
    ],
    ids=str,
)
def test_the_path_is_chosen_by_what_is_asked_for(settings: dict, path: str) -> None:
    assert path_of(RunConfig(**settings)) == path
