"""The dataset of drawn digits: what is in the archives is what the code draws, and it is handwriting to learn from."""

import numpy as np
import pytest

from core import datasets
from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.prediction.predictor import build_predictor
from core.protocol.events import Weights
from core.synthetic_digits.dataset import NAME, drawn_digit
from core.training.loop import train


@pytest.fixture(scope="module")
def drawn(data_folder) -> ImageData:
    return datasets.load(NAME, data_folder)


def test_the_archives_hold_what_the_code_draws(drawn: ImageData) -> None:
    for index in (*range(10), 7_777, 11_999):
        image = drawn.train_images[index, 0].astype(int)
        assert np.abs(image - drawn_digit(index)).max() <= 3, "another machine may round another way"
    assert np.abs(drawn.test_images[3, 0].astype(int) - drawn_digit(12_003)).max() <= 3


def test_every_digit_is_there_as_often_and_no_image_twice(drawn: ImageData) -> None:
    assert np.bincount(drawn.train_labels).tolist() == [1200] * 10
    assert np.bincount(drawn.test_labels).tolist() == [200] * 10
    images = np.concatenate([drawn.train_images, drawn.test_images]).reshape(14_000, -1)
    assert len(np.unique(images, axis=0)) == 14_000


def test_it_looks_like_mnist_in_ink_and_place(drawn: ImageData, mnist: ImageData) -> None:
    theirs, ours = (data.train_images[:2000, 0].astype(float) / 255 for data in (mnist, drawn))
    assert ours.mean() == pytest.approx(theirs.mean(), rel=0.25)
    rows = np.arange(28)
    for images in (theirs, ours):
        centre = (images.sum(axis=(0, 2)) @ rows) / images.sum()
        assert centre == pytest.approx(14, abs=0.6)


def test_mixing_them_in_teaches_styles_that_mnist_has_not(drawn: ImageData, mnist: ImageData) -> None:
    config = RunConfig(deskew=True, learning_rate=0.2, epochs=2, train_size=12_000, eval_every=0)
    right = []
    for extra in (None, drawn):
        weights = [e.arrays for e in train(mnist, config, extra=extra) if isinstance(e, Weights)][-1]
        predictor = build_predictor(config, mnist.spec, weights)
        pair = [
            np.mean(predictor.logits(predictor.inputs(data.test_images)).argmax(1) == data.test_labels)
            for data in (mnist, drawn)
        ]
        right.append(pair)
    (mnist_before, drawn_before), (mnist_after, drawn_after) = right
    assert drawn_after > drawn_before + 0.05
    assert mnist_after > mnist_before - 0.01, "and costs next to nothing on MNIST itself"
