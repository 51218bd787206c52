from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn

from core.config.run_config import RunConfig
from core.datasets import dataset_spec
from core.insight.activations import (
    feeders,
    hidden_activations,
    layer_outputs,
    logits_in_batches,
    unit_use,
)
from core.models.build import build_model, state_arrays
from core.models.unit_pixels import UnitPixels


@pytest.fixture(scope="module")
def images(mnist):
    return mnist.test_images[:600].astype(np.float32) / 255


@pytest.fixture(scope="module")
def mlp():
    return build_model(RunConfig(model="mlp", hidden_sizes=(32, 16)), dataset_spec("mnist"))


@pytest.fixture(scope="module")
def cnn():
    return build_model(RunConfig(model="cnn"), dataset_spec("mnist"))


def test_every_layer_is_shown_and_the_last_is_the_models_output(cnn, images):
    outputs = layer_outputs(cnn, images[:3])
    assert list(outputs) == [name for name, _ in cnn.named_children()]
    with torch.no_grad():
        np.testing.assert_allclose(
            list(outputs.values())[-1], cnn(torch.tensor(images[:3])).numpy(), atol=1e-5
        )


def test_a_feature_map_equals_the_convolution_done_by_hand(cnn, images):
    arrays = state_arrays(cnn)
    kernel, bias = arrays["conv1.weight"][0, 0], arrays["conv1.bias"][0]
    size = kernel.shape[0]
    padded = np.pad(images[0, 0], size // 2)
    expected = (padded[10 : 10 + size, 12 : 12 + size] * kernel).sum() + bias
    assert layer_outputs(cnn, images[:1])["conv1"][0, 0, 10, 12] == pytest.approx(expected, abs=1e-5)


def test_hidden_activations_equal_numpy_layer_by_layer(mlp, images):
    arrays = state_arrays(mlp)
    hidden = images.reshape(600, -1)
    for name in ("hidden1", "hidden2"):
        hidden = np.maximum(hidden @ arrays[f"{name}.weight"].T + arrays[f"{name}.bias"], 0)
    np.testing.assert_allclose(hidden_activations(mlp, images, "activation2"), hidden, atol=1e-4)


def test_an_unknown_layer_is_named_with_those_that_exist(mlp, images):
    with pytest.raises(KeyError, match="no layer 'conv1'; it has flatten, hidden1"):
        hidden_activations(mlp, images[:1], "conv1")


def test_looking_leaves_the_model_as_it_was():
    model = nn.Sequential(
        OrderedDict(flatten=nn.Flatten(), drop=nn.Dropout(0.5), linear=nn.Linear(4, 2))
    ).train()
    image = np.ones((1, 1, 2, 2), np.float32)
    np.testing.assert_array_equal(layer_outputs(model, image)["drop"], image.reshape(1, 4))
    logits_in_batches(model, image)
    assert model.training


def test_batches_give_the_logits_of_the_whole(cnn, images):
    with torch.no_grad():
        expected = cnn(torch.tensor(images)).numpy()
    np.testing.assert_allclose(logits_in_batches(cnn, images, batch=77), expected, atol=1e-4)


def test_units_by_use_by_hand():
    # unit 0: mean |a| = 1, outgoing length 5; unit 1: 3 x 1; unit 2 never fires
    activations = np.array([[2.0, 3.0, 0.0], [0.0, 3.0, 0.0]], np.float32)
    use = unit_use(activations, np.array([[3.0, 1.0, 9.0], [4.0, 0.0, 9.0]], np.float32))
    assert use.units.tolist() == [0, 1, 2]
    assert use.use == pytest.approx([5 / 8, 3 / 8, 0])
    assert use.active.tolist() == [0.5, 1.0, 0.0]


def test_what_feeds_a_class_adds_up_to_its_mean_logit(mlp, images):
    arrays = state_arrays(mlp)
    activations = hidden_activations(mlp, images, "activation2")
    fed = feeders(activations, arrays["output.weight"], arrays["output.bias"], label=4, count=5)
    logit = logits_in_batches(mlp, images)[:, 4].mean()
    assert fed.contributions.sum() + fed.rest + fed.bias == pytest.approx(logit, abs=1e-4)
    assert (np.diff(np.abs(fed.contributions)) <= 0).all()


def test_a_model_for_standardised_pixels_reads_plain_ones(cnn, images):
    standardised = torch.tensor((images[:4] - 0.13) / 0.31)
    with torch.no_grad():
        expected = cnn(standardised).numpy()
    np.testing.assert_allclose(
        logits_in_batches(UnitPixels(cnn, (0.13,), (0.31,)), images[:4]), expected, atol=1e-4
    )
