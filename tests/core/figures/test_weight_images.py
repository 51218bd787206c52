"""PNG pictures of weights and images: the right pixel in the right place and colour, in few bytes."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from core.datasets import ImageData
from core.figures.palette import THEMES, Theme, diverging_lut, palette
from core.figures.weight_images import (
    data_uri,
    image_strip,
    symmetric_limit,
    weight_tile,
    weights_sentence,
)
from tests.core.figures.conftest import SmallRun


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def paper(theme: Theme) -> list[int]:
    return [int(palette(theme).paper[i : i + 2], 16) for i in (1, 3, 5)]


@pytest.mark.parametrize("theme", THEMES)
def test_zero_is_paper_plus_is_red_and_minus_is_blue(theme: Theme) -> None:
    weights = np.array([[0.0, 1.0, -1.0, 0.5]], np.float32)
    picture = pixels(weight_tile(weights, (1, 2, 2), theme=theme, limit=1.0))
    assert picture.shape == (2, 2, 3)
    assert picture[0, 0].tolist() == paper(theme)
    assert picture[0, 1].tolist() == diverging_lut(theme)[255].tolist()
    assert picture[1, 0].tolist() == diverging_lut(theme)[1].tolist()
    assert picture[1, 1, 0] > picture[1, 1, 2]


def test_images_stand_in_rows_with_a_gutter_of_paper() -> None:
    weights = np.zeros((7, 6), np.float32)
    weights[6, 5] = 1  # image 6, last row, last column
    picture = pixels(weight_tile(weights, (1, 2, 3), theme="light", limit=1.0, columns=5, gutter=2, zoom=3))
    assert picture.shape == ((2 + 2 + 2) * 3, (5 * 3 + 4 * 2) * 3, 3)
    red = np.argwhere((picture != paper("light")).any(axis=2))
    top, left = (2 + 2 + 1) * 3, (3 + 2 + 2) * 3
    assert red.min(axis=0).tolist() == [top, left]
    assert red.max(axis=0).tolist() == [top + 2, left + 2]


def test_ten_mnist_images_are_a_small_file(small_run: SmallRun) -> None:
    assert len(weight_tile(small_run.weights[0], (1, 28, 28), theme="light")) < 5600
    assert len(weight_tile(small_run.weights[-1], (1, 28, 28), theme="dark")) < 4500


def test_each_image_may_have_a_scale_of_its_own() -> None:
    weights = np.array([[1.0] * 4, [0.01] * 4], np.float32)
    each = pixels(weight_tile(weights, (1, 2, 2), theme="light", scale="each", gutter=0))
    assert each[0, 0].tolist() == each[0, 3].tolist()
    shared = pixels(weight_tile(weights, (1, 2, 2), theme="light", gutter=0))
    assert shared[0, 3].tolist() == paper("light")


def test_colour_weights_are_colours_around_mid_grey() -> None:
    weights = np.zeros((1, 3, 2, 2), np.float32)
    weights[0, 0, 0, 0], weights[0, 2, 1, 1] = 1, -1
    picture = pixels(weight_tile(weights, (3, 2, 2), theme="dark", limit=1.0)).astype(int)
    assert picture[0, 1].tolist() == [128, 128, 128]
    assert picture[0, 0].tolist() == [255, 128, 128]
    assert picture[1, 1].tolist() == [128, 128, 0]


@pytest.mark.parametrize("scale", [1e-3, 0.037, 1.0, 250.0])
def test_the_limit_is_round_and_holds_nearly_all_weights(scale: float) -> None:
    weights = np.random.default_rng(0).normal(0, scale, 7840)
    limit = symmetric_limit(weights)
    assert (np.abs(weights) <= limit).mean() >= 0.99
    assert limit <= 1.35 * np.quantile(np.abs(weights), 0.995)
    assert float(f"{limit:.2g}") == limit


def test_zero_and_broken_weights_still_make_a_picture() -> None:
    assert symmetric_limit(np.zeros(10)) > 0
    broken = np.array([[np.nan, np.inf, -np.inf, 0.0]], np.float32)
    picture = pixels(weight_tile(broken, (1, 2, 2), theme="light"))
    assert picture[0, 0].tolist() == paper("light")
    assert picture[0, 1, 0] > picture[0, 1, 2]
    assert picture[1, 0, 2] > picture[1, 0, 0]


def test_weights_that_are_no_images_are_refused_with_both_shapes() -> None:
    with pytest.raises(ValueError, match=r"\(10, 784\).*3x32x32"):
        weight_tile(np.zeros((10, 784)), (3, 32, 32), theme="light")


def test_a_strip_shows_the_digits_as_they_are(mnist: ImageData) -> None:
    digits = mnist.test_images[:4]
    picture = pixels(image_strip(digits, gutter=2)).astype(int)
    assert picture.shape == (28, 4 * 28 + 3 * 2, 3)
    for i, digit in enumerate(digits[:, 0].astype(int)):
        shown = picture[:, 30 * i : 30 * i + 28]
        assert (shown[..., 0] == shown[..., 2]).all()
        assert np.abs(shown[..., 0] - digit).max() <= 1
    assert (picture[:, 28:30] == paper("light")).all()


def test_a_strip_of_colour_images_is_exact() -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 3, 5, 4), np.uint8)
    picture = pixels(image_strip(images, columns=2, gutter=1))
    assert picture.shape == (11, 9, 3)
    assert np.array_equal(picture[:5, 5:], images[1].transpose(1, 2, 0))
    assert np.array_equal(picture[6:, :4], images[2].transpose(1, 2, 0))


def test_a_strip_of_floats_is_refused() -> None:
    with pytest.raises(ValueError, match="float64"):
        image_strip(np.zeros((1, 1, 28, 28)))


def test_a_data_uri_is_the_picture_itself() -> None:
    png = image_strip(np.zeros((1, 1, 3, 3), np.uint8))
    kind, _, text = data_uri(png).partition(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(text) == png


def test_the_alternative_text_names_step_and_classes() -> None:
    sentence, values = weights_sentence(["{step}", "Shirt"])
    assert sentence.format(step="1,200", **values).startswith(
        "Weight images at training step 1,200: {step} and Shirt."
    )
    sentence, values = weights_sentence(["unit"] * 13)
    assert sentence.format(step=7, **values).startswith(
        "13 weight images at training step 7; the first are unit, unit,"
    )
