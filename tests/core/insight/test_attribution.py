import numpy as np
import pytest
import torch
from torch import nn

from core.config.run_config import RunConfig
from core.datasets import dataset_spec
from core.insight.attribution import input_gradient, integrated_gradients
from core.insight.evidence import evidence
from core.models.build import build_model


@pytest.fixture(scope="module")
def mlp():
    return build_model(RunConfig(model="mlp", activation="tanh"), dataset_spec("mnist")).train()


@pytest.fixture(scope="module")
def image(mnist):
    return mnist.test_images[0].astype(np.float32) / 255


def test_of_a_linear_model_integrated_gradients_are_the_evidence(trained, image):
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    model.load_state_dict({"1.weight": torch.tensor(trained.weight), "1.bias": torch.tensor(trained.bias)})
    result = integrated_gradients(model, image, 7)
    np.testing.assert_allclose(result.values.reshape(-1), evidence(trained.weight, image)[7], atol=1e-5)
    assert result.baseline_logit == pytest.approx(trained.bias[7], abs=1e-6)


def test_integrated_gradients_add_up_to_the_change_of_the_logit(mlp, image):
    result = integrated_gradients(mlp, image, 3, steps=128)
    with torch.no_grad():
        logits = mlp.eval()(torch.tensor(np.stack([image, np.zeros_like(image)])))[:, 3]
    assert result.values.sum() == pytest.approx(float(logits[0] - logits[1]), abs=1e-3)
    assert abs(result.gap) < 1e-3


def test_integrated_gradients_equal_the_integral_done_by_hand(mlp, image):
    shares = (torch.arange(2000) + 0.5) / 2000
    path = (shares.view(-1, 1, 1, 1) * torch.tensor(image)).requires_grad_()
    (slopes,) = torch.autograd.grad((mlp.eval()(path)[:, 3] - mlp(path)[:, 5]).sum(), path)
    expected = (slopes.mean(dim=0) * torch.tensor(image)).numpy()
    np.testing.assert_allclose(integrated_gradients(mlp, image, 3, other=5).values, expected, atol=1e-4)


def test_the_input_gradient_equals_small_differences(mlp, image):
    result = input_gradient(mlp, image, 3, other=5)
    mlp.eval().double()
    try:
        for row, column in ((10, 12), (14, 14), (20, 9)):
            pair = torch.tensor(np.stack([image, image])).double()
            pair[0, 0, row, column] += 1e-4
            pair[1, 0, row, column] -= 1e-4
            with torch.no_grad():
                gaps = mlp(pair)[:, 3] - mlp(pair)[:, 5]
            assert result.values[0, row, column] == pytest.approx(float(gaps[0] - gaps[1]) / 2e-4, abs=1e-4)
    finally:
        mlp.float()


def test_looking_leaves_mode_and_gradients_as_they_were(image):
    model = build_model(RunConfig(model="cnn"), dataset_spec("mnist")).train()
    input_gradient(model, image, 0)
    integrated_gradients(model, image, 0, steps=4)
    assert model.training
    assert all(parameter.grad is None for parameter in model.parameters())
