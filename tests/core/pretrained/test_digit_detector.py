"""The detector of digits that comes with Inkling: what is no digit is told, and a digit is not."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageDraw

from benchmarks.no_digit_drawings import KINDS, no_digit
from benchmarks.no_digits import drawn_digit, fitted_without, straight
from core.datasets import ImageData, load
from core.images import PreprocessingOptions, deskew, prepare
from core.insight.ood_detector import Detector, strangeness
from core.prediction.predict import DatasetImage, Drawing, Prediction, judged, predict
from core.prediction.predictor import Predictor
from core.pretrained.digit_detector import DATASETS, digit_detector, fit_digits
from core.pretrained.load_predictor import predictor_of
from core.synthetic_digits import styles
from core.synthetic_digits.dataset import drawn_digits, label, style


@cache
def models() -> tuple[Predictor, Predictor]:
    return predictor_of("cnn-mnist"), predictor_of("softmax-mnist")


def said(subject: Drawing | DatasetImage) -> Prediction:
    """Return what page and command line say."""
    first, second = models()
    answer = predict(first, subject, detector=digit_detector())
    return judged(answer, predict(second, subject), first.spec)


def share_over_the_limit(detector: Detector, inks: list[np.ndarray]) -> float:
    made = [prepare(ink, PreprocessingOptions(deskew=True)) for ink in inks]
    odd = strangeness(detector, np.stack([m.image for m in made]), np.array([m.pen_px for m in made]))
    return float((odd > 1).mean())


def test_three_of_four_drawings_that_are_no_digits_are_told() -> None:
    kinds = [[said(Drawing(no_digit(kind, "reporting", i))).kind for i in range(12)] for kind in KINDS]
    assert np.mean([kind != "sure" for drawn in kinds for kind in drawn]) >= 0.75
    assert all(sum(kind != "sure" for kind in drawn) >= 5 for drawn in kinds)


@pytest.mark.parametrize("pen_px", [6, 12, 20, 30, 40])
@pytest.mark.parametrize("slant", [-0.15, -0.05, 0, 0.05, 0.15])
def test_a_straight_stroke_is_a_one(pen_px: float, slant: float) -> None:
    answer = said(Drawing(straight(pen_px, slant)))
    assert (answer.best, answer.kind) == (1, "sure")


def test_a_drawn_stroke_is_a_one_in_a_painting_of_another_library() -> None:
    """Pillow's line, with square ends, not this project's brush."""
    for pen_px in (6, 20, 40):
        page = Image.new("L", (280, 280))
        ImageDraw.Draw(page).line((140, 28, 140, 252), fill=255, width=pen_px)
        answer = said(Drawing(np.asarray(page, np.float32) / 255))
        assert (answer.best, answer.kind) == (1, "sure"), pen_px


def test_digits_in_all_styles_and_of_mnist_are_below_the_limit(mnist: ImageData) -> None:
    drawn = [drawn_digit("reporting", (digit, way), 0) for digit in range(10) for way in range(styles(digit))]
    assert share_over_the_limit(digit_detector(), drawn) <= 0.03
    assert (strangeness(digit_detector(), deskew(mnist.test_images[:2000])) > 1).mean() <= 0.028


@pytest.mark.long
def test_styles_that_it_has_not_seen_are_below_the_limit(mnist: ImageData) -> None:
    detector = fitted_without("reporting", mnist)
    unseen = [
        drawn_digit("reporting", (digit, way), hand)
        for digit in range(10)
        for way in range(styles(digit))
        for hand in range(6)
        if (digit + way) % 3 == 1
    ]
    assert share_over_the_limit(detector, unseen) <= 0.02


def test_the_style_of_an_image_is_the_one_that_it_is_drawn_in() -> None:
    """Two ways of writing a 1: the images of those with a line of its own below have more ink there."""
    ones = [index for index in range(1, 1200, 10) if label(index) == 1]
    low = drawn_digits(ones)[:, 21:].mean(axis=(1, 2))
    has_foot = np.array([style(index) in (3, 10, 12, 13, 14) for index in ones])
    assert np.median(low[has_foot]) > 1.3 * np.median(low[~has_foot])


@pytest.mark.long
def test_the_shipped_file_is_what_fitting_gives() -> None:
    found = [load(name) for name in DATASETS]
    again = fit_digits([(np.asarray(data.train_images[:, 0]), data.train_labels) for data in found])
    images = deskew(found[0].test_images[:500])
    assert strangeness(again, images) == pytest.approx(strangeness(digit_detector(), images), abs=0.02)


def test_a_model_that_was_not_trained_on_deskewed_images_has_the_same_answer(mnist: ImageData) -> None:
    first, _ = models()
    plain = replace(first, config=replace(first.config, deskew=False))
    for image in mnist.test_images[:5]:
        ours, theirs = (
            predict(model, DatasetImage(image), detector=digit_detector()).strangeness
            for model in (first, plain)
        )
        assert theirs == pytest.approx(ours, abs=0.05)
