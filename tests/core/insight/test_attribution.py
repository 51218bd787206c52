from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from core.config.run_config import RunConfig
from core.datasets import dataset_spec
from core.insight import attribution
from core.insight.attribution import (
    against,
    input_gradient,
    integrated_gradients,
    integrated_gradients_of,
)
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
    np.testing.assert_allclose(
        integrated_gradients(mlp, image, 3, other=5, steps=64).values, expected, atol=1e-4
    )


def test_few_steps_leave_little_and_tell_nearly_the_same(mlp, image):
    few, many = integrated_gradients(mlp, image, 3), integrated_gradients(mlp, image, 3, steps=256)
    assert abs(few.gap) <= max(1e-3, 0.01 * abs(few.logit - few.baseline_logit))
    assert np.corrcoef(few.values.ravel(), many.values.ravel())[0, 1] > 0.999


def test_a_gap_that_is_too_large_takes_more_steps(mlp, image, monkeypatch):
    monkeypatch.setattr(attribution, "_LEAST_GAP", -1.0)
    monkeypatch.setattr(attribution, "_GAP", -1.0)
    np.testing.assert_array_equal(
        integrated_gradients(mlp, image, 3).values, integrated_gradients(mlp, image, 3, steps=128).values
    )


def test_several_classes_at_once_are_told_as_each_by_itself(mlp, image):
    for label, found in zip((3, 5), integrated_gradients_of(mlp, image, (3, 5), steps=16), strict=True):
        alone = integrated_gradients(mlp, image, label, steps=16)
        np.testing.assert_allclose(found.values, alone.values, atol=1e-6)
        assert found.label == label
        assert found.logit == pytest.approx(alone.logit, abs=1e-5)
        assert found.gap == pytest.approx(found.values.sum() - (found.logit - found.baseline_logit), abs=1e-6)


def test_a_class_of_which_little_is_told_takes_no_more_steps_than_the_one_beside_it(mlp, image):
    pair = integrated_gradients_of(mlp, image, (3, 5))
    most = max(abs(one.logit - one.baseline_logit) for one in pair)
    assert all(abs(one.gap) <= max(1e-3, 0.01 * most) for one in pair)
    for one, sixteen in zip(pair, integrated_gradients_of(mlp, image, (3, 5), steps=16), strict=True):
        np.testing.assert_array_equal(one.values, sixteen.values)


@pytest.mark.parametrize("explain", [input_gradient, partial(integrated_gradients, steps=16)])
def test_one_class_against_another_is_the_difference_of_both(mlp, image, explain):
    both = against(explain(mlp, image, 3), explain(mlp, image, 5))
    expected = explain(mlp, image, 3, 5)
    np.testing.assert_allclose(both.values, expected.values, atol=1e-6)
    assert both.logit == pytest.approx(expected.logit, abs=1e-6)
    assert both.baseline_logit == pytest.approx(expected.baseline_logit, abs=1e-6)


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
