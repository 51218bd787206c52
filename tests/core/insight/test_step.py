import numpy as np
import pytest
import torch
from torch import nn

from core.insight.step import gradient, take_step
from core.models.softmax_regression import linear_logits


def torch_layer(weight, bias):
    layer = nn.Linear(weight.shape[1], weight.shape[0]).double()
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weight))
        layer.bias.copy_(torch.tensor(bias))
    return layer


def test_gradient_of_one_image_and_two_classes_by_hand():
    # zero weights: both classes at one half, so the error is (0.5 - 1, 0.5 - 0) for label 0
    slope = gradient(np.zeros((2, 2)), np.zeros(2), np.array([[1.0, 0.5]]), np.array([0]))
    assert slope.weight.tolist() == [[-0.5, -0.25], [0.5, 0.25]]
    assert slope.bias.tolist() == [-0.5, 0.5]


def test_closed_form_gradient_equals_autograd_on_real_digits(trained, pixels):
    images, labels = pixels[:100].astype(np.float64), trained.labels[:100]
    layer = torch_layer(trained.weight, trained.bias)
    nn.functional.cross_entropy(layer(torch.tensor(images)), torch.tensor(labels)).backward()
    slope = gradient(trained.weight, trained.bias, images, labels)
    np.testing.assert_allclose(slope.weight, layer.weight.grad.numpy(), atol=1e-12)
    np.testing.assert_allclose(slope.bias, layer.bias.grad.numpy(), atol=1e-12)


def test_penalties_enter_the_gradient_as_autograd_has_them(trained, pixels):
    images, labels = pixels[:20].astype(np.float64), trained.labels[:20]
    layer = torch_layer(trained.weight, trained.bias)
    loss = nn.functional.cross_entropy(layer(torch.tensor(images)), torch.tensor(labels))
    for parameter in layer.parameters():
        loss = loss + 0.01 * parameter.abs().sum() + 0.02 / 2 * (parameter**2).sum()
    loss.backward()
    slope = gradient(trained.weight, trained.bias, images, labels, l1=0.01, l2=0.02)
    np.testing.assert_allclose(slope.weight, layer.weight.grad.numpy(), atol=1e-12)
    np.testing.assert_allclose(slope.bias, layer.bias.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize(("momentum", "nesterov"), [(0.0, False), (0.9, False), (0.9, True)])
def test_three_steps_in_a_row_equal_torchs_sgd(trained, pixels, momentum, nesterov):
    layer = torch_layer(trained.weight, trained.bias)
    optimizer = torch.optim.SGD(
        layer.parameters(), lr=0.3, momentum=momentum, nesterov=nesterov, weight_decay=0.01
    )
    weight, bias, velocity = trained.weight, trained.bias, None
    for number in range(3):
        rows = slice(number * 50, number * 50 + 50)
        images, labels = pixels[rows].astype(np.float64), trained.labels[rows]
        view = take_step(
            weight, bias, images, labels, [0.3, 3.0],
            l2=0.01, momentum=momentum, nesterov=nesterov, velocity=velocity,
        )  # fmt: skip
        weight, bias, velocity = view.outcomes[0].weight, view.outcomes[0].bias, view.outcomes[0].velocity
        optimizer.zero_grad()
        nn.functional.cross_entropy(layer(torch.tensor(images)), torch.tensor(labels)).backward()
        optimizer.step()
    np.testing.assert_allclose(weight, layer.weight.detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(bias, layer.bias.detach().numpy(), atol=1e-12)


def test_the_view_tells_loss_and_accuracy_of_the_batch_before_and_after(trained, pixels):
    images, labels = pixels[:100], trained.labels[:100]
    view = take_step(trained.weight, trained.bias, images, labels, [0.1, 100.0])
    expected = nn.functional.cross_entropy(torch.tensor(trained.logits[:100]), torch.tensor(labels)).item()
    assert view.loss == pytest.approx(expected, abs=1e-6)
    assert view.accuracy == (trained.logits[:100].argmax(1) == labels).mean()
    assert view.predictions.tolist() == trained.logits[:100].argmax(1).tolist()
    for outcome in view.outcomes:
        after = torch.tensor(linear_logits(outcome.weight, outcome.bias, images.astype(np.float64)))
        assert outcome.loss == pytest.approx(nn.functional.cross_entropy(after, torch.tensor(labels)).item())
    small, huge = view.outcomes
    assert small.loss < view.loss < huge.loss


def test_weights_that_are_not_finite_are_refused_with_a_remedy(trained, pixels):
    with pytest.raises(ValueError, match="smaller learning rate"):
        take_step(trained.weight * np.nan, trained.bias, pixels[:10], trained.labels[:10], [0.1])
