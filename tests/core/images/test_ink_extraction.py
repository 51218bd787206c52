"""Ink from photos: dark or light paper, shadow, noise, ruled lines; what comes back is the drawing itself."""

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from core.images import PreprocessingOptions, ink_from_photo, prepare, single_digit
from core.synthetic_digits import Handwriting, draw, paint, template

SIDE = 400


def drawing(digit: int = 5, pen_px: float = 24) -> np.ndarray:
    rng = np.random.default_rng(2)
    return paint(draw(template(digit), Handwriting(size_px=230), rng, SIDE), pen_px, SIDE)


def overlap(found: np.ndarray, drawn: np.ndarray) -> float:
    """Return intersection over union of the inked pixels."""
    a, b = found > 0.5, drawn > 0.5
    return float((a & b).sum() / (a | b).sum())


def grid() -> tuple[np.ndarray, np.ndarray]:
    ys, xs = np.indices((SIDE, SIDE)) / SIDE
    return ys, xs


def photo(kind: str, ink: np.ndarray) -> np.ndarray:
    """Return a grey picture in [0, 1] of `ink` on paper of some `kind`, with the noise of a camera."""
    ys, xs = grid()
    paper = np.full(ink.shape, 0.8)
    if kind == "ruled":
        for row in range(30, SIDE, 55):
            paper[row : row + 2] *= 0.75
    if kind == "squared":
        for start in range(20, SIDE, 50):
            paper[start : start + 2] *= 0.75
            paper[:, start : start + 2] *= 0.75
    light = {"uneven": 1 - 0.6 * xs, "shadow": np.where(xs + 0.5 * ys > 0.7, 0.5, 1.0)}.get(kind, 1.0)
    grey = 0.15 + 0.5 * ink if kind == "blackboard" else paper * light * (1 - 0.65 * ink)
    noise = np.random.default_rng(0).normal(0, 0.015, ink.shape)
    return np.clip(ndimage.gaussian_filter(grey, 0.8) + noise, 0, 1)


@pytest.mark.parametrize("kind", ["plain", "uneven", "shadow", "ruled", "squared", "blackboard"])
@pytest.mark.parametrize("digit", [2, 8])
def test_the_drawing_is_found_on_any_paper(kind: str, digit: int) -> None:
    ink = drawing(digit)
    assert overlap(ink_from_photo(photo(kind, ink)), ink) > 0.85


def test_plain_thresholding_fails_where_light_is_uneven() -> None:
    """The independent reference: one threshold for the whole picture does not find it."""
    ink = drawing(2)
    assert overlap(photo("uneven", ink) < 0.45, ink) < 0.6


@pytest.mark.parametrize("invert", [False, True])
@pytest.mark.parametrize("digit", range(10))
def test_clean_28_px_pictures_are_understood_either_way_round(digit: int, invert: bool) -> None:
    image = prepare(drawing(digit), PreprocessingOptions()).image
    picture = np.rint((1 - image if invert else image) * 255).astype(np.uint8)
    again = prepare(ink_from_photo(picture), PreprocessingOptions()).image
    assert np.corrcoef(again.ravel(), image.ravel())[0, 1] > 0.9


@pytest.mark.parametrize("colour", [(20, 40, 160), (180, 30, 30), (10, 10, 10)])
def test_transparent_pictures_keep_their_dark_ink(colour: tuple[int, int, int]) -> None:
    ink = drawing()
    rgba = np.zeros((SIDE, SIDE, 4), dtype=np.uint8)
    rgba[:, :, :3] = colour
    rgba[:, :, 3] = np.rint(ink * 255)
    assert overlap(ink_from_photo(Image.fromarray(rgba)), ink) > 0.95


def test_white_ink_on_transparency_is_found_too() -> None:
    ink = drawing()
    rgba = np.full((SIDE, SIDE, 4), 255, dtype=np.uint8)
    rgba[:, :, 3] = np.rint(ink * 255)
    assert overlap(ink_from_photo(rgba), ink) > 0.95


def test_specks_are_removed() -> None:
    ink = drawing()
    grey = photo("plain", ink)
    for y, x in ((20, 30), (370, 40), (25, 380), (200, 385)):
        grey[y : y + 4, x : x + 4] = 0.1
    assert overlap(ink_from_photo(grey), ink) > 0.85
    assert not ink_from_photo(grey)[:30, :40].any()


@pytest.mark.parametrize("level", [0.0, 0.4, 1.0])
def test_blank_paper_has_no_ink_with_and_without_noise(level: float) -> None:
    blank = np.full((300, 200), level)
    noisy = np.clip(blank + np.random.default_rng(1).normal(0, 0.02, blank.shape), 0, 1)
    assert not ink_from_photo(blank).any()
    assert prepare(ink_from_photo(noisy)).empty


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (3, 2), (28, 28, 3), (30, 20, 4), (1, 1600), (9, 20000)])
def test_odd_pictures_do_not_crash(shape: tuple[int, ...]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    ink = ink_from_photo(noise)
    assert ink.shape == tuple(
        min(side, 800) if max(shape) < 801 else max(1, side * 800 // max(shape)) for side in shape[:2]
    )
    assert np.isfinite(ink).all()
    prepare(single_digit(ink))


def test_a_large_photo_is_looked_at_in_800_px() -> None:
    assert max(ink_from_photo(Image.new("RGB", (4000, 3000), "white")).shape) == 800


def test_an_array_that_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(5, 5, 7\)"):
        ink_from_photo(np.zeros((5, 5, 7)))


def test_what_comes_in_from_the_edge_is_left_out() -> None:
    ink = drawing(3)
    grey = photo("plain", ink)
    grey[:, :25] = 0.1  # the table
    grey[370:, 200:260] = 0.15  # a thumb
    assert overlap(ink_from_photo(grey), ink) > 0.85


def test_a_digit_that_fills_the_picture_and_touches_its_edge_stays() -> None:
    ink = drawing(7, pen_px=40)
    rows, columns = np.flatnonzero(ink.max(axis=1) > 0.5), np.flatnonzero(ink.max(axis=0) > 0.5)
    tight = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    assert overlap(ink_from_photo(0.9 - 0.7 * ink[tight]), ink[tight]) > 0.9
