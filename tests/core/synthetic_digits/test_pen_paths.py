"""Synthetic pen paths: where the hand puts them, how wide the brush paints, and that a trace redraws its image."""

from dataclasses import replace

import numpy as np
import pytest

from core.datasets import ImageData
from core.images import PreprocessingOptions, pen_width, prepare
from core.synthetic_digits import Handwriting, draw, paint, random_hand, styles, template, trace


def box(path: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    points = np.vstack(path)
    return points.min(axis=0), points.max(axis=0)


@pytest.mark.parametrize("digit", range(10))
def test_templates_lie_in_the_unit_square_and_styles_differ(digit: int) -> None:
    paths = [np.vstack(template(digit, style)) for style in range(styles(digit))]
    assert all(path.min() > -0.1 and path.max() < 1.1 for path in paths)
    assert len({path.tobytes() for path in paths}) == styles(digit) >= 2


def test_the_hand_decides_size_and_place() -> None:
    hand = Handwriting(size_px=100, centre=(0.25, 0.75))
    low, high = box(draw(template(4), hand, np.random.default_rng(0)))
    assert (high - low).max() == pytest.approx(100)
    assert (low + high) / 2 == pytest.approx([70, 210])


def test_slant_leans_a_one_to_the_right_and_rotation_turns_it() -> None:
    upright = template(1, 0)
    leaning = draw(upright, Handwriting(slant=0.3), np.random.default_rng(0))[0]
    assert leaning[0, 0] > leaning[-1, 0] + 20
    turned = draw(upright, Handwriting(rotation_deg=90), np.random.default_rng(0))[0]
    assert np.ptp(turned[:, 1]) == pytest.approx(0, abs=1e-6)


def test_the_same_generator_draws_the_same_and_random_hands_stay_on_the_canvas() -> None:
    for seed in range(30):
        first, second = (np.random.default_rng(seed) for _ in range(2))
        drawn = draw(template(seed % 10), random_hand(first), first)
        again = draw(template(seed % 10), random_hand(second), second)
        assert all(np.array_equal(a, b) for a, b in zip(drawn, again, strict=True))
        low, high = box(drawn)
        assert low.min() > 5
        assert high.max() < 275


@pytest.mark.parametrize("pen_px", [2, 9, 20, 30])
def test_the_brush_is_round_and_as_wide_as_asked(pen_px: int) -> None:
    ink = paint([np.array([[60.0, 140.0], [220.0, 140.0]])], pen_px)
    area = 160 * pen_px + np.pi * (pen_px / 2) ** 2  # a bar with two half discs
    assert ink.sum() == pytest.approx(area, rel=0.06)
    assert pen_width(ink) == pytest.approx(pen_px, abs=1.1)


def test_ink_outside_the_canvas_is_lost_and_nothing_gives_nothing() -> None:
    assert not paint([np.array([[-50.0, -50.0], [-20.0, -10.0]])], 8).any()
    assert not paint([], 8).any()


def test_traced_test_images_redraw_themselves(mnist: ImageData) -> None:
    likeness = []
    for image in mnist.test_images[:40, 0]:
        ink = paint(draw(trace(image), Handwriting(size_px=170), np.random.default_rng(0)), 22)
        redrawn = prepare(ink, PreprocessingOptions(deskew=False)).image
        likeness.append(np.corrcoef(redrawn.ravel(), image.ravel())[0, 1])
    assert np.median(likeness) > 0.85


def test_a_blank_image_has_no_path() -> None:
    assert trace(np.zeros((28, 28))) == []


def test_impossible_hands_are_refused() -> None:
    with pytest.raises(ValueError, match="size_px"):
        replace(Handwriting(), size_px=0)
