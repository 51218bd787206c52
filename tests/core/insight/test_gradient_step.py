import numpy as np
import pytest
import torch
from torch import nn

from core.config.run_config import RunConfig
from core.datasets import spec
from core.insight.gradient_step import take_model_step
from core.insight.step import take_step
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
    model = build_model(RunConfig(model=kind), spec("mnist"))
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


def test_it_agrees_with_the_closed_form_for_softmax_regression(batch):
    model = build_model(RunConfig(), spec("mnist"))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, weight_decay=0.01)
    view = take_model_step(model, optimizer, *batch, [0.1, 1.0], l1=0.001)
    arrays = state_arrays(model)
    closed = take_step(
        arrays["linear.weight"],
        arrays["linear.bias"],
        batch[0].numpy(),
        batch[1].numpy(),
        [0.1, 1.0],
        0.001,
        0.01,
    )
    assert view.loss == pytest.approx(closed.loss, abs=1e-6)
    for ours, theirs in zip(view.outcomes, closed.outcomes, strict=True):
        np.testing.assert_allclose(ours.parameters["linear.weight"], theirs.weight, atol=1e-6)
        assert ours.loss == pytest.approx(theirs.loss, abs=1e-5)
