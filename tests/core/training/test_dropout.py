"""Dropout against torch's own: the same noise, the same learning, and none of it when the model is asked."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.models.build import build_model, scale_images, state_arrays
from core.training.autograd import AutogradLearner, build_optimizer
from core.training.data import BatchOrder, training_data
from core.training.dropout import Dropout
from core.training.written_out import WrittenOutLearner

MLP = RunConfig(model="mlp", hidden_sizes=(24, 12), dropout=0.4, train_size=1_030, seed=5)
CNN = RunConfig(model="cnn", channels=(4, 6), dropout=0.5, train_size=230, seed=5)
STEPS = 3


class WithDropout(nn.Module):
    """A model of ours as a tutorial would write it: torch.nn.Dropout after some of its layers."""

    def __init__(self, model: nn.Sequential, after: tuple[str, ...], probability: float) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for name, layer in model.named_children():
            layers += [layer, nn.Dropout(probability)] if name in after else [layer]
        self.layers = nn.Sequential(*layers)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.layers(images)


@pytest.mark.parametrize(
    ("config", "after"), [(MLP, ("activation1", "activation2")), (CNN, ("flatten",))], ids=("mlp", "cnn")
)
def test_the_generic_path_learns_what_torchs_dropout_learns_to_the_bit(
    quick_mnist: ImageData, config: RunConfig, after: tuple[str, ...]
) -> None:
    data = training_data(config, quick_mnist)
    order = BatchOrder(data.train_index, config.batch_size, config.seed)
    batches = [order.batch(step) for step in range(STEPS)]
    learner = AutogradLearner(config, data)
    for step, batch in enumerate(batches):
        learner.step(batch, config.learning_rate, step)

    model = build_model(config, data.spec)
    tutorial, optimizer, losses = (
        WithDropout(model, after, config.dropout),
        build_optimizer(model, config),
        [],
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed + 3)
        for batch in batches:
            images = scale_images(data.images[batch], data.spec, config.scaling)
            if config.model == "cnn":
                images = images.contiguous(memory_format=torch.channels_last)
            loss = functional.cross_entropy(tutorial(images), data.labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    np.testing.assert_array_equal(learner.read_chunk(STEPS)[0], np.float32(losses))
    for name, array in state_arrays(model).items():
        np.testing.assert_array_equal(learner.weights()[name], array)


def test_noise_keeps_the_mean_and_leaves_out_the_share_that_was_asked_for() -> None:
    noise = Dropout(replace(MLP, dropout=0.25)).noise_into(torch.empty(1_000, 100))
    assert noise.unique().tolist() == [0, pytest.approx(4 / 3)]
    assert noise.mean().item() == pytest.approx(1, abs=0.01)
    assert (noise == 0).float().mean().item() == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize("learner_of", [AutogradLearner, WrittenOutLearner])
def test_a_model_that_is_asked_has_all_its_units(quick_mnist: ImageData, learner_of: type) -> None:
    data = training_data(MLP, quick_mnist)
    learner = learner_of(MLP, data)
    with torch.no_grad():
        plain = build_model(MLP, data.spec)(scale_images(data.test_images[:50], data.spec, "unit"))
        first, second = (learner.logits(data.test_images[:50]) for _ in range(2))
    torch.testing.assert_close(first, plain, atol=1e-5, rtol=0)
    assert torch.equal(first, second)


def test_softmax_regression_has_no_hidden_units_to_leave_out(quick_mnist: ImageData) -> None:
    config = RunConfig(train_size=100, dropout=0.5, l1=1e-6)
    data = training_data(config, quick_mnist)
    learners = [AutogradLearner(replace(config, dropout=share), data) for share in (0.0, 0.5)]
    for learner in learners:
        learner.step(data.train_index, 0.1, 0)
    assert learners[0].read_chunk(1)[0] == learners[1].read_chunk(1)[0]
    assert "dropout" not in learners[1].optimizer_state()[0]
