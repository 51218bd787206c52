import numpy as np
import pytest
import torch
from torch import nn

from core.config.run_config import RunConfig
from core.datasets import dataset_spec
from core.insight.gradient_step import take_model_step
from core.models.build import build_model, state_arrays


@pytest.fixture
def batch(mnist):
    images = torch.tensor(mnist.test_images[:50].astype(np.float32) / 255)
    return images, torch.tensor(mnist.test_labels[:50])


def trained_for_a_while(model, optimizer, batch, steps=3):
    for _ in range(steps):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(batch[0]), batch[1]).backward()
        optimizer.step()


@pytest.mark.parametrize("kind", ["mlp", "cnn"])
def test_the_step_shown_is_the_step_that_adam_then_takes(batch, kind):
    model = build_model(RunConfig(model=kind), dataset_spec("mnist"))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    trained_for_a_while(model, optimizer, batch)
    before = state_arrays(model)
    view = take_model_step(model, optimizer, *batch, [0.01, 0.1])
    for name, array in state_arrays(model).items():
        np.testing.assert_array_equal(array, before[name])
    trained_for_a_while(model, optimizer, batch, steps=1)
    for name, array in state_arrays(model).items():
        np.testing.assert_allclose(view.outcomes[0].parameters[name], array, atol=1e-6)
    with torch.no_grad():
        assert view.outcomes[0].loss == pytest.approx(
            nn.functional.cross_entropy(model(batch[0]), batch[1]).item(), abs=1e-5
        )


def test_a_step_of_softmax_regression_is_the_gradient_of_the_textbooks(batch):
    """dL/dW = (P - Y)^T X / B (Bishop 2006, equation 4.109), penalties added."""
    model = build_model(RunConfig(), dataset_spec("mnist"))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, weight_decay=0.01)
    view = take_model_step(model, optimizer, *batch, [0.1, 1.0], l1=0.001)
    weight, images = model.linear.weight.detach().double(), batch[0].flatten(1).double()
    logits = images @ weight.T + model.linear.bias.detach().double()
    error = torch.softmax(logits, 1) - nn.functional.one_hot(batch[1], 10)
    slope = error.T @ images / len(images) + 0.01 * weight + 0.001 * weight.sign()
    assert view.loss == pytest.approx(nn.functional.cross_entropy(logits, batch[1]).item(), abs=1e-6)
    for rate, outcome in zip([0.1, 1.0], view.outcomes, strict=True):
        np.testing.assert_allclose(outcome.parameters["linear.weight"], weight - rate * slope, atol=1e-6)
