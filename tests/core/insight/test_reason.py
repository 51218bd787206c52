"""Why in one sentence: the place that speaks most for the answer, by evidence laid out by hand."""

import numpy as np
import pytest

from core.insight.captions.reason import reason

DIGITS = tuple("0123456789")


def evidence(**places: float) -> np.ndarray:
    """Return (28, 28) with so much in the middle of some of nine places, "r0c2" for the top right."""
    found = np.zeros((28, 28))
    for place, value in places.items():
        found[int(place[1]) * 9 + 4, int(place[3]) * 9 + 4] = value
    return found


@pytest.mark.parametrize(
    ("places", "sentence"),
    [
        ({"r0c2": 2.0}, "It reads 9 rather than 4 above all for what is at the top right."),
        ({"r0c1": 2.0, "r2c0": -0.1}, "It reads 9 rather than 4 above all for what is at the top."),
        (
            {"r1c1": 2.0, "r2c0": -1.0},
            "It reads 9 rather than 4 above all for what is in the middle; what is at the bottom left speaks for 4.",
        ),
        ({"r1c1": -1.0}, "No part of the drawing speaks for 9 rather than 4."),
        ({}, "No part of the drawing speaks for 9 rather than 4."),
    ],
)
def test_the_place_that_speaks_most_is_named(places: dict[str, float], sentence: str) -> None:
    assert reason(evidence(**places), 9, 4, DIGITS) == sentence


def test_an_image_of_any_size_has_nine_places() -> None:
    small = np.zeros((4, 5))
    small[3, 4] = 1.0
    assert "at the bottom right" in reason(small, 1, 7, DIGITS)
