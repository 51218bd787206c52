"""From a pixel of the prepared picture back to its place on the drawing."""

import numpy as np
import pytest
from scipy import ndimage

from core import synthetic_digits
from core.images import PreprocessingOptions, prepare
from core.images.centering import compose, scale_and_move
from core.images.deskew import deskew, straightening


@pytest.mark.parametrize("deskewed", [False, True])
@pytest.mark.parametrize("pen_px", [6, 20, 30])
@pytest.mark.parametrize("digit", [1, 2, 4, 8])
def test_every_pixel_finds_the_ink_that_it_shows(digit: int, pen_px: float, *, deskewed: bool) -> None:
    hand = synthetic_digits.Handwriting(size_px=150, centre=(0.35, 0.6), slant=0.25)
    path = synthetic_digits.draw(synthetic_digits.template(digit, 0), hand, np.random.default_rng(0))
    ink = synthetic_digits.paint(path, pen_px)
    prepared = prepare(ink, PreprocessingOptions(deskew=deskewed, pen_width=False))
    back = prepared.way_back
    assert back is not None
    ys, xs = np.indices((28, 28)) + 0.5
    x = back[0, 0] * xs + back[0, 1] * ys + back[0, 2]
    y = back[1, 0] * xs + back[1, 1] * ys + back[1, 2]
    soft = ndimage.gaussian_filter(ink, back[1, 1] / 2.5)  # what one pixel of 28 sees
    there = ndimage.map_coordinates(soft, [y - 0.5, x - 0.5], order=1)
    assert np.corrcoef(there.ravel(), prepared.image.ravel())[0, 1] > 0.92


def test_with_the_pen_evened_out_the_middle_of_the_stroke_stays_where_it_was() -> None:
    ink = np.zeros((280, 280), np.float32)
    ink[60:200, 150:154] = 1  # a thin bar; its middle is at (152, 130)
    back = prepare(ink, PreprocessingOptions()).way_back
    assert back is not None
    x, y = back @ np.array([14.5, 14.5, 1])  # MNIST's centre is the middle of pixel 14
    assert (x, y) == pytest.approx((152, 130), abs=0.6)


def test_what_deskewing_moved_is_found_where_it_was() -> None:
    image = np.zeros((28, 28), np.float32)
    for row in range(6, 22):
        image[row, 20 - row // 2 : 22 - row // 2] = 1  # a leaning bar
    upright = deskew(image)
    x, y = straightening(image) @ np.array([14.5, 14.5, 1])
    assert image[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2].max() == 1
    assert upright[14, 14] > 0.5


def test_nothing_drawn_and_the_whole_canvas_have_no_way_back() -> None:
    assert prepare(np.zeros((50, 50), np.float32)).way_back is None
    assert prepare(np.eye(50, dtype=np.float32), PreprocessingOptions(crop=False)).way_back is None


def test_maps_are_done_one_after_another() -> None:
    both = compose(scale_and_move(2, 3, 5, 7), scale_and_move(1, 1, 100, 200))
    assert both @ np.array([1, 1, 1]) == pytest.approx([107, 210])
