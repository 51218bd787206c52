"""Uploaded pictures whose ink is hard to find: tight crops of thick digits, colours of equal brightness."""

import io

import numpy as np
import pytest
from PIL import Image

from benchmarks.ink_pictures import EQUAL, coloured, cropped, scanned, shapes
from core.datasets import dataset_spec
from core.images import ink_from_photo
from core.prediction.digit_detection import detect_digits
from core.prediction.predict import predict
from core.prediction.predictor import Predictor, build_predictor
from core.pretrained.registry import shipped_config, shipped_weights
from core.synthetic_digits import Handwriting, draw, paint, template


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    spec = dataset_spec("mnist")
    return build_predictor(shipped_config("cnn-mnist"), spec, shipped_weights("cnn-mnist"))


def wrong(predictor: Predictor, pictures: list[Image.Image], truth: np.ndarray) -> list[int]:
    """Return the places of the pictures that are read wrongly or taken for several digits."""
    found = [detect_digits(picture, predictor.spec).found for picture in pictures]
    return [
        place
        for place, (things, digit) in enumerate(zip(found, truth, strict=True))
        if len(things) != 1 or predict(predictor, things[0].subject).best != digit
    ]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("side", "pen"), [(32, 45), (32, 60), (200, 45)])
def test_thick_digits_that_fill_the_picture_are_read(
    predictor: Predictor, side: int, pen: int, dark: bool
) -> None:
    inks, truth = shapes(pen)
    pictures = [cropped(ink, side, 0, dark=dark, two_valued=True) for ink in inks[::4]]
    assert len(wrong(predictor, pictures, truth[::4])) <= 1


@pytest.mark.long
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("side", "pen"), [(32, 45), (32, 60), (200, 45), (200, 60)])
def test_of_all_79_thick_templates_three_are_misread_at_most(
    predictor: Predictor, side: int, pen: int, dark: bool
) -> None:
    inks, truth = shapes(pen)
    pictures = [cropped(ink, side, 0, dark=dark, two_valued=True) for ink in inks]
    assert len(wrong(predictor, pictures, truth)) <= 3


@pytest.mark.long
@pytest.mark.parametrize("hands", [201, 202])
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("two_valued", [False, True])
@pytest.mark.parametrize(("side", "margin"), [(32, 0), (32, 1), (32, 3), (200, 0), (200, 2), (200, 20)])
def test_thick_digits_by_other_hands_are_read_at_any_margin(
    predictor: Predictor, side: int, margin: int, two_valued: bool, dark: bool, hands: int
) -> None:
    inks, truth = shapes(45, hands)
    pictures = [cropped(ink, side, margin, dark=dark, two_valued=two_valued) for ink in inks]
    assert len(wrong(predictor, pictures, truth)) <= 4


def drawing(digit: int, size_px: float = 170) -> np.ndarray:
    rng = np.random.default_rng(digit)
    return paint(draw(template(digit), Handwriting(size_px), rng), 18)


@pytest.mark.parametrize("name", EQUAL)
def test_ink_as_bright_as_its_paper_is_told_by_its_colour(predictor: Predictor, name: str) -> None:
    rng = np.random.default_rng(5)
    pictures = [coloured(drawing(digit), *EQUAL[name], rng) for digit in range(10)]
    assert not wrong(predictor, pictures, np.arange(10))
    grey = [picture.convert("L") for picture in pictures]  # brightness alone does not tell
    assert len(wrong(predictor, grey, np.arange(10))) >= 7


def test_the_bands_of_a_scan_hide_no_digit(predictor: Predictor) -> None:
    rng = np.random.default_rng(5)
    pictures = [scanned(drawing(digit), rng) for digit in range(10)]
    assert not wrong(predictor, pictures, np.arange(10))


@pytest.mark.parametrize("side", [28, 40])
def test_a_small_picture_is_one_digit(predictor: Predictor, side: int) -> None:
    """Two strokes far apart are two digits on a larger picture, and the halves of one on a small one."""
    ink = np.zeros((4 * side, 4 * side), np.float32)
    ink[side // 2 : -side // 2, side // 2 : side] = 1
    ink[side // 2 : -side // 2, 3 * side : -side // 2] = 1
    large = Image.fromarray((255 * ink).astype(np.uint8))
    assert len(detect_digits(large, predictor.spec).found) == 2
    small = large.resize((side, side), Image.Resampling.BOX)
    assert [thing.box for thing in detect_digits(small, predictor.spec).found] == [None]
    assert ink_from_photo(small).sum() == pytest.approx(ink.sum() / 16, rel=0.02)


def test_a_grey_picture_is_the_same_in_colour() -> None:
    """What no colour tells apart goes the way of brightness, to the bit, whatever its file's mode."""
    rng = np.random.default_rng(3)
    pixels = (
        230 - 150 * drawing(4) * (1 - 0.4 * np.indices((280, 280))[0] / 280) + rng.normal(0, 3, (280, 280))
    )
    buffer = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(buffer, "PNG")
    grey = Image.open(buffer)
    np.testing.assert_array_equal(ink_from_photo(grey), ink_from_photo(grey.convert("RGB")))


def test_a_thin_upright_1_is_told_from_its_corners() -> None:
    """It covers nine tenths of a tight picture's edge; four corners are the paper."""
    one = paint([np.array([[140.0, 40.0], [140.0, 240.0]])], 40)
    rows, columns = np.flatnonzero(one.max(axis=1) > 0.5), np.flatnonzero(one.max(axis=0) > 0.5)
    tight = one[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    edge = np.concatenate([tight[0], tight[-1], tight[:, 0], tight[:, -1]])
    assert (edge > 0.5).mean() > 0.75
    for picture in (tight, 1 - tight):
        assert (ink_from_photo(picture) > 0.5).mean() == pytest.approx((tight > 0.5).mean(), abs=0.01)
