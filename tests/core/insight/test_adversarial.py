import numpy as np
import torch
from torch import nn

from core.insight.adversarial import linear_loss_gradient, mildest
from core.insight.attribution import loss_gradient
from core.models.softmax_regression import linear_logits


def layer_of(trained):
    layer = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    layer.load_state_dict({"1.weight": torch.tensor(trained.weight), "1.bias": torch.tensor(trained.bias)})
    return layer


def test_the_closed_form_gradient_equals_autograd(trained, pixels):
    for index in range(20):
        label = int(trained.labels[index])
        expected = loss_gradient(layer_of(trained), pixels[index].reshape(1, 28, 28), label).reshape(-1)
        ours = linear_loss_gradient(trained.weight, trained.bias, pixels[index], label)
        np.testing.assert_allclose(ours, expected, atol=1e-5)


def test_the_mildest_adversary_is_misread_and_a_milder_one_is_not(trained, pixels):
    def logits_of(images):
        return linear_logits(trained.weight, trained.bias, images)

    for index in range(30):
        before = int(trained.logits[index].argmax())
        gradient = linear_loss_gradient(trained.weight, trained.bias, pixels[index], before)
        found = mildest(logits_of, pixels[index], gradient)
        assert found is not None
        assert (
            found.before
            == before
            != found.after
            == int(layer_of(trained)(torch.tensor(found.image[None]).float()).argmax())
        )
        assert np.abs(found.image - pixels[index]).max() <= found.epsilon + 1e-9
        milder = np.clip(pixels[index] + (found.epsilon - 1 / 4080) * np.sign(gradient), 0, 1)
        assert int(logits_of(milder[None]).argmax()) == before


def test_epsilon_of_two_classes_by_hand():
    # logits 2 x1 and 2 x2 at (0.6, 0.4): a gap of 0.4 closes by 4 epsilon, so 0.1 levels it
    weight, bias = np.array([[2.0, 0.0], [0.0, 2.0]]), np.zeros(2)
    image = np.array([0.6, 0.4])
    gradient = linear_loss_gradient(weight, bias, image, 0)
    found = mildest(lambda x: linear_logits(weight, bias, x), image, gradient)
    assert found is not None
    assert 0.1 < found.epsilon < 0.1 + 2 / 4080


def test_no_adversary_within_a_limit_too_small(trained, pixels):
    gradient = linear_loss_gradient(trained.weight, trained.bias, pixels[0], 7)
    assert (
        mildest(lambda x: linear_logits(trained.weight, trained.bias, x), pixels[0], gradient, 1 / 255)
        is None
    )
