"""Synthetic pen paths: where the hand puts them, how wide the brush paints, and that a trace redraws its image."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from benchmarks.styles import UNSEEN
from core.datasets import ImageData
from core.images import PreprocessingOptions, prepare, strokes_of
from core.synthetic_digits import (
    NAMED,
    Handwriting,
    draw,
    paint,
    random_hand,
    styles,
    template,
    through,
    trace,
)


def box(path: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    points = np.vstack(path)
    return points.min(axis=0), points.max(axis=0)


@pytest.mark.parametrize("digit", range(10))
def test_templates_lie_in_the_unit_square_and_styles_differ(digit: int) -> None:
    paths = [np.vstack(template(digit, style)) for style in range(styles(digit))]
    assert all(path.min() > -0.1 and path.max() < 1.1 for path in paths)
    assert len({path.tobytes() for path in paths}) == styles(digit) >= 2


def ink_of(path: list[np.ndarray]) -> np.ndarray:
    """Return what a thin pen leaves of the path, plainly drawn, as a mask."""
    return paint(draw(path, Handwriting(), np.random.default_rng(0)), 9) > 0.5


def pieces_and_holes(path: list[np.ndarray]) -> tuple[int, int]:
    ink = ink_of(path)
    return ndimage.label(ink, np.ones((3, 3)))[1], ndimage.label(~ink)[1] - 1


SHAPES = {  # pieces of ink, and holes in it
    "slashed 0": (1, 2),  # where the slash stays within, (2, 1)
    "flagged 1, detached underline": (2, 0),
    "loopy 2": (1, 1),
    "closed 4": (1, 1),
    "pointed 4": (1, 1),
    "footed 7": (1, 0),
    "barred 7": (1, 0),
    "footed and barred 7": (1, 0),
    "hooked 9": (1, 1),  # some leave the loop open
}
ALSO = {"slashed 0": (2, 1), "hooked 9": (1, 0)}


@pytest.mark.parametrize("name", NAMED)
def test_named_ways_have_the_shape_of_their_name(name: str) -> None:
    digit, ways = NAMED[name]
    for path in (*(template(digit, way) for way in ways), through(UNSEEN[name])):
        assert pieces_and_holes(path) in (SHAPES[name], ALSO.get(name))
        if name.startswith("footed"):
            foot, stem_end = path[-1], path[0][-1]
            assert 0.2 < np.ptp(foot[:, 0]) < 0.45, "a serif, not the base of a 2"
            assert foot[0, 0] < stem_end[0] < foot[-1, 0]
            assert np.abs(foot[:, 1] - stem_end[1]).max() < 0.04
        if "barred" in name:
            bar = path[1]
            assert np.ptp(bar[:, 0]) > 3 * np.ptp(bar[:, 1])
            assert 0.35 < bar[:, 1].mean() < 0.6
        if name == "hooked 9":
            end, lowest = path[0][-1], path[0][path[0][:, 1].argmax()]
            assert end[0] < path[0][:, 0].max() - 0.25, "to the left"
            assert end[1] <= lowest[1] + 1e-9
        if name.startswith("flagged"):
            stroke, line = path
            assert line[:, 1].min() - stroke[:, 1].max() > 0.08, "beneath, and apart"


def test_the_path_to_measure_by_is_in_no_dataset() -> None:
    assert set(UNSEEN) == set(NAMED) == set(SHAPES)
    for name, (digit, _ways) in NAMED.items():
        known = {np.vstack(template(digit, way)).tobytes() for way in range(styles(digit))}
        assert np.vstack(through(UNSEEN[name])).tobytes() not in known


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
    strokes = strokes_of(ink)
    assert strokes is not None
    assert strokes.width == pytest.approx(pen_px, abs=1.1)


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
