"""What is said of the preparation agrees with what its headings say."""

from types import SimpleNamespace

import numpy as np
import pytest

from core.datasets import CATALOG
from core.images import PreprocessingOptions, prepare
from core.prediction.predict import Drawing, Kind
from core.synthetic_digits import Handwriting, draw, paint, template
from pages.draw import preprocessing
from tests.pages.draw.drawing import DRAWN
from tests.pages.draw.test_prediction import answer

SPEC = CATALOG["mnist"]
LARGE = Drawing(DRAWN)
SMALL = Drawing(
    paint(draw(template(5, 0), Handwriting(size_px=42, centre=(0.2, 0.2)), np.random.default_rng(0)), 20)
)


def said(plain: tuple[Kind, str], other: tuple[Kind, str], subject: Drawing) -> str:
    answers = (answer(kind, SPEC, best, "9", 0.7) for kind, best in (plain, other))
    return preprocessing._verdict_in_markdown(SimpleNamespace(spec=SPEC), *answers, subject)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("plain", "other", "words"),
    [
        (("sure", "3"), ("sure", "5"), "The preparation changes the answer: 3 without it, 5 with it."),
        (("unlike", "3"), ("sure", "5"), "the best guess would be 3 rather than 5."),
        (("unlike", "5"), ("sure", "5"), "though the best guess would be 5 as well."),
        (("sure", "5"), ("unlike", "5"), "Prepared, it looks like nothing that the model has seen."),
        (("unlike", "3"), ("unlike", "5"), "With and without preparation, it looks like nothing"),
    ],
)
def test_what_looks_like_nothing_is_not_said_to_be_a_digit(
    plain: tuple[Kind, str], other: tuple[Kind, str], words: str
) -> None:
    assert words in said(plain, other, LARGE)


def test_only_who_has_drawn_it_large_is_told_to_draw_it_small() -> None:
    same: tuple[Kind, str] = ("sure", "5")
    assert "Both say 5. Draw it small, in a corner" in said(same, same, LARGE)
    assert "Draw it small" not in said(same, same, SMALL)
    assert said(same, same, SMALL).startswith("Both say 5")


def test_a_pen_too_wide_for_the_digit_is_told() -> None:
    fat, fine = (prepare(one.ink, PreprocessingOptions()).pen_px for one in (SMALL, LARGE))
    assert fine < preprocessing.FAT_PX < fat
    assert f"{fat:.0f} of its 20 pixels" in preprocessing._fat_pen(fat)
