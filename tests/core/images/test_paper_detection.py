"""A sheet of paper on a darker table, and the dark bands of a scan: only what is on the paper is ink."""

import numpy as np
import pytest
from PIL import Image

from core import synthetic_digits
from core.images import ink_from_photo
from core.images.paper_detection import find_page


def digit(value: int, side: int = 280) -> np.ndarray:
    hand = synthetic_digits.Handwriting(size_px=0.6 * side)
    return synthetic_digits.paint(
        synthetic_digits.draw(synthetic_digits.template(value, 0), hand, np.random.default_rng(0), side),
        14,
        side,
    )


def on_a_table(turn_deg: float) -> tuple[Image.Image, Image.Image]:
    """Return (a photo of a sheet with a 5 on a brown table, the ink alone at the same place)."""
    photo, alone = Image.new("L", (600, 500), 90), Image.new("L", (600, 500), 0)
    ink = (255 * digit(5)).astype(np.uint8)
    sheet = Image.fromarray((235 - ink * 0.7).astype(np.uint8)).resize((360, 360))
    mask = Image.new("L", sheet.size, 255).rotate(turn_deg, expand=True)
    photo.paste(sheet.rotate(turn_deg, expand=True), (90, 50), mask)
    alone.paste(Image.fromarray(ink).resize((360, 360)).rotate(turn_deg, expand=True), (90, 50))
    return photo, alone


@pytest.mark.parametrize("turn_deg", [0, 7, -12])
def test_only_what_is_on_the_sheet_is_ink(turn_deg: float) -> None:
    photo, alone = on_a_table(turn_deg)
    found, truth = ink_from_photo(photo) > 0.5, np.asarray(alone) > 127
    assert (found & truth).sum() / (found | truth).sum() > 0.9


def test_a_sheet_is_found_where_it_lies() -> None:
    grey = np.full((300, 400), 0.3, np.float32)
    grey[60:240, 100:320] = 0.9
    page = find_page(grey)
    assert page is not None
    rows, columns = np.flatnonzero(page.any(axis=1)), np.flatnonzero(page.any(axis=0))
    assert (rows[0], rows[-1], columns[0], columns[-1]) == pytest.approx((60, 240, 100, 320), abs=20)
    assert grey[page].min() == pytest.approx(0.9)


@pytest.mark.parametrize("value", range(10))
def test_a_digit_is_no_sheet_whichever_way_round(value: int) -> None:
    ink = synthetic_digits.paint(
        synthetic_digits.draw(
            synthetic_digits.template(value, 0),
            synthetic_digits.Handwriting(size_px=240),
            np.random.default_rng(1),
        ),
        40,
    )
    assert find_page(ink) is None
    assert find_page(1 - ink) is None


def test_half_of_a_page_in_the_shadow_is_no_sheet() -> None:
    grey = np.full((300, 300), 0.9, np.float32)
    grey[:, 140:] = 0.4
    assert find_page(grey) is None


def test_a_box_that_the_digit_touches_is_taken_out_whole() -> None:
    form = (250 - 220 * digit(1)).astype(np.uint8)
    top = int(np.flatnonzero((form < 100).any(axis=1))[0])
    form[top + 6 : top + 8, 8:272] = 60  # the one reaches over the box's upper line
    form[260:262, 8:272] = 60
    form[top + 6 : 262, 8:10] = 60
    form[top + 6 : 262, 270:272] = 60
    columns = np.flatnonzero((ink_from_photo(Image.fromarray(form)) > 0.5).any(axis=0))
    assert columns.min() > 60
    assert columns.max() < 220


def test_the_black_bands_of_a_scan_do_not_turn_paper_into_ink() -> None:
    scan = (240 - 200 * digit(3)).astype(np.uint8)
    truth = digit(3) > 0.5
    scan[:, :14] = 20
    scan[-12:] = 25
    found = ink_from_photo(Image.fromarray(scan)) > 0.5
    assert (found & truth).sum() / (found | truth).sum() > 0.9
