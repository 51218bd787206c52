"""A run's weights asked again: the scores that the run itself gave, for every model, scaling and deskew."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.images import PreprocessingOptions, deskew
from core.prediction.predictor import build_predictor
from core.protocol.events import Logits, Weights
from core.training.loop import train

SMALL = RunConfig(epochs=1, eval_every=0, train_size=800)


@pytest.mark.parametrize(
    "config",
    [
        SMALL,
        replace(SMALL, scaling="standardised", deskew=True),
        replace(SMALL, model="mlp", hidden_sizes=(16,), scaling="standardised"),
        replace(SMALL, model="cnn", channels=(4, 8), deskew=True),
    ],
    ids=["softmax", "deskewed and standardised", "mlp", "cnn"],
)
def test_it_gives_the_test_set_the_scores_that_the_run_gave(config: RunConfig, mnist: ImageData) -> None:
    small = replace(mnist, test_images=mnist.test_images[:700], test_labels=mnist.test_labels[:700])
    events = list(train(small, config))
    weights = [e.arrays for e in events if isinstance(e, Weights)][-1]
    scores = next(e.logits for e in events if isinstance(e, Logits))

    predictor = build_predictor(config, mnist.spec, weights)

    np.testing.assert_allclose(predictor.logits(predictor.inputs(small.test_images)), scores, atol=2e-5)
    np.testing.assert_allclose(predictor.probabilities(small.test_images[:3]).sum(axis=1), 1)


def test_unit_weights_are_the_same_model_for_plain_pixels(mnist: ImageData) -> None:
    config = replace(SMALL, scaling="standardised")
    weights = [e.arrays for e in train(mnist, config) if isinstance(e, Weights)][-1]
    predictor = build_predictor(config, mnist.spec, weights)
    pixels = predictor.inputs(mnist.test_images[:20])
    weight, bias = predictor.unit_weights
    np.testing.assert_allclose(pixels.reshape(20, -1) @ weight.T + bias, predictor.logits(pixels), atol=1e-4)


def test_a_drawing_is_deskewed_for_a_deskewed_run_and_only_then(mnist: ImageData) -> None:
    weights = {"linear.weight": np.zeros((10, 784), np.float32), "linear.bias": np.zeros(10, np.float32)}
    plain, straight = (
        build_predictor(replace(SMALL, deskew=on), mnist.spec, weights) for on in (False, True)
    )
    assert not plain.preparation(PreprocessingOptions(deskew=True)).deskew
    assert straight.preparation(PreprocessingOptions(pen_width=False)) == PreprocessingOptions(
        pen_width=False, deskew=True
    )
    images = mnist.test_images[:5]
    np.testing.assert_array_equal(plain.inputs(images), images.astype(np.float32) / np.float32(255))
    np.testing.assert_array_equal(
        straight.inputs(images), deskew(images).astype(np.float32) / np.float32(255)
    )


def test_weights_of_another_shape_are_refused_by_name(mnist: ImageData) -> None:
    weights = {"linear.weight": np.zeros((10, 9), np.float32), "linear.bias": np.zeros(10, np.float32)}
    with pytest.raises(
        ValueError, match=r"the shape of “linear\.weight” is \(10, 9\), but the model needs \(10, 784\)"
    ):
        build_predictor(SMALL, mnist.spec, weights)


def test_asking_leaves_the_random_state_and_gradients_alone(mnist: ImageData) -> None:
    before = torch.random.get_rng_state()
    weights = {"linear.weight": np.zeros((10, 784), np.float32), "linear.bias": np.zeros(10, np.float32)}
    build_predictor(SMALL, mnist.spec, weights).logits(mnist.test_images[:2])
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.is_grad_enabled()
