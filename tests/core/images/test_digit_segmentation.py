"""Several digits on one sheet: each is found once, in reading order, broken strokes joined."""

import numpy as np
import pytest

from core.images import find_digits, single_digit
from core.synthetic_digits import Handwriting, draw, paint, styles, template

CELL = 100


def sheet(rows: list[list[tuple[int, int]]], pen_px: float = 7) -> np.ndarray:
    """Return the ink of a sheet of (digit, style) in lines, each somewhere in its cell of 100 px."""
    rng = np.random.default_rng(4)
    ink = np.zeros((CELL * len(rows), CELL * max(map(len, rows))), dtype=np.float32)
    for i, line in enumerate(rows):
        for j, (digit, style) in enumerate(line):
            centre = (0.5 + rng.uniform(-0.08, 0.08), 0.5 + rng.uniform(-0.08, 0.08))
            hand = Handwriting(size_px=60 + rng.uniform(-6, 6), centre=centre)
            cell = paint(draw(template(digit, style), hand, rng, CELL), pen_px, CELL)
            ink[i * CELL : (i + 1) * CELL, j * CELL : (j + 1) * CELL] = cell
    return ink


def test_ten_digits_in_two_lines_are_found_in_reading_order() -> None:
    boxes = find_digits(sheet([[(d, 0) for d in range(5)], [(d, 0) for d in range(5, 10)]]))
    cells = [((b.top + b.bottom) // 2 // CELL, (b.left + b.right) // 2 // CELL) for b in boxes]
    assert cells == [(i, j) for i in range(2) for j in range(5)]


@pytest.mark.parametrize("digit", range(10))
def test_each_style_of_a_digit_is_one_box_around_all_its_ink(digit: int) -> None:
    ink = sheet([[(digit, style) for style in range(styles(digit))]])
    boxes = find_digits(ink)
    assert len(boxes) == styles(digit)
    assert sum(float(box.cut(ink).sum()) for box in boxes) == pytest.approx(float(ink.sum()), rel=0.02)


def test_the_lifted_bar_of_a_five_belongs_to_it() -> None:
    ink = np.zeros((120, 200), dtype=np.float32)
    ink[20:26, 40:75] = 1  # the bar, apart from the rest
    ink[32:70, 36:42] = 1
    ink[64:100, 70:76] = 1
    ink[64:70, 36:76] = 1
    ink[20:100, 140:146] = 1  # a one beside it
    assert [(b.left, b.right) for b in find_digits(ink)] == [(36, 76), (140, 146)]


def test_two_ones_close_together_stay_two() -> None:
    ink = np.zeros((120, 120), dtype=np.float32)
    ink[20:100, 40:46] = 1
    ink[20:100, 66:72] = 1
    assert len(find_digits(ink)) == 2


def test_specks_between_digits_are_left_out() -> None:
    ink = sheet([[(3, 0), (7, 1), (2, 0)]])
    ink[5:8, 95:98] = 1
    ink[90:94, 195:199] = 1
    assert len(find_digits(ink)) == 3


def test_nothing_gives_no_box_and_the_limit_is_kept() -> None:
    assert find_digits(np.zeros((50, 50), dtype=np.float32)) == []
    assert len(find_digits(sheet([[(8, 0)] * 4]), limit=2)) == 2


def test_a_texture_of_a_thousand_dots_ends_soon() -> None:
    ink = (np.random.default_rng(0).random((240, 240)) > 0.8).astype(np.float32)
    assert len(find_digits(ink)) <= 100


def test_single_digit_keeps_the_digit_and_drops_what_is_far() -> None:
    digit = sheet([[(4, 1)]])
    ink = np.pad(digit, ((0, 0), (0, 200)))
    ink[2:10, 280:290] = 1
    kept = single_digit(ink)
    assert not kept[:, 200:].any()
    assert kept[:, :100] == pytest.approx(digit)
